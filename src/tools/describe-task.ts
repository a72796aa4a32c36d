import type { Task } from '../tasks/tasks.ts'

/** A task as a model is shown it: short, with dates as the person's wall shows them, without empty fields. */
export interface ShownTask {
  readonly id: string
  readonly title: string
  readonly description?: string
  readonly status: 'pending' | 'completed'
  readonly priority: Task['priority']
  readonly due_date?: string
  readonly tags?: readonly string[]
  /** `weekly`, `every 2 weeks until 2026-12-31`. */
  readonly recurrence?: string
  readonly reminder_offset_minutes?: number
}

export function describeTask(task: Task): ShownTask {
  const { id, title, description, completed, priority, dueLocal, tags, recurrence } = task
  return {
    id: String(id),
    title,
    ...(description !== null && { description }),
    status: completed ? 'completed' : 'pending',
    priority,
    ...(dueLocal !== null && { due_date: dueLocal }),
    ...(tags.length > 0 && { tags }),
    ...(recurrence && { recurrence: describeRecurrence(recurrence) }),
    ...(task.reminderOffsetMinutes !== null && { reminder_offset_minutes: task.reminderOffsetMinutes }),
  }
}

const UNITS = { daily: 'days', weekly: 'weeks', monthly: 'months' } as const

function describeRecurrence({ type, interval, end_date: end }: NonNullable<Task['recurrence']>): string {
  const often = interval === 1 ? type : `every ${interval} ${UNITS[type]}`
  return end === null ? often : `${often} until ${end}`
}
