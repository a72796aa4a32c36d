import { describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import { parseDueDate, reminderBase, toIsoDue, toLocalDue } from './due-date.ts'

/** A Saturday. */
const NOW = new Date('2026-11-21T12:00:00Z')

describe('parseDueDate', () => {
  it.each([
    ['2026-12-31', 'UTC', '2026-12-31'],
    ['2026-12-31T09:00:00Z', 'Asia/Tokyo', '2026-12-31T09:00:00.000Z'],
    ['2026-12-31T09:00:00+03:00', 'UTC', '2026-12-31T06:00:00.000Z'],
    ['2026-12-31T09:00', 'Asia/Tokyo', '2026-12-31T00:00:00.000Z'],
    ['2026-12-31 09:00', 'Europe/Berlin', '2026-12-31T08:00:00.000Z'],
    ['tomorrow', 'UTC', '2026-11-22'],
    ['tomorrow at 9', 'UTC', '2026-11-22T09:00:00.000Z'],
    ['tomorrow at 9', 'America/New_York', '2026-11-22T14:00:00.000Z'],
    ['завтра в 9', 'Europe/Moscow', '2026-11-22T06:00:00.000Z'],
    ['due Friday', 'UTC', '2026-11-27'],
    ['in 3 days', 'UTC', '2026-11-24'],
    ['end of month', 'UTC', '2026-11-30'],
    ['в пятницу', 'UTC', '2026-11-27'],
    ['через 3 дня', 'UTC', '2026-11-24'],
    ['in 2 hours', 'Asia/Kolkata', '2026-11-21T14:00:00.000Z'],
    ['on Friday, please.', 'UTC', '2026-11-27'],
    // The day is that of the person: on the other side of midnight it is another one.
    ['today', 'Pacific/Kiritimati', '2026-11-22'],
    ['tomorrow', 'Pacific/Pago_Pago', '2026-11-22'],
    // Clocks are put forward that night: 2:30 comes as 3:30, an hour later than without.
    ['2027-03-28T02:30', 'Europe/Berlin', '2027-03-28T01:30:00.000Z'],
  ])('%s in %s is %s', (text, timeZone, expected) => {
    expect(toIsoDue(parseDueDate(text, { now: NOW, timeZone }))).toBe(expected)
  })

  it.each([
    'whenever', '', '2026-02-30', '2026-13-01T10:00', '2026-12-31T25:00', '99999-01-01', 'Friday the elephant', "'; drop table tasks; --",
    '2026-12-31T09:00:00+99:99',
  ])('refuses "%s" and says how it is done', (text) => {
    const read = (): unknown => parseDueDate(text, { now: NOW, timeZone: 'UTC' })
    expect(read).toThrow(AppError)
    expect(read).toThrow('Say it like "Friday at 9"')
  }) // prettier-ignore
})

it('a day is the same day in every zone, a time is shown as the wall shows it', () => {
  const day = parseDueDate('2026-12-31', { now: NOW, timeZone: 'Asia/Tokyo' })
  expect([toLocalDue(day, 'Asia/Tokyo'), toLocalDue(day, 'America/New_York')]).toEqual([
    '2026-12-31',
    '2026-12-31',
  ])
  const time = parseDueDate('2026-12-31T09:00', { now: NOW, timeZone: 'Asia/Tokyo' })
  expect(toLocalDue(time, 'America/New_York')).toBe('2026-12-30 19:00')
})

it('a day is reminded of from nine in the morning where the person is', () => {
  const day = parseDueDate('2026-12-31', { now: NOW, timeZone: 'UTC' })
  expect(reminderBase(day, 'America/New_York').toISOString()).toBe('2026-12-31T14:00:00.000Z')
})
