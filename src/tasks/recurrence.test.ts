import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toWallClock } from '../time-zone.ts'
import { parseDueDate, toIsoDue, type DueDate } from './due-date.ts'
import { nextOccurrence } from './recurrence.ts'

const UTC = 'UTC'

function next(
  rule: string,
  due: string | null,
  { now, timeZone = UTC, end = null }: { now: string; timeZone?: string; end?: string | null },
): string | undefined {
  const [type = 'daily', interval = '1'] = rule.split(' ')
  const moment = { now: new Date(now), timeZone }
  const recurrence = { type: type as 'daily', interval: Number(interval), end_date: end }
  const found = nextOccurrence(recurrence, due === null ? null : parseDueDate(due, moment), moment)
  return found && toIsoDue(found.due)
}

describe('nextOccurrence', () => {
  it.each([
    ['daily', '2026-11-21', '2026-11-21T12:00Z', '2026-11-22'],
    ['daily 3', '2026-11-21', '2026-11-21T12:00Z', '2026-11-24'],
    ['weekly', '2026-11-23', '2026-11-21T12:00Z', '2026-11-30'],
    ['weekly 2', '2026-11-23', '2026-11-23T12:00Z', '2026-12-07'],
    ['monthly', '2026-11-30', '2026-11-30T12:00Z', '2026-12-30'],
    ['monthly', '2027-01-31', '2027-01-31T12:00Z', '2027-02-28'],
    ['monthly 12', '2028-02-29', '2028-02-29T12:00Z', '2029-02-28'],
    // Late: days that are over are left out, today is not.
    ['daily', '2026-11-16', '2026-11-21T12:00Z', '2026-11-21'],
    ['weekly', '2026-11-02', '2026-11-21T12:00Z', '2026-11-23'],
    ['monthly', '2026-01-31', '2026-11-21T12:00Z', '2026-11-30'],
    // Without a due date it counts from today.
    ['weekly 2', null, '2026-11-21T12:00Z', '2026-12-05'],
  ])('%s after %s, done at %s, is %s', (rule, ...[due = null, now, expected]) => {
    expect(next(rule, due, { now: now ?? '' })).toBe(expected)
  })

  it('keeps the time on the wall when the clocks change', () => {
    const berlin = { now: '2026-10-24T12:00Z', timeZone: 'Europe/Berlin' }
    expect(next('daily', '2026-10-24T09:00', berlin)).toBe('2026-10-25T08:00:00.000Z')
    const newYork = { now: '2027-03-13T20:00Z', timeZone: 'America/New_York' }
    expect(next('weekly', '2027-03-13T09:00', newYork)).toBe('2027-03-20T13:00:00.000Z')
  })

  it('ends after its last day', () => {
    const now = '2026-11-21T12:00Z'
    expect(next('daily', '2026-11-21', { now, end: '2026-11-22' })).toBe('2026-11-22')
    expect(next('daily', '2026-11-22', { now, end: '2026-11-22' })).toBeUndefined()
  })

  it('comes back to the 31st after a shorter month', () => {
    const moment = { now: new Date('2027-01-31T12:00Z'), timeZone: UTC }
    const january = parseDueDate('2027-01-31', moment)
    const february = nextOccurrence({ type: 'monthly', interval: 1, end_date: null }, january, moment)
    const march = february && nextOccurrence(february.recurrence, february.due, moment)
    expect([february, march].map((found) => found && toIsoDue(found.due))).toEqual([
      '2027-02-28',
      '2027-03-31',
    ])
  })

  it('is always later than before, never over, and at the same time of the day', () => {
    const dates = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    const rules = fc.record({
      type: fc.constantFrom('daily', 'weekly', 'monthly'),
      interval: fc.integer({ min: 1, max: 60 }),
      end_date: fc.constant(null),
    })
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata')
    fc.assert(
      fc.property(fc.record({ at: dates, now: dates, recurrence: rules, timeZone: zones }), (drawn) => {
        const { at, now, recurrence, timeZone } = drawn
        // Clocks change at night; what is due then cannot keep its time.
        const wall = toWallClock(at, timeZone)
        fc.pre(wall.hour > 4)
        const due: DueDate = { at: new Date(Math.floor(at.getTime() / 60_000) * 60_000), allDay: false }
        const found = nextOccurrence(recurrence, due, { now, timeZone })
        const then = found && toWallClock(found.due.at, timeZone)
        expect(then).toMatchObject({ hour: wall.hour, minute: wall.minute })
        expect(found?.due.at.getTime()).toBeGreaterThan(due.at.getTime())
        expect(found?.due.at.getTime()).toBeGreaterThan(now.getTime() - 86_400_000)
      }),
    )
  })
})
