import type { Tool } from 'botyard'
import { describe, expect, it } from 'vitest'
import { toolContext } from '../test/tool-context.ts'
import { calculateTool } from './calculate-tool.ts'
import { convertUnitsTool } from './convert-units-tool.ts'
import { createCurrentTimeTool } from './current-time-tool.ts'
import { createDaysBetweenTool } from './days-between-tool.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
function run(tool: Tool, input: unknown): Promise<unknown> {
  return tool.run(input, toolContext())
}

describe('current_time', () => {
  const tool = createCurrentTimeTool(() => NOW)

  it.each([
    ['Tokyo', 'Tokyo: 21:00, 2026-11-21 (UTC+09:00)'],
    ['new york', 'New York: 07:00, 2026-11-21 (UTC-05:00)'],
    ['San Francisco', 'San Francisco: 04:00, 2026-11-21 (UTC-08:00)'],
    ['Europe/Paris', 'Paris: 13:00, 2026-11-21 (UTC+01:00)'],
    ['India', 'India: 17:30, 2026-11-21 (UTC+05:30)'],
    ['UTC', 'UTC: 12:00, 2026-11-21 (UTC+00:00)'],
    ['Токио', 'Токио: 21:00, 2026-11-21 (UTC+09:00)'],
    ['Париже', 'Париж: 13:00, 2026-11-21 (UTC+01:00)'],
    ['Москве', 'Москва: 15:00, 2026-11-21 (UTC+03:00)'],
    ['Нью-Йорке', 'Нью-Йорк: 07:00, 2026-11-21 (UTC-05:00)'],
    ['Владивостоке', 'Владивосток: 22:00, 2026-11-21 (UTC+10:00)'],
  ])('knows %s', async (place, message) => {
    expect(await run(tool, { place })).toMatchObject({ message })
  })

  it('tells the time of the server without a place', async () => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    expect(await run(tool, {})).toMatchObject({ timeZone })
  })

  it('says what to do when it does not know a place', async () => {
    await expect(run(tool, { place: 'Atlantis' })).rejects.toThrow(
      'Name a large city, or a time zone such as',
    )
  })
})

describe('convert_units', () => {
  it.each([
    [5, ['km', 'miles'], '5 km = 3.10686 mi'],
    [100, ['fahrenheit', '°C'], '100 °F = 37.7778 °C'],
    [0, ['C', 'kelvin'], '0 °C = 273.15 K'],
    [2, ['pounds', 'kg'], '2 lb = 0.907185 kg'],
    [1, ['GB', 'MiB'], '1 GB = 953.674 MiB'],
    [90, ['km/h', 'mph'], '90 km/h = 55.9234 mph'],
    [5, ['км', 'миль'], '5 km = 3.10686 mi'],
    [10, ['литров', 'галлоны'], '10 l = 2.64172 gal'],
  ] as const)('%d %j', async (amount, [from, to], message) => {
    expect(await run(convertUnitsTool, { amount, from, to })).toMatchObject({ message })
  })

  it.each([
    ['km', 'kg', 'measures length'],
    ['km', 'parrots', 'do not know the unit "parrots"'],
  ])('refuses %s to %s, saying why', async (from, to, reason) => {
    await expect(run(convertUnitsTool, { amount: 1, from, to })).rejects.toThrow(reason)
  })
})

it('counts the days between two dates, across a change of clocks and of years', async () => {
  expect(await run(createDaysBetweenTool(), { from: '2026-03-01', to: '2027-04-01' })).toMatchObject({
    days: 396,
  })
})

it('counts from today when no first date is given', async () => {
  const tool = createDaysBetweenTool(() => new Date(2026, 10, 21, 23, 30))
  expect(await run(tool, { to: '2026-11-22' })).toEqual({ from: '2026-11-21', to: '2026-11-22', days: 1 })
})

it('tells the model what it calculated', async () => {
  expect(await run(calculateTool, { expression: '15% * 80' })).toMatchObject({ message: '15% * 80 = 12' })
})
