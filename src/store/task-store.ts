import type { ConversationKey } from '../conversation.ts'

/**
 * Tasks of people, their notifications and time zones. Every call names the subject whose rows it may see; a row of
 * somebody else is as good as none.
 */
export interface TaskStore {
  /** Undefined, and nothing stored, when the subject has `most` tasks already. */
  add(subject: string, task: TaskFields, most: number): Promise<StoredTask | undefined>
  list(subject: string, filter: TaskFilter): Promise<readonly StoredTask[]>
  count(subject: string, filter: TaskFilter): Promise<number>
  find(subject: string, id: number): Promise<StoredTask | undefined>
  /**
   * Locks the task, asks `edit` what becomes of it, and stores that and the task that follows it in one commit. A task
   * is followed once: `next` is null when it was already. What `edit` throws leaves everything as it was. Undefined
   * when there is no such task.
   */
  edit(subject: string, id: number, edit: (task: StoredTask) => TaskEdit): Promise<EditedTask | undefined>
  /** False when there is no such task. Its notifications go with it. */
  delete(subject: string, id: number): Promise<boolean>
  /** Undefined when the subject has chosen none. */
  timeZone(subject: string): Promise<string | undefined>
  /** Also moves the reminders of open tasks that are due on a day, which are counted from that day's morning. */
  setTimeZone(subject: string, timeZone: string, remindAt: (task: StoredTask) => Date | null): Promise<void>
  /** Gives the rows of one subject to another: a person who spoke there before they linked it to their account. */
  adopt(from: string, to: string): Promise<void>
  /** Newest first, at most 200. */
  notifications(subject: string, filter: { readonly read?: boolean }): Promise<readonly StoredNotification[]>
  /** False when there is no such notification. */
  markRead(subject: string, id: number): Promise<boolean>
  /**
   * Notes a notification for each task whose reminder is due, at most `limit`, each once whichever replica asks.
   * `toMessage` says what it reads. Resolves with how many there were.
   */
  remind(limit: number, toMessage: (task: StoredTask) => string): Promise<number>
  /** Notifications that were not handed on yet, oldest first. */
  unannounced(limit: number): Promise<readonly StoredNotification[]>
  /** They have been handed on. */
  markAnnounced(ids: readonly number[]): Promise<void>
  /** Where the subject, or an identity linked to it, has spoken on one of the channels: the last place first, at most 10. */
  places(subject: string, channels: readonly string[]): Promise<readonly ConversationKey[]>
}

export interface TaskFields {
  readonly title: string
  readonly description: string | null
  readonly completed: boolean
  readonly priority: 'none' | 'low' | 'medium' | 'high'
  readonly tags: readonly string[]
  readonly recurrence: StoredRecurrence | null
  readonly dueAt: Date | null
  /** The day of `dueAt` in UTC is meant, and no time of it. */
  readonly dueAllDay: boolean
  readonly reminderOffsetMinutes: number | null
  /** When a reminder is still to come. */
  readonly remindAt: Date | null
}

export interface StoredRecurrence {
  readonly type: 'daily' | 'weekly' | 'monthly'
  readonly interval: number
  /** `YYYY-MM-DD`: no task comes after that day. */
  readonly end_date: string | null
  /** The day of the month that is meant, which short months do not have. */
  readonly month_day?: number
}

export interface StoredTask extends TaskFields {
  readonly id: number
  readonly subject: string
  readonly parentTaskId: number | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface TaskEdit {
  readonly changes: Partial<TaskFields>
  /** Stored as the task that follows this one. */
  readonly next?: TaskFields
}

export interface EditedTask {
  readonly task: StoredTask
  readonly next: StoredTask | null
}

export interface TaskFilter {
  readonly completed?: boolean
  readonly priority?: TaskFields['priority']
  readonly tag?: string
  /** Part of the title or the description, in any case. */
  readonly search?: string
  /** Default `created_at`. Tasks without a due date come last. */
  readonly sort?: 'created_at' | 'updated_at' | 'due_date' | 'priority' | 'title'
  /** Default `desc`. */
  readonly order?: 'asc' | 'desc'
  /** Default 1000. */
  readonly limit?: number
  readonly offset?: number
}

export interface StoredNotification {
  readonly id: number
  readonly subject: string
  readonly taskId: number
  readonly message: string
  readonly read: boolean
  readonly createdAt: Date
}
