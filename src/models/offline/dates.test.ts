import { describe, expect, it } from 'vitest'
import { findDate } from './dates.ts'

/** Saturday, 21 November 2026. */
const NOW = new Date(2026, 10, 21, 12)

describe('findDate', () => {
  it.each([
    ['today', '2026-11-21'],
    ['tomorrow', '2026-11-22'],
    ['the day after tomorrow', '2026-11-23'],
    ['yesterday', '2026-11-20'],
    ['due Friday', '2026-11-27'],
    ['on Saturday', '2026-11-28'],
    ['by Monday', '2026-11-23'],
    ['next Sunday', '2026-11-29'],
    ['next Tuesday', '2026-11-24'],
    ['in 3 days', '2026-11-24'],
    ['in two weeks', '2026-12-05'],
    ['in a month', '2026-12-21'],
    ['next week', '2026-11-28'],
    ['next month', '2026-12-21'],
    ['end of week', '2026-11-22'],
    ['by the end of the month', '2026-11-30'],
    ['end of year', '2026-12-31'],
    ['2027-02-03', '2027-02-03'],
    ['5 May', '2027-05-05'],
    ['May 5th, 2028', '2028-05-05'],
    ['the 1st of December', '2026-12-01'],
    ['until Christmas', '2026-12-25'],
    ["New Year's Day", '2027-01-01'],
    ['сегодня', '2026-11-21'],
    ['завтра', '2026-11-22'],
    ['послезавтра', '2026-11-23'],
    ['к пятнице', '2026-11-27'],
    ['в среду', '2026-11-25'],
    ['в следующее воскресенье', '2026-11-29'],
    ['через 3 дня', '2026-11-24'],
    ['через неделю', '2026-11-28'],
    ['через два месяца', '2027-01-21'],
    ['на следующей неделе', '2026-11-28'],
    ['до конца месяца', '2026-11-30'],
    ['в конце года', '2026-12-31'],
    ['5 мая', '2027-05-05'],
    ['05.12.2026', '2026-12-05'],
    ['до нового года', '2027-01-01'],
  ])('%s is %s', (text, date) => {
    expect(findDate(`call mom ${text}`, NOW)).toMatchObject({ date, time: undefined })
  })

  it.each([
    ['tomorrow at 5pm', '17:00'],
    ['at 9:30 tomorrow', '09:30'],
    ['завтра в 17:45', '17:45'],
    ['завтра в 6 вечера', '18:00'],
  ])('%s is at %s', (text, time) => {
    expect(findDate(text, NOW)).toMatchObject({ date: '2026-11-22', time })
  })

  it.each(['buy milk', '31 February 2027', '2026-13-01', 'monster', 'среднее значение', 'tomorrows'])(
    '%s names no day',
    (text) => {
      expect(findDate(text, NOW)).toBeUndefined()
    },
  )

  it('covers the words that lead to the day, so that nothing of them stays in a title', () => {
    const text = 'pay rent due by Friday, please'
    const { start = 0, end = 0 } = findDate(text, NOW) ?? {}
    expect(text.slice(start, end)).toBe('due by Friday')
  })

  it('keeps to the last day of a shorter month', () => {
    expect(findDate('in a month', new Date(2027, 0, 31))).toMatchObject({ date: '2027-02-28' })
  })
})
