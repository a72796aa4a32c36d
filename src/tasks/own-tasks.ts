import { AppError } from '../errors.ts'
import type { EditedTask, StoredTask, TaskFields, TaskStore } from '../store/store.ts'
import { isTimeZone } from '../time-zone.ts'
import { toLocalDue, toIsoDue, type Moment } from './due-date.ts'
import { applyChanges, completeTask, dueOf, remindAt, reopenTask, toFields } from './task-rules.ts'
import type {
  ChangedTask,
  NewTask,
  Task,
  TaskChanges,
  TaskList,
  TaskNotification,
  TaskQuery,
  Tasks,
} from './tasks.ts'

export interface TasksOptions {
  readonly store: TaskStore
  /** Of people who have chosen none. */
  readonly defaultTimeZone: string
  /** Tasks that one person may have. */
  readonly mostTasks: number
  /** The clock. Default: the system's. */
  readonly now?: () => Date
}

export function createTasks(options: TasksOptions): Tasks {
  return { of: (subject) => new OwnTasks(subject, options) }
}

class OwnTasks implements TaskList {
  readonly #subject: string
  readonly #options: TasksOptions

  constructor(subject: string, options: TasksOptions) {
    this.#subject = subject
    this.#options = options
  }

  async add(task: NewTask): Promise<Task> {
    const moment = await this.#moment()
    const { mostTasks } = this.#options
    const stored = await this.#store.add(this.#subject, toFields(task, moment), mostTasks)
    if (!stored) throw new AppError('task_limit', { params: { limit: mostTasks } })
    return toTask(stored, moment.timeZone)
  }

  async list(query: TaskQuery): Promise<readonly Task[]> {
    const timeZone = await this.timeZone()
    const stored = await this.#store.list(this.#subject, toFilter(query))
    return stored.map((task) => toTask(task, timeZone))
  }

  count(query: TaskQuery): Promise<number> {
    return this.#store.count(this.#subject, toFilter(query))
  }

  async get(id: number): Promise<Task> {
    const stored = await this.#store.find(this.#subject, id)
    if (!stored) throw new AppError('task_not_found')
    return toTask(stored, await this.timeZone())
  }

  async update(id: number, changes: TaskChanges): Promise<ChangedTask> {
    const moment = await this.#moment()
    return this.#edited(
      moment,
      await this.#store.edit(this.#subject, id, (task) => applyChanges(task, changes, moment)),
    )
  }

  async setCompleted(id: number, completed: boolean | 'toggle'): Promise<ChangedTask> {
    const moment = await this.#moment()
    const edited = await this.#store.edit(this.#subject, id, (task) => {
      const wanted = completed === 'toggle' ? !task.completed : completed
      if (wanted === task.completed) return { changes: {} }
      return wanted ? completeTask(task, moment) : reopenTask(task, moment)
    })
    return this.#edited(moment, edited)
  }

  async delete(id: number): Promise<void> {
    if (!(await this.#store.delete(this.#subject, id))) throw new AppError('task_not_found')
  }

  async timeZone(): Promise<string> {
    return (await this.#store.timeZone(this.#subject)) ?? this.#options.defaultTimeZone
  }

  async setTimeZone(timeZone: string): Promise<void> {
    if (!isTimeZone(timeZone)) {
      const problem = `There is no time zone "${timeZone.slice(0, 60)}". Use a name such as Europe/Paris.`
      throw new AppError('task_invalid', { params: { problem } })
    }
    const moment = { now: this.#now(), timeZone }
    await this.#store.setTimeZone(this.#subject, timeZone, (task) => remindAt(task, moment))
  }

  notifications(filter: { readonly read?: boolean }): Promise<readonly TaskNotification[]> {
    return this.#store.notifications(this.#subject, filter)
  }

  markRead(notificationId: number): Promise<boolean> {
    return this.#store.markRead(this.#subject, notificationId)
  }

  get #store(): TaskStore {
    return this.#options.store
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date()
  }

  async #moment(): Promise<Moment> {
    return { now: this.#now(), timeZone: await this.timeZone() }
  }

  #edited({ timeZone }: Moment, edited: EditedTask | undefined): ChangedTask {
    if (!edited) throw new AppError('task_not_found')
    return { task: toTask(edited.task, timeZone), next: edited.next && toTask(edited.next, timeZone) }
  }
}

/** Absent fields have to be absent for the store. */
function toFilter(query: TaskQuery): Parameters<TaskStore['list']>[1] {
  const { tag } = query
  const filter = { ...query, ...(tag !== undefined && { tag: tag.trim().toLowerCase() }) }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

function toTask(stored: StoredTask, timeZone: string): Task {
  const due = dueOf(stored)
  const { recurrence } = stored
  return {
    ...publicFields(stored),
    id: stored.id,
    recurrence: recurrence && {
      type: recurrence.type,
      interval: recurrence.interval,
      end_date: recurrence.end_date,
    },
    dueDate: due && toIsoDue(due),
    dueLocal: due && toLocalDue(due, timeZone),
    parentTaskId: stored.parentTaskId,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
  }
}

function publicFields(
  stored: TaskFields,
): Pick<Task, 'title' | 'description' | 'completed' | 'priority' | 'tags' | 'reminderOffsetMinutes'> {
  const { title, description, completed, priority, tags, reminderOffsetMinutes } = stored
  return { title, description, completed, priority, tags, reminderOffsetMinutes }
}
