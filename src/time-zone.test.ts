import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMonths, daysInMonth, fromWallClock, isTimeZone, toIsoDay, toWallClock } from './time-zone.ts'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]

function wall(text: string): Parameters<typeof fromWallClock>[0] {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number)
  return { year, month: month - 1, day, hour, minute }
}

describe('fromWallClock', () => {
  it.each([
    ['2026-11-21 09:00', 'UTC', '2026-11-21T09:00:00.000Z'],
    ['2026-11-21 09:00', 'Asia/Tokyo', '2026-11-21T00:00:00.000Z'],
    ['2026-07-01 09:00', 'Europe/Berlin', '2026-07-01T07:00:00.000Z'],
    ['2026-12-01 09:00', 'Europe/Berlin', '2026-12-01T08:00:00.000Z'],
    ['2026-11-21 00:15', 'Asia/Kathmandu', '2026-11-20T18:30:00.000Z'],
    // Clocks go from 2:00 to 3:00: 2:30 does not exist.
    ['2026-03-29 02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    // Clocks go from 3:00 back to 2:00: 2:30 is twice.
    ['2026-10-25 02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-11-01 01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ])('%s in %s is %s', (text, zone, instant) => {
    expect(fromWallClock(wall(text), zone).toISOString()).toBe(instant)
  })

  it('gives back what the wall shows, at any instant in any zone', () => {
    const instants = fc.date({
      min: new Date('1980-01-01'),
      max: new Date('2100-01-01'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (instant, zone) => {
        const shown = toWallClock(instant, zone)
        expect(toWallClock(fromWallClock(shown, zone), zone)).toEqual(shown)
      }),
    )
  })
})

it('a month later is the last day of a month that is too short', () => {
  const shift = (year: number, day: number): string => toIsoDay(addMonths({ year, month: 0, day }, 1))
  expect([shift(2026, 31), shift(2028, 31), shift(2026, 28)]).toEqual([
    '2026-02-28',
    '2028-02-29',
    '2026-02-28',
  ])
  expect(daysInMonth({ year: 2100, month: 1 })).toBe(28)
})

it('knows time zones from other words', () => {
  expect(['Europe/Paris', 'UTC', 'asia/tokyo', 'Mars/Base', '', 'Берлин'].map(isTimeZone)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})
