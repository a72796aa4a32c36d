import type { StoredRecurrence } from '../store/store.ts'
import {
  addDays,
  addMonths,
  daysInMonth,
  fromWallClock,
  toIsoDay,
  toWallClock,
  type Day,
} from '../time-zone.ts'
import { dayOf, toAllDay, type DueDate, type Moment } from './due-date.ts'

export interface Occurrence {
  readonly due: DueDate
  readonly recurrence: StoredRecurrence
}

/**
 * When a recurring task that is completed now is due again: the first of its days after the one it was due on that is
 * not over yet, at the same time on the person's wall. A task without a due date counts from today. Undefined when
 * its last day has passed.
 */
export function nextOccurrence(
  recurrence: StoredRecurrence,
  due: DueDate | null,
  moment: Moment,
): Occurrence | undefined {
  const today = toWallClock(moment.now, moment.timeZone)
  const base = due ? dayOf(due, moment.timeZone) : today
  const day = firstFrom(toIsoDay(today), recurrence, base)
  if (day === undefined || (recurrence.end_date !== null && toIsoDay(day) > recurrence.end_date))
    return undefined
  const kept = recurrence.type === 'monthly' ? { month_day: monthDayOf(recurrence, base) } : {}
  return { due: onDay(day, due, moment.timeZone), recurrence: { ...recurrence, ...kept } }
}

function firstFrom(today: string, recurrence: StoredRecurrence, base: Day): Day | undefined {
  for (let count = 1; ; count += 1) {
    const day = shift(recurrence, base, count)
    if (day.year > 9998) return undefined
    if (toIsoDay(day) >= today) return day
  }
}

function shift(recurrence: StoredRecurrence, base: Day, count: number): Day {
  const { type, interval } = recurrence
  if (type === 'daily') return addDays(base, interval * count)
  if (type === 'weekly') return addDays(base, 7 * interval * count)
  const month = addMonths({ ...base, day: 1 }, interval * count)
  return { ...month, day: Math.min(monthDayOf(recurrence, base), daysInMonth(month)) }
}

/** The 31st stays the 31st after a February. */
function monthDayOf({ month_day: meant }: StoredRecurrence, base: Day): number {
  const clamped = meant !== undefined && base.day === Math.min(meant, daysInMonth(base))
  return clamped ? meant : base.day
}

function onDay(day: Day, due: DueDate | null, timeZone: string): DueDate {
  if (!due || due.allDay) return toAllDay(day)
  const { hour, minute } = toWallClock(due.at, timeZone)
  return {
    at: fromWallClock({ year: day.year, month: day.month, day: day.day, hour, minute }, timeZone),
    allDay: false,
  }
}
