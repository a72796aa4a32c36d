import type { Insertable, Selectable } from 'kysely'
import type { TaskTable } from './schema.ts'
import type { StoredRecurrence, StoredTask, TaskFields } from './task-store.ts'

/** The columns that `TaskFields` become. */
export function toTaskColumns(
  task: TaskFields,
): Omit<Insertable<TaskTable>, 'subject' | 'parent_task_id' | 'created_at' | 'updated_at'> {
  return {
    title: task.title,
    description: task.description,
    completed: task.completed,
    priority: task.priority,
    tags: task.tags,
    recurrence: task.recurrence && JSON.stringify(task.recurrence),
    due_at: task.dueAt,
    due_all_day: task.dueAllDay,
    reminder_offset_minutes: task.reminderOffsetMinutes,
    remind_at: task.remindAt,
  }
}

export function toTask(row: Selectable<TaskTable>): StoredTask {
  return {
    id: Number(row.id),
    subject: row.subject,
    title: row.title,
    description: row.description,
    completed: row.completed,
    priority: row.priority,
    tags: row.tags,
    recurrence: row.recurrence === null ? null : (JSON.parse(row.recurrence) as StoredRecurrence),
    dueAt: row.due_at,
    dueAllDay: row.due_all_day,
    reminderOffsetMinutes: row.reminder_offset_minutes,
    remindAt: row.remind_at,
    parentTaskId: row.parent_task_id === null ? null : Number(row.parent_task_id),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
