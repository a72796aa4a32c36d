import { describe, expect, it } from 'vitest'
import { findDateWords } from './date-words.ts'

/** Saturday, 21 November 2026. */
const NOW = { year: 2026, month: 10, day: 21, hour: 12, minute: 0 }

describe('findDateWords', () => {
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
    ['in a couple of days', '2026-11-23'],
    ['через пару недель', '2026-12-05'],
    ['three days from now', '2026-11-24'],
    ['on the 15th', '2026-12-15'],
    ['до 30-го числа', '2026-11-30'],
    ['by Fri', '2026-11-27'],
    ['в пт', '2026-11-27'],
    ['к 05.12', '2026-12-05'],
    ['at the end of the day', '2026-11-21'],
    ['this weekend', '2026-11-21'],
    ['на выходных', '2026-11-21'],
    ['в конце недели', '2026-11-22'],
    ['29 February 2028', '2028-02-29'],
  ])('%s is %s', (text, date) => {
    expect(findDateWords(`call mom ${text}`, NOW)).toMatchObject({ date, time: undefined })
  })

  it.each([
    ['tomorrow at 5pm', '2026-11-22 17:00'],
    ['at 9:30 tomorrow', '2026-11-22 09:30'],
    ['завтра в 17:45', '2026-11-22 17:45'],
    ['завтра в 6 вечера', '2026-11-22 18:00'],
    ['завтра в 9', '2026-11-22 09:00'],
    ['завтра утром', '2026-11-22 09:00'],
    ['завтра в девять утра', '2026-11-22 09:00'],
    ['в пятницу в 12 часов дня', '2026-11-27 12:00'],
    ['в 10:15 в понедельник', '2026-11-23 10:15'],
    ['tomorrow evening', '2026-11-22 19:00'],
    ['tomorrow afternoon', '2026-11-22 14:00'],
    ['on Friday at noon', '2026-11-27 12:00'],
    ['Friday at 12am', '2026-11-27 00:00'],
    ['Friday at 12 pm', '2026-11-27 12:00'],
    ["tomorrow at nine o'clock", '2026-11-22 09:00'],
    ['tonight', '2026-11-21 20:00'],
    ['tonight at 9', '2026-11-21 21:00'],
    ['at 18:00', '2026-11-21 18:00'],
    ['at 11am', '2026-11-22 11:00'],
    ['в 9', '2026-11-22 09:00'],
    ['к полуночи', '2026-11-22 00:00'],
    ['in 3 hours', '2026-11-21 15:00'],
    ['in half an hour', '2026-11-21 12:30'],
    ['через 90 минут', '2026-11-21 13:30'],
    ['через час', '2026-11-21 13:00'],
    ['in 13 hours', '2026-11-22 01:00'],
    ['2026-12-01 08:05', '2026-12-01 08:05'],
  ])('%s is %s', (text, expected) => {
    const { date, time } = findDateWords(`call mom ${text}`, NOW) ?? {}
    expect(`${date} ${time}`).toBe(expected)
  })

  it.each([
    'buy milk', '31 February 2027', '2026-13-01', 'monster', 'среднее значение', 'tomorrows', 'buy sun cream', 'look at 2 houses',
    'купить 3 дня', 'score 3:99', 'in 9999 years',
  ])('%s names no day', (text) => {
    expect(findDateWords(text, NOW)).toBeUndefined()
  }) // prettier-ignore

  it('covers the words that lead to the day, so that nothing of them stays in a title', () => {
    const text = 'pay rent due by Friday, please'
    const { start = 0, end = 0 } = findDateWords(text, NOW) ?? {}
    expect(text.slice(start, end)).toBe('due by Friday')
  })

  it('keeps to the last day of a shorter month', () => {
    expect(findDateWords('in a month', { ...NOW, year: 2027, month: 0, day: 31 })).toMatchObject({
      date: '2027-02-28',
    })
  })
})
