export const PRIORITIES = ['none', 'low', 'medium', 'high'] as const
export type Priority = (typeof PRIORITIES)[number]

export const RECURRENCE_TYPES = ['daily', 'weekly', 'monthly'] as const
export const SORTS = ['created_at', 'due_date', 'priority', 'title', 'updated_at'] as const
export const ORDERS = ['asc', 'desc'] as const

/** How much of each a task may have. */
export const TASK_LIMITS = {
  titleCharacters: 200,
  descriptionCharacters: 2_000,
  tags: 10,
  tagCharacters: 50,
  interval: 365,
  /** A year. */
  reminderMinutes: 525_600,
  dateCharacters: 100,
  searchCharacters: 200,
} as const

/** Every `interval` days, weeks or months. */
export interface Recurrence {
  readonly type: (typeof RECURRENCE_TYPES)[number]
  /** Default 1. */
  readonly interval?: number | undefined
  /** No task comes after that day. */
  readonly end_date?: string | null | undefined
}

export interface Task {
  readonly id: number
  readonly title: string
  readonly description: string | null
  readonly completed: boolean
  readonly priority: Priority
  readonly tags: readonly string[]
  readonly recurrence: {
    readonly type: Recurrence['type']
    readonly interval: number
    readonly end_date: string | null
  } | null
  /** `YYYY-MM-DD` for a day, ISO 8601 in UTC for a time. */
  readonly dueDate: string | null
  /** The same on the person's wall: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`. */
  readonly dueLocal: string | null
  readonly reminderOffsetMinutes: number | null
  /** The task whose completion made this one. */
  readonly parentTaskId: number | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Every field but the title may be absent. */
export interface NewTask {
  readonly title: string
  readonly description?: string | null | undefined
  /** Default `none`. */
  readonly priority?: Priority | undefined
  /** Kept in lower case, each once. */
  readonly tags?: readonly string[] | undefined
  readonly recurrence?: Recurrence | null | undefined
  readonly dueDate?: string | null | undefined
  /** Needs a due date; a task due on a day counts from 9 in the morning. */
  readonly reminderOffsetMinutes?: number | null | undefined
}

/** An absent field stays as it is; null clears it. */
export interface TaskChanges extends Omit<NewTask, 'title'> {
  readonly title?: string | undefined
  readonly completed?: boolean | undefined
  /** Added to the tags that the task has. */
  readonly addTags?: readonly string[] | undefined
}

export interface TaskQuery {
  readonly completed?: boolean | undefined
  readonly priority?: Priority | undefined
  readonly tag?: string | undefined
  /** Part of the title or the description, in any case. */
  readonly search?: string | undefined
  /** Default `created_at`. */
  readonly sort?: (typeof SORTS)[number] | undefined
  /** Default `desc`. */
  readonly order?: (typeof ORDERS)[number] | undefined
  /** Default 1000. */
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}

export interface ChangedTask {
  readonly task: Task
  /** The task that follows a recurring one that was completed just now. */
  readonly next: Task | null
}
