import { findDateWords } from '../date-words.ts'
import { AppError } from '../errors.ts'
import {
  fromWallClock,
  toDay,
  toIsoDay,
  toIsoTime,
  toWallClock,
  type Day,
  type WallClock,
} from '../time-zone.ts'

/** When a task is due. A day without a time is kept as its noon in UTC, so that it is the same day in every zone. */
export interface DueDate {
  readonly at: Date
  readonly allDay: boolean
}

/** Where and when words such as "tomorrow" are said. */
export interface Moment {
  readonly now: Date
  readonly timeZone: string
}

/** Tasks that are due on a day are reminded of from this hour. */
const MORNING_HOUR = 9

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i
const LOCAL =
  /^(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})(?:[T ](?<h>\d{2}):(?<min>\d{2})(?::\d{2}(?:\.\d{1,9})?)?)?$/

/**
 * Reads ISO 8601 (a day, a time with an offset, or a time on the person's wall) or plain words ("in 3 days",
 * «завтра в 9»). Throws `task_invalid` when it is neither.
 */
export function parseDueDate(text: string, moment: Moment): DueDate {
  const said = text.trim()
  const due = INSTANT.test(said) ? readInstant(said) : (readLocal(said, moment) ?? readWords(said, moment))
  if (due) return due
  throw new AppError('task_invalid', {
    params: {
      problem: `I cannot read the date "${said.slice(0, 60)}". Say it like "Friday at 9", "in 3 days" or "2026-12-31".`,
    },
  })
}

/** The calendar day of a due date where the person is. */
export function dayOf({ at, allDay }: DueDate, timeZone: string): Day {
  return toWallClock(at, allDay ? 'UTC' : timeZone)
}

/** A day without a time. */
export function toAllDay({ year, month, day }: Day): DueDate {
  return { at: new Date(Date.UTC(year, month, day, 12)), allDay: true }
}

/** The instant that reminders are counted back from. */
export function reminderBase(due: DueDate, timeZone: string): Date {
  return due.allDay
    ? fromWallClock({ ...dayOf(due, timeZone), hour: MORNING_HOUR, minute: 0 }, timeZone)
    : due.at
}

/** `YYYY-MM-DD` for a day, ISO 8601 in UTC for a time. */
export function toIsoDue({ at, allDay }: DueDate): string {
  return allDay ? at.toISOString().slice(0, 10) : at.toISOString()
}

/** `YYYY-MM-DD`, or `YYYY-MM-DD HH:MM` as the person's wall shows it. */
export function toLocalDue(due: DueDate, timeZone: string): string {
  if (due.allDay) return toIsoDue(due)
  const wall = toWallClock(due.at, timeZone)
  return `${toIsoDay(wall)} ${toIsoTime(wall)}`
}

function readInstant(said: string): DueDate | undefined {
  const at = new Date(said)
  const year = at.getUTCFullYear()
  return Number.isNaN(at.getTime()) || year < 1970 || year > 9998 ? undefined : { at, allDay: false }
}

function readLocal(said: string, { timeZone }: Moment): DueDate | undefined {
  const { y, m, d, h, min } = LOCAL.exec(said)?.groups ?? {}
  const day = y && toDay(Number(y), Number(m) - 1, Number(d))
  if (!day) return undefined
  if (h === undefined) return toAllDay(day)
  const [hour, minute] = [Number(h), Number(min)]
  return hour < 24 && minute < 60 ? atTime({ ...day, hour, minute }, timeZone) : undefined
}

/** Words that may stand around a date and change nothing. */
const FILLER = /^[\s,.!]*(?:(?:please|пожалуйста|it|is|the|on|by|at)[\s,.!]*)*$/iu

function readWords(said: string, { now, timeZone }: Moment): DueDate | undefined {
  const found = findDateWords(said, toWallClock(now, timeZone))
  if (!found || !FILLER.test(said.slice(0, found.start)) || !FILLER.test(said.slice(found.end)))
    return undefined
  return readLocal(found.time ? `${found.date}T${found.time}` : found.date, { now, timeZone })
}

function atTime(wall: WallClock, timeZone: string): DueDate {
  return { at: fromWallClock(wall, timeZone), allDay: false }
}
