/** A day of the calendar, in no particular place. */
export interface Day {
  readonly year: number
  /** Counts from 0. */
  readonly month: number
  readonly day: number
}

/** What a calendar and a clock on the wall show. */
export interface WallClock extends Day {
  readonly hour: number
  readonly minute: number
}

const DAY_MS = 86_400_000

/** True for the name of a time zone that can be counted in, such as `Europe/Paris` or `UTC`. */
export function isTimeZone(name: string): boolean {
  // Spares most starts the loading of the calendars.
  if (name === 'UTC') return true
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** What the wall shows in `timeZone` at an instant. */
export function toWallClock(instant: Date, timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const read = (part: Intl.DateTimeFormatPartTypes): number => parts.get(part) ?? 0
  return {
    year: read('year'),
    month: read('month') - 1,
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
  }
}

/**
 * The instant at which the wall in `timeZone` shows `wall`. Where clocks go back and it shows that twice, the first
 * time; where they go forward and it never does, as much later as the clocks were moved.
 */
export function fromWallClock(wall: WallClock, timeZone: string): Date {
  const guess = toFloating(wall)
  const offsets = [guess - DAY_MS, guess + DAY_MS].map((instant) => offsetAt(instant, timeZone))
  const fitting = offsets
    .map((offset) => guess - offset)
    .filter((instant) => offsetAt(instant, timeZone) === guess - instant)
  return new Date(fitting.length > 0 ? Math.min(...fitting) : guess - (offsets[0] ?? 0))
}

/** Milliseconds that the wall in `timeZone` is ahead of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  return toFloating(toWallClock(new Date(instant), timeZone)) - Math.floor(instant / 60_000) * 60_000
}

function toFloating({ year, month, day, hour, minute }: WallClock): number {
  return Date.UTC(year, month, day, hour, minute)
}

export function addDays({ year, month, day }: Day, count: number): Day {
  const moved = new Date(Date.UTC(year, month, day + count))
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth(), day: moved.getUTCDate() }
}

/** The same day `count` months later; the last of the month when it has no such day. */
export function addMonths({ year, month, day }: Day, count: number): Day {
  const first = new Date(Date.UTC(year, month + count, 1))
  const target = { year: first.getUTCFullYear(), month: first.getUTCMonth() }
  return { ...target, day: Math.min(day, daysInMonth(target)) }
}

export function daysInMonth({ year, month }: Pick<Day, 'year' | 'month'>): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}

/** 0 is Sunday. */
export function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month, day)).getUTCDay()
}

/** `month` counts from 0; undefined for a day that does not exist. */
export function toDay(year: number, month: number, day: number): Day | undefined {
  const exists = month >= 0 && month < 12 && day >= 1 && day <= daysInMonth({ year, month })
  return exists && year >= 1970 && year <= 9999 ? { year, month, day } : undefined
}

/** `YYYY-MM-DD`. */
export function toIsoDay({ year, month, day }: Day): string {
  return `${String(year).padStart(4, '0')}-${twoDigits(month + 1)}-${twoDigits(day)}`
}

/** `HH:MM`. */
export function toIsoTime({ hour, minute }: Pick<WallClock, 'hour' | 'minute'>): string {
  return `${twoDigits(hour)}:${twoDigits(minute)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
