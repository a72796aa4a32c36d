import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { AppError } from '../errors.ts'
import type { OpenStore } from '../store/open-store.ts'
import { createTasks } from './own-tasks.ts'
import type { TaskList } from './tasks.ts'

/** A Saturday. */
let now = new Date('2026-11-21T12:00:00Z')

describe.each(backends())('tasks on $name', (backend) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.open()
  })
  afterAll(() => store.close())

  /** The tasks of somebody new. */
  function somebody({ subject = `user:${crypto.randomUUID()}`, most = 1_000 } = {}): TaskList {
    return createTasks({ store: store.tasks, defaultTimeZone: 'UTC', mostTasks: most, now: () => now }).of(
      subject,
    )
  }

  async function codeOf(failing: Promise<unknown>): Promise<string> {
    return failing.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    )
  }

  test('a task keeps what it was given, tidied', async () => {
    const tasks = somebody()
    const added = await tasks.add({
      title: '  Buy milk ',
      description: ' ',
      tags: ['Home', 'home', ' Shop'],
      recurrence: { type: 'weekly', end_date: 'end of year' },
      dueDate: 'tomorrow at 9',
      reminderOffsetMinutes: 60,
    })
    expect(added).toMatchObject({
      title: 'Buy milk',
      description: null,
      completed: false,
      priority: 'none',
      tags: ['home', 'shop'],
      recurrence: { type: 'weekly', interval: 1, end_date: '2026-12-31' },
      dueDate: '2026-11-22T09:00:00.000Z',
      dueLocal: '2026-11-22 09:00',
      reminderOffsetMinutes: 60,
      parentTaskId: null,
    })
    expect(await tasks.get(added.id)).toEqual(added)
  })

  test('text that looks like SQL is text', async () => {
    const tasks = somebody()
    const title = `'); drop table tasks; --`
    await tasks.add({ title, tags: [`'; delete from tasks; --`] })
    expect(await tasks.list({ search: `'); drop`, tag: `'; delete from tasks; --` })).toHaveLength(1)
    expect(await tasks.list({ search: `%` })).toEqual([])
    expect(await tasks.list({ search: `' or '1'='1` })).toEqual([])
    expect((await tasks.list({}))[0]?.title).toBe(title)
  })

  test('lists are filtered, searched in any case, and sorted', async () => {
    const tasks = somebody()
    await tasks.add({ title: 'Молоко', priority: 'high', dueDate: '2026-12-02', tags: ['дом'] })
    await tasks.add({ title: 'bread', priority: 'low', dueDate: '2026-12-01', description: 'Rye' })
    const { id } = await tasks.add({ title: 'Apples' })
    await tasks.setCompleted(id, true)
    const titles = async (query: Parameters<TaskList['list']>[0]): Promise<string> =>
      (await tasks.list(query)).map(({ title }) => title).join()
    expect(await titles({})).toBe('Apples,bread,Молоко')
    expect(await titles({ order: 'asc' })).toBe('Молоко,bread,Apples')
    expect(await titles({ completed: false })).toBe('bread,Молоко')
    expect(await titles({ priority: 'high' })).toBe('Молоко')
    expect(await titles({ tag: 'ДОМ' })).toBe('Молоко')
    expect(await titles({ search: 'МОЛ' })).toBe('Молоко')
    expect(await titles({ search: 'rye' })).toBe('bread')
    expect(await titles({ sort: 'due_date', order: 'asc' })).toBe('bread,Молоко,Apples')
    expect(await titles({ sort: 'due_date', order: 'desc' })).toBe('Молоко,bread,Apples')
    expect(await titles({ sort: 'priority' })).toBe('Молоко,bread,Apples')
    expect(await titles({ sort: 'title', order: 'asc' })).toBe('Apples,bread,Молоко')
    expect(await titles({ limit: 1, offset: 1 })).toBe('bread')
    expect(await tasks.count({ completed: false, limit: 1 })).toBe(2)
  })

  test('nobody reaches the tasks of another', async () => {
    const ada = somebody()
    const bob = somebody()
    const { id } = await ada.add({ title: 'Secret' })
    const attempts = [bob.get(id), bob.update(id, { title: 'x' }), bob.setCompleted(id, true), bob.delete(id)]
    expect(await Promise.all(attempts.map(codeOf))).toEqual(Array.from({ length: 4 }, () => 'task_not_found'))
    expect([await bob.list({}), await bob.list({ search: 'Secret' }), await bob.count({})]).toEqual([
      [],
      [],
      0,
    ])
    expect(await ada.get(id)).toMatchObject({ title: 'Secret', completed: false })
  })

  test('an absent field stays, null clears', async () => {
    const tasks = somebody()
    const { id } = await tasks.add({
      title: 'a',
      description: 'b',
      dueDate: '2026-12-01',
      reminderOffsetMinutes: 5,
    })
    expect((await tasks.update(id, { title: 'c' })).task).toMatchObject({
      description: 'b',
      dueDate: '2026-12-01',
    })
    expect((await tasks.update(id, { dueDate: null, description: null })).task).toMatchObject({
      title: 'c',
      description: null,
      dueDate: null,
      reminderOffsetMinutes: null,
    })
    expect((await tasks.update(id, { tags: ['x'], addTags: ['y'] })).task.tags).toEqual(['x', 'y'])
    expect((await tasks.update(id, { addTags: ['z'] })).task.tags).toEqual(['x', 'y', 'z'])
  })

  test('what cannot be kept is refused with its reason, and nothing changes', async () => {
    const tasks = somebody()
    const { id } = await tasks.add({ title: 'a' })
    const refused = [
      tasks.add({ title: '   ' }),
      tasks.add({ title: 'x'.repeat(201) }),
      tasks.add({ title: 'x', description: 'x'.repeat(2_001) }),
      tasks.add({ title: 'x', tags: Array.from({ length: 11 }, (_, index) => `t${index}`) }),
      tasks.add({ title: 'x', tags: ['x'.repeat(51)] }),
      tasks.add({ title: 'x', dueDate: 'whenever' }),
      tasks.add({ title: 'x', reminderOffsetMinutes: 60 }),
      tasks.add({ title: 'x', dueDate: 'tomorrow', reminderOffsetMinutes: -1 }),
      tasks.add({ title: 'x', recurrence: { type: 'daily', interval: 0 } }),
      tasks.update(id, { title: 'b', dueDate: 'never ever' }),
      tasks.setTimeZone('Mars/Base'),
    ]
    expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => 'task_invalid'))
    expect((await tasks.list({})).map(({ title }) => title)).toEqual(['a'])
  })

  test('there is a most of tasks', async () => {
    const tasks = somebody({ most: 2 })
    await tasks.add({ title: 'one' })
    await tasks.add({ title: 'two' })
    expect(await codeOf(tasks.add({ title: 'three' }))).toBe('task_limit')
  })

  test('of many that are added at once as many are kept as one may have', async () => {
    const tasks = somebody({ most: 5 })
    const codes = await Promise.all(
      Array.from({ length: 30 }, () => codeOf(tasks.add({ title: 'one more' }))),
    )
    expect(codes.filter((code) => code === 'none')).toHaveLength(5)
    expect(codes.filter((code) => code === 'task_limit')).toHaveLength(25)
    expect(await tasks.list({})).toHaveLength(5)
  })

  test('a recurring task is followed by one next task, however often and by whomever it is completed', async () => {
    const tasks = somebody()
    const { id } = await tasks.add({
      title: 'Water',
      dueDate: '2026-11-21T09:00',
      recurrence: { type: 'daily' },
      tags: ['home'],
      reminderOffsetMinutes: 10,
    })
    const changes = await Promise.all([1, 2, 3, 4].map(() => tasks.setCompleted(id, true)))
    expect(changes.flatMap(({ next }) => next ?? [])).toEqual([
      expect.objectContaining({
        title: 'Water',
        dueDate: '2026-11-22T09:00:00.000Z',
        tags: ['home'],
        parentTaskId: id,
        reminderOffsetMinutes: 10,
      }),
    ])
    await tasks.setCompleted(id, 'toggle')
    expect((await tasks.setCompleted(id, 'toggle')).next).toBeNull()
    expect(await tasks.count({})).toBe(2)
    const { task, next } = await tasks.update((await tasks.list({ completed: false }))[0]?.id ?? 0, {
      completed: true,
    })
    expect([task.completed, next?.dueDate]).toEqual([true, '2026-11-23T09:00:00.000Z'])
  })

  test('dates are read and shown where the person is', async () => {
    const tasks = somebody()
    expect(await tasks.timeZone()).toBe('UTC')
    await tasks.setTimeZone('Asia/Tokyo')
    const task = await tasks.add({ title: 'Call', dueDate: 'завтра в 9' })
    expect([task.dueDate, task.dueLocal]).toEqual(['2026-11-22T00:00:00.000Z', '2026-11-22 09:00'])
    await tasks.setTimeZone('America/New_York')
    expect((await tasks.get(task.id)).dueLocal).toBe('2026-11-21 19:00')
  })

  describe('reminders', () => {
    const told = (): Promise<number> => store.tasks.remind(100, ({ title }) => title)

    /** The reminders of somebody whose tasks were added when the clock showed what `now` shows. */
    async function remindersOf(tasks: TaskList): Promise<readonly string[]> {
      await told()
      return (await tasks.notifications({})).map(({ message }) => message)
    }

    test('a reminder comes once, between its time and the due time', async () => {
      now = new Date()
      const tasks = somebody()
      const inMinutes = (minutes: number): string => new Date(now.getTime() + minutes * 60_000).toISOString()
      await tasks.add({ title: 'due', dueDate: inMinutes(30), reminderOffsetMinutes: 60 })
      await tasks.add({ title: 'later', dueDate: inMinutes(90), reminderOffsetMinutes: 60 })
      await tasks.add({ title: 'over', dueDate: inMinutes(-1), reminderOffsetMinutes: 60 })
      await tasks.add({ title: 'unasked', dueDate: inMinutes(1) })
      const done = await tasks.add({ title: 'done', dueDate: inMinutes(30), reminderOffsetMinutes: 60 })
      await tasks.setCompleted(done.id, true)
      expect(await remindersOf(tasks)).toEqual(['due'])
      expect(await remindersOf(tasks)).toEqual(['due'])
    })

    test('a new due date brings a new reminder, a new title none', async () => {
      now = new Date()
      const tasks = somebody()
      const soon = new Date(now.getTime() + 60_000).toISOString()
      const { id } = await tasks.add({ title: 'a', dueDate: soon, reminderOffsetMinutes: 5 })
      expect(await remindersOf(tasks)).toEqual(['a'])
      await tasks.update(id, { title: 'b' })
      expect(await remindersOf(tasks)).toEqual(['a'])
      await tasks.update(id, { dueDate: new Date(now.getTime() + 120_000).toISOString() })
      expect(await remindersOf(tasks)).toEqual(['b', 'a'])
    })

    test('two replicas note each reminder once', async () => {
      now = new Date()
      const tasks = somebody()
      const soon = new Date(now.getTime() + 60_000).toISOString()
      for (let count = 0; count < 10; count++)
        await tasks.add({ title: `t${count}`, dueDate: soon, reminderOffsetMinutes: 5 })
      await Promise.all([told(), told(), told()])
      expect(await tasks.notifications({})).toHaveLength(10)
    })

    test('they are read one by one, each by its owner', async () => {
      now = new Date()
      const tasks = somebody()
      const soon = new Date(now.getTime() + 60_000).toISOString()
      await tasks.add({ title: 'a', dueDate: soon, reminderOffsetMinutes: 5 })
      await told()
      const [notification] = await tasks.notifications({ read: false })
      const id = notification?.id ?? 0
      expect(await somebody().markRead(id)).toBe(false)
      expect(await tasks.markRead(id)).toBe(true)
      expect([await tasks.notifications({ read: false }), await tasks.notifications({ read: true })]).toEqual(
        [[], [{ ...notification, read: true }]],
      )
    })

    test('a task due on a day is reminded of from nine in the morning, also after a move to another zone', async () => {
      now = new Date('2026-11-21T12:00:00Z')
      const subject = `user:${crypto.randomUUID()}`
      const tasks = somebody({ subject })
      const { id } = await tasks.add({ title: 'a', dueDate: '2026-12-01', reminderOffsetMinutes: 60 })
      const at = async (): Promise<string | undefined> =>
        (await store.tasks.find(subject, id))?.remindAt?.toISOString()
      expect(await at()).toBe('2026-12-01T08:00:00.000Z')
      await tasks.setTimeZone('America/New_York')
      expect(await at()).toBe('2026-12-01T13:00:00.000Z')
    })
  })
})
