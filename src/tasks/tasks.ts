import type { ChangedTask, NewTask, Task, TaskChanges, TaskQuery } from './task.ts'

export type * from './task.ts'

/** The door of the tasks room: what people have to do. */
export interface Tasks {
  /** The tasks of one person; through them nobody else's can be reached. */
  of(subject: string): TaskList
}

/**
 * The tasks of one person. Dates are given in ISO 8601 or in plain words ("Friday at 9", «через 3 дня»), and are read
 * and shown in the person's time zone. Throws `task_not_found` for an id that is not the person's, and `task_invalid`
 * for what cannot be kept, with a sentence that says why.
 */
export interface TaskList {
  /** Also throws `task_limit` when the person has as many as they may. */
  add(task: NewTask): Promise<Task>
  list(query: TaskQuery): Promise<readonly Task[]>
  /** How many tasks a query finds, whatever its limit. */
  count(query: TaskQuery): Promise<number>
  get(id: number): Promise<Task>
  update(id: number, changes: TaskChanges): Promise<ChangedTask>
  /** Completes a task, or opens it again. A recurring task that is completed is followed by the next one. */
  setCompleted(id: number, completed: boolean | 'toggle'): Promise<ChangedTask>
  delete(id: number): Promise<void>
  /** An IANA name such as `Europe/Paris`; the server's default until the person chooses. */
  timeZone(): Promise<string>
  /** Throws `task_invalid` for a name that is none. */
  setTimeZone(timeZone: string): Promise<void>
  /** Newest first. */
  notifications(filter: { readonly read?: boolean }): Promise<readonly TaskNotification[]>
  /** False when there is no such notification. */
  markRead(notificationId: number): Promise<boolean>
}

/** A reminder that came. */
export interface TaskNotification {
  readonly id: number
  readonly taskId: number
  readonly message: string
  readonly read: boolean
  readonly createdAt: Date
}
