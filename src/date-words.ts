import {
  addDays,
  addMonths,
  daysInMonth,
  toDay,
  toIsoDay,
  toIsoTime,
  weekdayOf,
  type Day,
  type WallClock,
} from './time-zone.ts'
import { findTimeWords, type TimeWords } from './time-words.ts'

/** A day found in plain words, and the time of day when one was said. `[start, end)` is where it stands. */
export interface DateWords {
  readonly start: number
  readonly end: number
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** `HH:MM`. */
  readonly time: string | undefined
}

type Groups = Readonly<Record<string, string | undefined>>

interface Moment {
  readonly day: Day
  readonly time?: string
  /** The words name the minute; no other time belongs to them. */
  readonly exact?: true
}

/** Reads one way of naming a day; undefined when the match names none (31 February). */
type DayReader = (groups: Groups, wall: WallClock) => Moment | undefined

const WEEKDAYS =
  'sun|воскресень mon|понедельник tue|вторник wed|сред thu|четверг fri|пятниц sat|суббот'.split(' ')
const MONTHS = (
  'jan|январ feb|феврал mar|март apr|апрел may|мая|май jun|июн jul|июл aug|август ' +
  'sep|сентябр oct|октябр nov|ноябр dec|декабр'
).split(' ')
const NUMBERS = (
  'a|an|one|один|одну two|couple|два|две|пару three|три four|четыре five|пять six|шесть seven|семь ' +
  'eight|восемь nine|девять ten|десять'
).split(' ')

const WEEKDAY =
  '(?:sunday|monday|tuesday|wednesday|thursday|friday|saturday|' +
  String.raw`воскресень\p{L}|понедельник\p{L}{0,2}|вторник\p{L}{0,2}|сред[ауеы]|четверг\p{L}{0,2}|пятниц\p{L}{1,2}|суббот\p{L}{1,2})`
/** "Sun" and "mon" are words of their own, so these want a word before them: "on Fri". */
const SHORT_WEEKDAY = '(?:sun|mon|tues|tue|wed|thurs|thu|fri|sat|пн|вт|ср|чт|пт|сб|вс)'
const SHORT_RUSSIAN = 'вс пн вт ср чт пт сб'.split(' ')
const MONTH =
  '(?:january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|september|sept|sep|october|oct|november|nov|december|dec|' +
  String.raw`январ\p{L}|феврал\p{L}|марта?|апрел\p{L}|мая|июн\p{L}|июл\p{L}|августа?|сентябр\p{L}|октябр\p{L}|ноябр\p{L}|декабр\p{L})`
const COUNT = String.raw`(?:\d{1,4}|(?:a\s+)?couple\s+of|${NUMBERS.join('|')})`
const UNIT = String.raw`(?:days?|weeks?|months?|years?|дня|дней|день|недел\p{L}|месяц\p{L}{0,2}|лет|год\p{L}?)`
const SHORT_UNIT = String.raw`(?:hours?|hrs?|minutes?|mins?|часов|часа|час|минут\p{L}?)`
const BY = '(?:due|by|until|till|before|on|this|к|ко|до|на|в|во)'

/** The ways of naming a day, the more exact ones first. */
const READERS: readonly (readonly [string, DayReader])[] = [
  [
    String.raw`(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})`,
    ({ y, m, d }) => toMoment(toDay(Number(y), Number(m) - 1, Number(d))),
  ],
  [
    String.raw`(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})`,
    ({ y, m, d }) => toMoment(toDay(Number(y), Number(m) - 1, Number(d))),
  ],
  [
    String.raw`${BY}\s+(?<d>\d{2})\.(?<m>\d{2})(?!\.?\d)`,
    ({ m, d }, wall) => toMoment(nextYearly(wall, Number(m) - 1, Number(d))),
  ],
  [
    String.raw`(?:the\s+)?(?<d>\d{1,2})(?:st|nd|rd|th|-?го)?\s+(?:of\s+)?(?<month>${MONTH})(?:,?\s+(?<y>\d{4}))?`,
    readMonthDay,
  ],
  [String.raw`(?<month>${MONTH})\s+(?<d>\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?<y>\d{4}))?`, readMonthDay],
  [
    String.raw`(?:by|on|until|before)\s+the\s+(?<d>\d{1,2})(?:st|nd|rd|th)|(?<ruDay>\d{1,2})(?:-?го)?\s+числа`,
    ({ d, ruDay }, wall) => toMoment(nextMonthly(wall, Number(d ?? ruDay))),
  ],
  ['(?:the\\s+)?day after tomorrow|послезавтра', (_, wall) => toMoment(addDays(wall, 2))],
  ['tomorrow|завтра', (_, wall) => toMoment(addDays(wall, 1))],
  ['tonight|сегодня вечером', (_, wall) => ({ day: wall, time: EVENING })],
  ['(?:later\\s+)?today|сегодня', (_, wall) => toMoment(wall)],
  ['christmas(?: day)?|рождеств\\p{L}', (_, wall) => toMoment(nextYearly(wall, 11, 25))],
  [
    "(?:the\\s+)?new year(?:[’']s(?: day)?)?|нов\\p{L}+ год\\p{L}?",
    (_, wall) => toMoment(nextYearly(wall, 0, 1)),
  ],
  ['yesterday|вчера', (_, wall) => toMoment(addDays(wall, -1))],
  [
    '(?:the\\s+)?end of (?:the |this )?(?<unit>day|week|month|year)|(?:в\\s+)?кон(?:це|цу|ца|ец) (?<ruUnit>дня|недели|месяца|года)',
    readEnd,
  ],
  [
    '(?:this |the |next )?weekend|(?:эт\\p{L}+\\s+)?выходны[ехм]',
    (_, wall) => toMoment(addDays(wall, (6 - weekdayOf(wall) + 7) % 7)),
  ],
  [
    `(?:in|через)\\s+(?<half>half an hour|полчаса)|(?:in|через)\\s+(?:(?<n>${COUNT})\\s*)?(?<unit>${SHORT_UNIT})`,
    readClock,
  ],
  [`(?:in|через)\\s+(?:(?<n>${COUNT})\\s*)?(?<unit>${UNIT})`, readAfter],
  [`(?<n>${COUNT})\\s+(?<unit>${UNIT})\\s+from\\s+(?:now|today)`, readAfter],
  [
    'next\\s+(?<unit>week|month|year)|(?:на\\s+|в\\s+)?следующ\\p{L}+\\s+(?<ruUnit>недел\\p{L}|месяц\\p{L}?|год\\p{L}?)',
    readAfter,
  ],
  [
    `(?<next>next\\s+|следующ\\p{L}+\\s+)?(?:this\\s+|эту\\s+|этот\\s+|это\\s+)?(?<weekday>${WEEKDAY})`,
    readWeekday,
  ],
  [`(?:(?<next>next\\s+)|${BY}\\s+)(?<weekday>${SHORT_WEEKDAY})`, readWeekday],
]

/** What "tonight" is when no time is said. */
const EVENING = '20:00'

const LEAD = String.raw`(?:(?:is due|due|by|until|till|before|on|for|from|starting|deadline:?|к|ко|до|на|в|во|срок:?)\s+){0,2}`
const DAY_PATTERNS = READERS.map(
  ([source, read]) =>
    [new RegExp(`(?<![\\p{L}\\p{N}])${LEAD}(?:${source})(?![\\p{L}\\p{N}])`, 'iu'), read] as const,
)

/**
 * The first day named in `text` in English or Russian ("due Friday", "in 3 days", "tomorrow at 9", «через неделю»),
 * counted from `wall`, what calendar and clock show now. A time of day alone is that of today, or of tomorrow when it
 * is over.
 */
export function findDateWords(text: string, wall: WallClock): DateWords | undefined {
  let best: Found | undefined
  for (const [pattern, read] of DAY_PATTERNS) {
    const match = pattern.exec(text)
    const moment = match && read(match.groups ?? {}, wall)
    if (!match || !moment || (best && best.start <= match.index)) continue
    best = { start: match.index, end: match.index + match[0].length, moment }
  }
  if (best) return withTime(text, best)
  const time = findTimeWords(text, { alone: true })[0]
  if (!time) return undefined
  const isOver = time.time <= toIsoTime(wall)
  return { ...time, date: toIsoDay(isOver ? addDays(wall, 1) : wall) }
}

interface Found {
  readonly start: number
  readonly end: number
  readonly moment: Moment
}

/** A time of day said right after or before the day belongs to it. */
function withTime(text: string, { start, end, moment }: Found): DateWords {
  const isBeside = (time: TimeWords): boolean => {
    const gap = time.start >= end ? text.slice(end, time.start) : text.slice(time.end, start)
    return (time.start >= end || time.end <= start) && /^[\s,]*$/.test(gap)
  }
  const found = { start, end, date: toIsoDay(moment.day), time: moment.time }
  const beside = moment.exact ? undefined : findTimeWords(text, { alone: false }).find(isBeside)
  if (!beside) return found
  // "Tonight at 9" is in the evening.
  const time = moment.time === EVENING ? toEvening(beside.time) : beside.time
  return { ...found, start: Math.min(start, beside.start), end: Math.max(end, beside.end), time }
}

function toEvening(time: string): string {
  const hour = Number(time.slice(0, 2))
  return hour < 12 ? `${hour + 12}${time.slice(2)}` : time
}

function toMoment(day: Day | undefined): Moment | undefined {
  return day && { day }
}

function readMonthDay({ month, d, y }: Groups, wall: WallClock): Moment | undefined {
  const index = indexOf(MONTHS, month ?? '')
  return toMoment(y ? toDay(Number(y), index, Number(d)) : nextYearly(wall, index, Number(d)))
}

/** The next such day of the year, today included. */
function nextYearly(today: Day, month: number, day: number): Day | undefined {
  const thisYear = toDay(today.year, month, day)
  return thisYear && toIsoDay(thisYear) >= toIsoDay(today) ? thisYear : toDay(today.year + 1, month, day)
}

/** The next such day of a month, today included. */
function nextMonthly(today: Day, day: number): Day | undefined {
  const thisMonth = toDay(today.year, today.month, day)
  if (thisMonth && day >= today.day) return thisMonth
  const { year, month } = addMonths({ ...today, day: 1 }, 1)
  return toDay(year, month, day)
}

function readWeekday({ weekday = '', next }: Groups, wall: WallClock): Moment {
  const current = weekdayOf(wall)
  const short = SHORT_RUSSIAN.indexOf(weekday.toLowerCase())
  const wanted = short === -1 ? indexOf(WEEKDAYS, weekday) : short
  const ahead = (wanted - current + 7) % 7 || 7
  // Weeks begin on Monday: "next Friday", said on a Tuesday, is the one of the week that follows.
  const daysLeftInWeek = (7 - current) % 7
  return { day: addDays(wall, next && ahead <= daysLeftInWeek ? ahead + 7 : ahead) }
}

function readAfter({ n, unit, ruUnit }: Groups, wall: WallClock): Moment | undefined {
  const count = readCount(n)
  const name = (unit ?? ruUnit ?? '').toLowerCase()
  if (/^(?:week|недел)/u.test(name)) return within(addDays(wall, 7 * count))
  if (/^(?:month|месяц)/u.test(name)) return within(addMonths(wall, count))
  if (/^(?:year|год|лет)/u.test(name)) return within(addMonths(wall, 12 * count))
  return within(addDays(wall, count))
}

/** "In 2 hours", "через 30 минут": the time is part of the words. */
function readClock({ half, n, unit = '' }: Groups, wall: WallClock): Moment {
  const isHours = /^[hч]/iu.test(unit)
  const minutes = half ? 30 : readCount(n) * (isHours ? 60 : 1)
  const moved = new Date(Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute + minutes))
  const [year, month, day] = [moved.getUTCFullYear(), moved.getUTCMonth(), moved.getUTCDate()]
  const time = toIsoTime({ hour: moved.getUTCHours(), minute: moved.getUTCMinutes() })
  return { day: { year, month, day }, time, exact: true }
}

function readCount(said: string | undefined): number {
  if (said === undefined) return 1
  if (/^\d/.test(said)) return Number(said)
  return indexOf(NUMBERS, said.replace(/^a\s+couple.*|couple\s+of/iu, 'couple'), true) + 1
}

function readEnd({ unit, ruUnit }: Groups, wall: WallClock): Moment {
  const name = (unit ?? ruUnit ?? '').toLowerCase()
  if (/^(?:day|дня)/u.test(name)) return { day: wall }
  if (/^(?:week|недел)/u.test(name)) return { day: addDays(wall, (7 - weekdayOf(wall)) % 7) }
  if (/^(?:month|месяц)/u.test(name)) return { day: { ...wall, day: daysInMonth(wall) } }
  return { day: { ...wall, month: 11, day: 31 } }
}

function within(day: Day): Moment | undefined {
  return toMoment(toDay(day.year, day.month, day.day))
}

function indexOf(table: readonly string[], word: string, whole = false): number {
  const lower = word.toLowerCase()
  const fits = (name: string): boolean => (whole ? lower === name : lower.startsWith(name))
  return table.findIndex((names) => names.split('|').some(fits))
}
