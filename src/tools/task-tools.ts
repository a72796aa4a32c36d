import { z } from 'zod'
import { AppError } from '../errors.ts'
import { ORDERS, PRIORITIES, RECURRENCE_TYPES, SORTS, TASK_LIMITS, type TaskQuery } from '../tasks/task.ts'
import type { Task, TaskChanges } from '../tasks/tasks.ts'
import { describeTask, type ShownTask } from './describe-task.ts'
import { defineTool, ToolError, type Tool, type ToolContext } from './tool.ts'

/** A model reads no longer list than this; `count` says how many there are. */
const MOST_LISTED = 50

const EMPTY_LIST = "You don't have any tasks yet. You can add one by telling me what you need to do."

const description = z.string().max(TASK_LIMITS.descriptionCharacters)
const tags = z
  .array(z.string().max(TASK_LIMITS.tagCharacters))
  .max(TASK_LIMITS.tags)
  .describe('Labels, such as home or work')
const dueDate = z
  .string()
  .max(TASK_LIMITS.dateCharacters)
  .describe(
    'When it is due, in the person\'s own words ("tomorrow at 9", "Friday", "in 3 days", "end of month"), or ISO 8601. Do not work the date out yourself.',
  )
const recurrence = z
  .object({
    type: z.enum(RECURRENCE_TYPES),
    interval: z.int().min(1).max(TASK_LIMITS.interval).default(1).describe('2 with weekly is every 2 weeks'),
    end_date: z.string().max(TASK_LIMITS.dateCharacters).optional().describe('The last day'),
  })
  .describe('How often it comes again')
const reminder = z
  .int()
  .min(0)
  .max(TASK_LIMITS.reminderMinutes)
  .describe('Remind so many minutes before it is due: 60 for an hour, 1440 for a day, 0 at the time itself')
const taskId = z.string().max(40).describe('The number of the task, as list_tasks shows it')

const addTask = defineTool({
  name: 'add_task',
  description: "Adds a task to the person's list. Use it when they want to do or remember something.",
  input: z.object({
    title: z.string().max(TASK_LIMITS.titleCharacters).describe('What to do, without the date and the tags'),
    description: description.optional(),
    priority: z
      .enum(PRIORITIES)
      .default('medium')
      .describe('high: urgent, important, critical, asap. low: can wait'),
    due_date: dueDate.optional(),
    tags: tags.optional(),
    recurrence: recurrence.optional(),
    reminder_offset_minutes: reminder.optional(),
  }),
  execute: async ({ due_date, reminder_offset_minutes, ...task }, context) => {
    if (task.title.trim() === '') throw new ToolError('invalid_input', 'Title is required')
    const added = await guarded('creation_error', () =>
      context.services.tasks.add({
        ...task,
        dueDate: due_date,
        reminderOffsetMinutes: reminder_offset_minutes,
      }),
    )
    return { ...toResult(added), message: `Task '${added.title}' added! ✅` }
  },
})

const listTasks = defineTool({
  name: 'list_tasks',
  description:
    "Lists the person's tasks with their numbers. Use it to show tasks, and to find the number of a task before another tool changes it.",
  input: z.object({
    status: z.enum(['pending', 'completed', 'all']).optional().describe('Default: all'),
    priority: z.enum([...PRIORITIES, 'all']).optional(),
    tag: z.string().max(TASK_LIMITS.tagCharacters).optional(),
    search: z
      .string()
      .max(TASK_LIMITS.searchCharacters)
      .optional()
      .describe('Part of the title or description'),
    sort: z.enum(SORTS).optional(),
    order: z.enum(ORDERS).optional().describe('Default: asc for due_date and title, else desc'),
  }),
  execute: async ({ status = 'all', priority = 'all', sort, order, ...words }, { services: { tasks } }) => {
    const query: TaskQuery = {
      ...words,
      ...(status !== 'all' && { completed: status === 'completed' }),
      ...(priority !== 'all' && { priority }),
      sort,
      order: order ?? (sort === 'due_date' || sort === 'title' ? 'asc' : 'desc'),
    }
    const [found, count, held] = await guarded('retrieval_error', () =>
      Promise.all([tasks.list({ ...query, limit: MOST_LISTED }), tasks.count(query), tasks.count({})]),
    )
    const message = held === 0 ? EMPTY_LIST : `Found ${count} task(s)`
    return { success: true, tasks: found.map((task) => describeTask(task)), count, message }
  },
})

const completeTask = defineTool({
  name: 'complete_task',
  description: 'Marks a task as done. A recurring task is followed by the next one.',
  input: z.object({ task_id: taskId }),
  execute: async ({ task_id }, { services: { tasks } }) => {
    const id = readId(task_id)
    const missing = `I couldn't find task ${id} in your pending tasks.`
    const before = await guarded('update_error', () => tasks.get(id), missing)
    if (before.completed) throw new ToolError('already_completed', `Task ${id} is already complete.`)
    const { task, next } = await guarded('update_error', () => tasks.setCompleted(id, true), missing)
    const following =
      next && ` The next one is task ${next.id}${next.dueLocal ? `, due ${next.dueLocal}` : ''}.`
    return {
      ...toResult(task),
      ...(next && { next_task: describeTask(next) }),
      message: `Task ${id} marked as complete! 🎉${following ?? ''}`,
    }
  },
})

const updateTask = defineTool({
  name: 'update_task',
  description:
    'Changes fields of a task: title, description, priority, status, due date, tags, recurrence, reminder. null clears a field.',
  input: z.object({
    task_id: taskId,
    title: z.string().max(TASK_LIMITS.titleCharacters).optional().describe('The new title'),
    description: description.nullable().optional(),
    priority: z.enum(PRIORITIES).optional(),
    status: z.enum(['pending', 'completed']).optional(),
    due_date: dueDate.nullable().optional(),
    tags: tags.nullable().optional().describe('All labels the task is to have'),
    add_tags: tags.optional().describe('Labels it is to have besides those it has'),
    recurrence: recurrence.nullable().optional(),
    reminder_offset_minutes: reminder.nullable().optional(),
  }),
  execute: async (
    { task_id, status, due_date, reminder_offset_minutes, tags, add_tags, ...plain },
    context,
  ) => {
    const id = readId(task_id)
    const changes: TaskChanges = {
      ...plain,
      tags: tags === null ? [] : tags,
      addTags: add_tags,
      completed: status && status === 'completed',
      dueDate: due_date,
      reminderOffsetMinutes: reminder_offset_minutes,
    }
    if (Object.values(changes).every((value) => value === undefined))
      throw new ToolError('no_updates', "No fields to update. Please specify what you'd like to change.")
    const { tasks } = context.services
    const { task, next } = await guarded('update_error', () => tasks.update(id, changes), notFound(id))
    return {
      ...toResult(task),
      ...(next && { next_task: describeTask(next) }),
      message: `Task ${id} updated! ✏️`,
    }
  },
})

const deleteTask = defineTool({
  name: 'delete_task',
  description:
    'Deletes a task for good. Use it only when the person asks to delete or remove the task itself.',
  input: z.object({ task_id: taskId }),
  execute: async ({ task_id }, { services: { tasks } }: ToolContext) => {
    const id = readId(task_id)
    await guarded('delete_error', () => tasks.delete(id), notFound(id))
    return { success: true, task_id: String(id), message: `Task ${id} deleted. ✂️` }
  },
})

/**
 * The five tools of a to-do bot: `add_task`, `list_tasks`, `complete_task`, `update_task`, `delete_task`. They work on
 * the tasks of the person who is served, whom the server names; no argument can name anybody else.
 */
export const taskTools: readonly Tool[] = Object.freeze([
  addTask,
  listTasks,
  completeTask,
  updateTask,
  deleteTask,
])

function toResult(task: Task): { success: true; task_id: string; task: ShownTask } {
  return { success: true, task_id: String(task.id), task: describeTask(task) }
}

function readId(text: string): number {
  const digits = /^\s*[#№]?\s*(\d{1,15})\s*$/.exec(text)?.[1]
  if (digits) return Number(digits)
  throw new ToolError('invalid_id', `"${text.slice(0, 40)}" is no number of a task. list_tasks shows them.`)
}

function notFound(id: number): string {
  return `I couldn't find task ${id}.`
}

/** Failures by the codes the model knows; what went wrong on our side is logged, and the model hears only that. */
async function guarded<Result>(
  code: string,
  run: () => Promise<Result>,
  missing = 'There is no such task.',
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    const known = error instanceof AppError ? error.code : undefined
    if (known === 'task_not_found') throw new ToolError('not_found', missing)
    if (error instanceof AppError && (known === 'task_invalid' || known === 'task_limit'))
      throw new ToolError('invalid_input', error.message)
    throw new ToolError(code, "I'm having trouble accessing your tasks. Please try again.", { cause: error })
  }
}
