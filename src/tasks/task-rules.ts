import { AppError } from '../errors.ts'
import type { StoredRecurrence, StoredTask, TaskEdit, TaskFields } from '../store/store.ts'
import { toIsoDay } from '../time-zone.ts'
import { dayOf, parseDueDate, reminderBase, type DueDate, type Moment } from './due-date.ts'
import { nextOccurrence } from './recurrence.ts'
import { TASK_LIMITS, type NewTask, type Recurrence, type TaskChanges } from './task.ts'

/** What a new task is stored as. Throws `task_invalid`. */
export function toFields(task: NewTask, moment: Moment): TaskFields {
  const due = readDue(task.dueDate, moment)
  const fields: Omit<TaskFields, 'remindAt'> = {
    title: readTitle(task.title),
    description: readDescription(task.description),
    completed: false,
    priority: task.priority ?? 'none',
    tags: readTags(task.tags),
    recurrence: readRecurrence(task.recurrence, moment),
    dueAt: due?.at ?? null,
    dueAllDay: due?.allDay ?? false,
    reminderOffsetMinutes: readReminder(task.reminderOffsetMinutes, due !== null),
  }
  return { ...fields, remindAt: remindAt(fields, moment) }
}

/** What becomes of a task when some of its fields change. Throws `task_invalid`. */
export function applyChanges(task: StoredTask, changes: TaskChanges, moment: Moment): TaskEdit {
  const changed = { ...toPlainChanges(task, changes), ...toTimedChanges(task, changes, moment) }
  const completion =
    changes.completed === undefined || changes.completed === task.completed
      ? undefined
      : changes.completed
        ? completeTask({ ...task, ...changed }, moment)
        : reopenTask({ ...task, ...changed }, moment)
  return { ...completion, changes: { ...changed, ...completion?.changes } }
}

/** The task is done; a recurring one is followed by the next. */
export function completeTask(task: TaskFields, moment: Moment): TaskEdit {
  const changes = { completed: true, remindAt: null }
  const next = task.recurrence && nextOccurrence(task.recurrence, dueOf(task), moment)
  if (!next) return { changes }
  const { due, recurrence } = next
  const fields: TaskFields = {
    title: task.title,
    description: task.description,
    completed: false,
    priority: task.priority,
    tags: task.tags,
    recurrence,
    dueAt: due.at,
    dueAllDay: due.allDay,
    reminderOffsetMinutes: task.reminderOffsetMinutes,
    remindAt: null,
  }
  return { changes, next: { ...fields, remindAt: remindAt(fields, moment) } }
}

/** The task is to be done again. */
export function reopenTask(task: TaskFields, moment: Moment): TaskEdit {
  return { changes: { completed: false, remindAt: remindAt({ ...task, completed: false }, moment) } }
}

export function dueOf({ dueAt, dueAllDay }: Pick<TaskFields, 'dueAt' | 'dueAllDay'>): DueDate | null {
  return dueAt && { at: dueAt, allDay: dueAllDay }
}

type Reminded = Pick<TaskFields, 'completed' | 'dueAt' | 'dueAllDay' | 'reminderOffsetMinutes'>

/** When the person is to be reminded: between the reminder's time and the due time; null when that is over. */
export function remindAt(task: Reminded, { now, timeZone }: Moment): Date | null {
  const due = dueOf(task)
  if (task.completed || !due || task.reminderOffsetMinutes === null) return null
  const base = reminderBase(due, timeZone).getTime()
  if (base < now.getTime()) return null
  return new Date(Math.max(now.getTime(), base - task.reminderOffsetMinutes * 60_000))
}

function toPlainChanges(task: StoredTask, changes: TaskChanges): Partial<TaskFields> {
  return {
    ...(changes.title !== undefined && { title: readTitle(changes.title) }),
    ...(changes.description !== undefined && { description: readDescription(changes.description) }),
    ...(changes.priority !== undefined && { priority: changes.priority }),
    ...((changes.tags !== undefined || changes.addTags !== undefined) && {
      tags: readTags([...(changes.tags ?? task.tags), ...(changes.addTags ?? [])]),
    }),
  }
}

/** A reminder that has come does not come again unless its time or the due date is set anew. */
function toTimedChanges(task: StoredTask, changes: TaskChanges, moment: Moment): Partial<TaskFields> {
  const { dueDate, reminderOffsetMinutes, recurrence } = changes
  const repeats = recurrence === undefined ? {} : { recurrence: readRecurrence(recurrence, moment) }
  if (dueDate === undefined && reminderOffsetMinutes === undefined) return repeats
  const due = dueDate === undefined ? dueOf(task) : readDue(dueDate, moment)
  const offset =
    reminderOffsetMinutes === undefined
      ? due && task.reminderOffsetMinutes
      : readReminder(reminderOffsetMinutes, due !== null)
  const timed = { dueAt: due?.at ?? null, dueAllDay: due?.allDay ?? false, reminderOffsetMinutes: offset }
  return { ...repeats, ...timed, remindAt: remindAt({ ...timed, completed: task.completed }, moment) }
}

function readTitle(title: string): string {
  return requireLength('title', title.trim(), TASK_LIMITS.titleCharacters) || refuse('Title is required')
}

function readDescription(description: string | null | undefined): string | null {
  return requireLength('description', description?.trim() ?? '', TASK_LIMITS.descriptionCharacters) || null
}

function readTags(tags: readonly string[] = []): readonly string[] {
  const kept = [...new Set(tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== ''))]
  if (kept.length > TASK_LIMITS.tags) refuse(`A task has at most ${TASK_LIMITS.tags} tags.`)
  return kept.map((tag) => requireLength('tag', tag, TASK_LIMITS.tagCharacters))
}

function readRecurrence(recurrence: Recurrence | null | undefined, moment: Moment): StoredRecurrence | null {
  if (!recurrence) return null
  const { type, interval = 1, end_date: end } = recurrence
  if (!Number.isInteger(interval) || interval < 1 || interval > TASK_LIMITS.interval)
    refuse(`The interval is a whole number from 1 to ${TASK_LIMITS.interval}.`)
  const last = readDue(end, moment)
  return { type, interval, end_date: last && toIsoDay(dayOf(last, moment.timeZone)) }
}

function readDue(said: string | null | undefined, moment: Moment): DueDate | null {
  if (said === undefined || said === null || said.trim() === '') return null
  return parseDueDate(requireLength('date', said, TASK_LIMITS.dateCharacters), moment)
}

function readReminder(minutes: number | null | undefined, isDue: boolean): number | null {
  if (minutes === undefined || minutes === null) return null
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > TASK_LIMITS.reminderMinutes)
    refuse(`The reminder is a whole number of minutes from 0 to ${TASK_LIMITS.reminderMinutes}.`)
  return isDue ? minutes : refuse('A reminder needs a due date: say when the task is due.')
}

function requireLength(field: string, text: string, most: number): string {
  return text.length <= most ? text : refuse(`The ${field} is longer than ${most} characters.`)
}

function refuse(problem: string): never {
  throw new AppError('task_invalid', { params: { problem } })
}
