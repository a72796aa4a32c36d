import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { toolContext } from '../../test/tool-context.ts'
import type { OpenStore } from '../store/open-store.ts'
import { createTasks } from '../tasks/own-tasks.ts'
import type { TaskList } from '../tasks/tasks.ts'
import { taskTools } from './task-tools.ts'
import { ToolError, ToolInputError } from './tool.ts'

let store: OpenStore
let tasks: TaskList
beforeAll(async () => {
  store = await backends()[0]!.open()
})
afterAll(() => store.close())
beforeEach(() => {
  const options = { store: store.tasks, defaultTimeZone: 'Asia/Tokyo', mostTasks: 60 }
  tasks = createTasks({ ...options, now: () => new Date('2026-11-21T12:00:00Z') }).of(crypto.randomUUID())
})

function call(name: string, input: unknown): Promise<unknown> {
  const tool = taskTools.find((one) => one.name === name)
  if (!tool) throw new Error(`no tool ${name}`)
  return tool.run(
    input,
    toolContext({
      services: {
        tasks,
        documents: undefined as never,
        companies: undefined as never,
        files: undefined as never,
      },
    }),
  )
}

test('the five tools take no user', () => {
  expect(taskTools.map(({ name }) => name)).toEqual([
    'add_task',
    'list_tasks',
    'complete_task',
    'update_task',
    'delete_task',
  ])
  expect(JSON.stringify(taskTools)).not.toMatch(/user|subject|owner/)
})

test('each says what it did in the words of guide 001, and shows the task where the person is', async () => {
  const added = { title: 'Buy milk', due_date: 'tomorrow at 9', recurrence: { type: 'weekly', interval: 2 } }
  const { id } = await tasks.add({ title: 'x' })
  const [first, second, third] = [id + 1, id + 2, id + 3].map(String)
  const milk = { title: 'Buy milk', priority: 'medium', recurrence: 'every 2 weeks' }
  expect(await call('add_task', added)).toEqual({
    success: true,
    task_id: first,
    task: { id: first, ...milk, status: 'pending', due_date: '2026-11-22 09:00' },
    message: "Task 'Buy milk' added! ✅",
  })
  expect(await call('complete_task', { task_id: first })).toMatchObject({
    task: { status: 'completed' },
    next_task: { id: second, due_date: '2026-12-06 09:00' },
    message: `Task ${first} marked as complete! 🎉 The next one is task ${second}, due 2026-12-06 09:00.`,
  })
  expect(await call('update_task', { task_id: second, recurrence: null, priority: 'high' })).toEqual({
    success: true,
    task_id: second,
    task: {
      id: second,
      title: 'Buy milk',
      status: 'pending',
      priority: 'high',
      due_date: '2026-12-06 09:00',
    },
    message: `Task ${second} updated! ✏️`,
  })
  expect(await call('list_tasks', { priority: 'high' })).toMatchObject({
    count: 1,
    message: 'Found 1 task(s)',
  })
  expect(await call('delete_task', { task_id: `#${second}` })).toMatchObject({
    message: `Task ${second} deleted. ✂️`,
  })
  expect(third).toBe(String((await tasks.add({ title: 'y' })).id))
})

test('a long list is cut, and counted whole', async () => {
  for (let count = 0; count < 55; count++) await tasks.add({ title: `t${count}` })
  const { tasks: listed, count } = (await call('list_tasks', {})) as { tasks: unknown[]; count: number }
  expect([listed.length, count]).toEqual([50, 55])
})

test.each([
  ['add_task', { title: ' ' }, 'invalid_input', 'Title is required'],
  ['add_task', { title: 'x', due_date: 'whenever' }, 'invalid_input', 'I cannot read the date'],
  ['add_task', { title: 'x', reminder_offset_minutes: 5 }, 'invalid_input', 'A reminder needs a due date'],
  ['complete_task', { task_id: 'milk' }, 'invalid_id', 'is no number of a task'],
  ['complete_task', { task_id: '999999' }, 'not_found', "I couldn't find task 999999 in your pending tasks."],
  ['update_task', { task_id: '999999', title: 'x' }, 'not_found', "I couldn't find task 999999."],
  ['update_task', { task_id: '1' }, 'no_updates', 'No fields to update.'],
  ['delete_task', { task_id: '-1' }, 'invalid_id', 'is no number of a task'],
])('%s %j fails with %s', async (...[name, input, code, message]) => {
  const failure = await call(name, input).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ToolError)
  expect(failure).toMatchObject({ code, message: expect.stringContaining(message) })
  // Nothing an operator has to hear of.
  expect(failure).not.toHaveProperty('cause')
})

test('a task is completed once', async () => {
  const { id } = await tasks.add({ title: 'x' })
  await call('complete_task', { task_id: String(id) })
  await expect(call('complete_task', { task_id: String(id) })).rejects.toMatchObject({
    code: 'already_completed',
  })
})

test.each([
  ['add_task', { title: 'x'.repeat(201) }],
  ['add_task', { title: 'x', tags: Array.from({ length: 11 }, () => 'x') }],
  ['add_task', { title: 'x', priority: 'urgent' }],
  ['list_tasks', { search: 'x'.repeat(201) }],
  ['update_task', { task_id: '1'.repeat(41) }],
])('%s refuses what does not fit its schema', async (name, input) => {
  await expect(call(name, input)).rejects.toBeInstanceOf(ToolInputError)
})

test('what goes wrong on our side is told without its reason, which is logged', async () => {
  const gone = await backends()[0]!.openOwn()
  await gone.close()
  tasks = createTasks({ store: gone.tasks, defaultTimeZone: 'UTC', mostTasks: 1 }).of('ann')
  await expect(call('list_tasks', {})).rejects.toMatchObject({
    code: 'retrieval_error',
    message: "I'm having trouble accessing your tasks. Please try again.",
    cause: expect.any(Error),
  })
})
