import { compilePhrases, type Span } from './phrases.ts'

/** A day found in plain words, and the time of day when one was said. */
export interface FoundDate extends Span {
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** `HH:MM`. */
  readonly time: string | undefined
}

/** Reads one way of naming a day; undefined when the match names none (31 February). */
type DayReader = (groups: Readonly<Record<string, string | undefined>>, today: Day) => Day | undefined

interface Day {
  readonly year: number
  /** Counts from 0. */
  readonly month: number
  readonly day: number
}

const WEEKDAYS =
  'sun|воскресень mon|понедельник tue|вторник wed|сред thu|четверг fri|пятниц sat|суббот'.split(' ')
const MONTHS = (
  'jan|январ feb|феврал mar|март apr|апрел may|мая|май jun|июн jul|июл aug|август ' +
  'sep|сентябр oct|октябр nov|ноябр dec|декабр'
).split(' ')
const NUMBERS = (
  'a|an|one|один|одну two|два|две three|три four|четыре five|пять six|шесть seven|семь ' +
  'eight|восемь nine|девять ten|десять'
).split(' ')

const WEEKDAY =
  '(?:sunday|sun|monday|mon|tuesday|tues|tue|wednesday|wed|thursday|thurs|thu|friday|fri|saturday|sat|' +
  String.raw`воскресень\p{L}|понедельник\p{L}{0,2}|вторник\p{L}{0,2}|сред[ауеы]|четверг\p{L}{0,2}|пятниц\p{L}{1,2}|суббот\p{L}{1,2})`
const MONTH =
  '(?:january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|september|sept|sep|october|oct|november|nov|december|dec|' +
  String.raw`январ\p{L}|феврал\p{L}|марта?|апрел\p{L}|мая|июн\p{L}|июл\p{L}|августа?|сентябр\p{L}|октябр\p{L}|ноябр\p{L}|декабр\p{L})`
const COUNT = String.raw`(?:\d{1,4}|${NUMBERS.join('|')})`
const UNIT = String.raw`(?:days?|weeks?|months?|years?|дня|дней|день|недел\p{L}|месяц\p{L}{0,2}|лет|год\p{L}?)`

/** The ways of naming a day, the more exact ones first. */
const READERS: readonly (readonly [string, DayReader])[] = [
  [
    String.raw`(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})`,
    ({ y, m, d }) => toDay(Number(y), Number(m) - 1, Number(d)),
  ],
  [
    String.raw`(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})`,
    ({ y, m, d }) => toDay(Number(y), Number(m) - 1, Number(d)),
  ],
  [
    String.raw`(?<d>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?<month>${MONTH})(?:,?\s+(?<y>\d{4}))?`,
    readMonthDay,
  ],
  [String.raw`(?<month>${MONTH})\s+(?<d>\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?<y>\d{4}))?`, readMonthDay],
  ['(?:the\\s+)?day after tomorrow|послезавтра', (_, today) => addDays(today, 2)],
  ['tomorrow|завтра', (_, today) => addDays(today, 1)],
  ['today|tonight|сегодня', (_, today) => today],
  ['christmas(?: day)?|рождеств\\p{L}', (_, today) => nextYearly(today, 11, 25)],
  ["(?:the\\s+)?new year(?:[’']s(?: day)?)?|нов\\p{L}+ год\\p{L}?", (_, today) => nextYearly(today, 0, 1)],
  ['yesterday|вчера', (_, today) => addDays(today, -1)],
  [
    '(?:the\\s+)?end of (?:the |this )?(?<unit>week|month|year)|(?:в\\s+)?кон(?:це|цу|ца|ец) (?<ruUnit>недели|месяца|года)',
    readEnd,
  ],
  [`(?:in|через)\\s+(?<n>${COUNT})?\\s*(?<unit>${UNIT})`, readAfter],
  [
    'next\\s+(?<unit>week|month|year)|(?:на\\s+|в\\s+)?следующ\\p{L}+\\s+(?<ruUnit>недел\\p{L}|месяц\\p{L}?|год\\p{L}?)',
    readAfter,
  ],
  [`(?<next>next\\s+|следующ\\p{L}+\\s+)?(?:this\\s+|эту\\s+|этот\\s+)?(?<weekday>${WEEKDAY})`, readWeekday],
]

const LEAD = String.raw`(?:(?:due|by|until|till|before|on|for|deadline:?|к|ко|до|на|в|во|срок:?)\s+){0,2}`
const DAY_PATTERNS = READERS.map(
  ([source, read]) =>
    [new RegExp(`(?<![\\p{L}\\p{N}])${LEAD}(?:${source})(?![\\p{L}\\p{N}])`, 'iu'), read] as const,
)
const TIME = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:at|в|к)\s+(?<h>\d{1,2})(?::(?<min>\d{2}))?\s*(?<half>am|pm|утра|дня|вечера|часов|часа|час)?(?![\p{L}\p{N}:.])`,
  'iu',
)
const EVENING = compilePhrases('pm, вечера, дня')

/** The first day named in `text`, counted from `now` in local time, with the time of day beside it. */
export function findDate(text: string, now: Date): FoundDate | undefined {
  const today: Day = { year: now.getFullYear(), month: now.getMonth(), day: now.getDate() }
  let best: FoundDate | undefined
  for (const [pattern, read] of DAY_PATTERNS) {
    const match = pattern.exec(text)
    const day = match && read(match.groups ?? {}, today)
    if (!match || !day || (best && best.start <= match.index)) continue
    best = { start: match.index, end: match.index + match[0].length, date: toIso(day), time: undefined }
  }
  return best && withTime(text, best)
}

/** A time of day said right after or before the day belongs to it. */
function withTime(text: string, found: FoundDate): FoundDate {
  const match = TIME.exec(text)
  if (!match?.groups) return found
  const end = match.index + match[0].length
  const gap = match.index >= found.end ? text.slice(found.end, match.index) : text.slice(end, found.start)
  const time = readTime(match.groups)
  if (gap.trim() !== '' || time === undefined) return found
  return { ...found, start: Math.min(found.start, match.index), end: Math.max(found.end, end), time }
}

function readTime({
  h,
  min = '00',
  half = '',
}: Readonly<Record<string, string | undefined>>): string | undefined {
  const said = Number(h)
  const hour = EVENING.test(half) && said < 12 ? said + 12 : said
  if (hour > 23 || Number(min) > 59) return undefined
  return `${String(hour).padStart(2, '0')}:${min}`
}

function readMonthDay(
  { month, d, y }: Readonly<Record<string, string | undefined>>,
  today: Day,
): Day | undefined {
  const index = indexOf(MONTHS, month ?? '')
  return y ? toDay(Number(y), index, Number(d)) : nextYearly(today, index, Number(d))
}

/** The next such day of the year, today included. */
function nextYearly(today: Day, month: number, day: number): Day | undefined {
  const thisYear = toDay(today.year, month, day)
  return thisYear && toIso(thisYear) >= toIso(today) ? thisYear : toDay(today.year + 1, month, day)
}

function readWeekday({ weekday, next }: Readonly<Record<string, string | undefined>>, today: Day): Day {
  const current = weekdayOf(today)
  const ahead = (indexOf(WEEKDAYS, weekday ?? '') - current + 7) % 7 || 7
  // Weeks begin on Monday: "next Friday", said on a Tuesday, is the one of the week that follows.
  const daysLeftInWeek = (7 - current) % 7
  return addDays(today, next && ahead <= daysLeftInWeek ? ahead + 7 : ahead)
}

function readAfter(
  { n, unit, ruUnit }: Readonly<Record<string, string | undefined>>,
  today: Day,
): Day | undefined {
  const count = n === undefined ? 1 : /^\d/.test(n) ? Number(n) : indexOf(NUMBERS, n, true) + 1
  const name = (unit ?? ruUnit ?? '').toLowerCase()
  if (/^(?:week|недел)/u.test(name)) return addDays(today, 7 * count)
  if (/^(?:month|месяц)/u.test(name)) return addMonths(today, count)
  if (/^(?:year|год|лет)/u.test(name)) return addMonths(today, 12 * count)
  return addDays(today, count)
}

function readEnd({ unit, ruUnit }: Readonly<Record<string, string | undefined>>, today: Day): Day {
  const name = (unit ?? ruUnit ?? '').toLowerCase()
  if (/^(?:week|недел)/u.test(name)) return addDays(today, (7 - weekdayOf(today)) % 7)
  if (/^(?:month|месяц)/u.test(name)) return { ...today, day: daysInMonth(today.year, today.month) }
  return { ...today, month: 11, day: 31 }
}

function indexOf(table: readonly string[], word: string, whole = false): number {
  const lower = word.toLowerCase()
  const fits = (name: string): boolean => (whole ? lower === name : lower.startsWith(name))
  return table.findIndex((names) => names.split('|').some(fits))
}

function toDay(year: number, month: number, day: number): Day | undefined {
  const exists = month >= 0 && month < 12 && day >= 1 && day <= daysInMonth(year, month)
  return exists ? { year, month, day } : undefined
}

function addDays({ year, month, day }: Day, count: number): Day {
  const moved = new Date(Date.UTC(year, month, day + count))
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth(), day: moved.getUTCDate() }
}

/** The same day `count` months later; the last of the month when it has no such day. */
function addMonths({ year, month, day }: Day, count: number): Day {
  const first = new Date(Date.UTC(year, month + count, 1))
  const target = { year: first.getUTCFullYear(), month: first.getUTCMonth() }
  return { ...target, day: Math.min(day, daysInMonth(target.year, target.month)) }
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month, day)).getUTCDay()
}

function toIso({ year, month, day }: Day): string {
  return `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
