import { expect, it } from 'vitest'
import { findReminder } from './reminder.ts'
import { findRepeat } from './repeat.ts'

/** Saturday. */
const NOW = { year: 2026, month: 10, day: 21, hour: 12, minute: 0 }
const FIELDS = { type: 'type', interval: 'interval', end: 'end_date' }

it.each([
  ['every day', 'daily 1'], ['every 3 days', 'daily 3'], ['daily', 'daily 1'], ['every week', 'weekly 1'], ['every 2 weeks', 'weekly 2'],
  ['every other week', 'weekly 2'], ['once a month', 'monthly 1'], ['monthly', 'monthly 1'], ['every Monday', 'weekly 1'],
  ['каждый день', 'daily 1'], ['ежедневно', 'daily 1'], ['каждые 2 недели', 'weekly 2'], ['каждые две недели', 'weekly 2'],
  ['раз в неделю', 'weekly 1'], ['раз в 3 месяца', 'monthly 3'], ['каждый месяц', 'monthly 1'], ['каждую пятницу', 'weekly 1'],
])('%s is %s', (text, expected) => {
  const { type, interval } = findRepeat(`water the plants ${text}`, FIELDS, NOW)?.value ?? {}
  expect(`${String(type)} ${String(interval)}`).toBe(expected)
}) // prettier-ignore

it('leaves the weekday, which is the first due date, and takes the end', () => {
  expect(findRepeat('clean every Monday until 31 December', FIELDS, NOW)).toEqual({
    value: { type: 'weekly', interval: 1, end_date: '31 December' },
    text: 'clean\nMonday\n',
  })
})

it.each(['everyday shoes', 'the daily', 'in 2 weeks', 'через день', 'buy every book'])('%s', (text) => {
  const found = findRepeat(text, FIELDS, NOW)
  expect(found?.value).toEqual(text === 'the daily' ? { type: 'daily', interval: 1 } : undefined)
})

it.each([
  ['remind me 1 hour before', 60], ['and remind me an hour before', 60], ['30 minutes before', 30], ['remind me 1 day in advance', 1440],
  ['with a 15 minute reminder', 15], ['half an hour before', 30], ['two weeks before', 20_160], ['напомни за час', 60], ['за 2 часа до срока', 120],
  ['напомни мне за день', 1440], ['и напомни за полчаса', 30], ['с напоминанием за 15 минут', 15], ['напомни за неделю', 10_080],
])('"%s" is %d minutes before', (text, minutes) => {
  const found = findReminder(`pay rent ${text}`)
  expect(found?.minutes).toBe(minutes)
}) // prettier-ignore

it.each(['in 3 days', 'remind me to call', 'сделать за час', 'напомни позвонить через час', 'before lunch'])(
  '"%s" is no reminder',
  (text) => {
    expect(findReminder(text)).toBeUndefined()
  },
)
