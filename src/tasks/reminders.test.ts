import { afterEach, expect, test } from 'vitest'
import { todo } from '../../bots/todo/todo.ts'
import { send, signUp } from '../../test/people.ts'
import { eventually, startTelegramApp, type TelegramApp } from '../../test/telegram-app.ts'
import { backends } from '../../test/test-store.ts'
import { AppError } from '../errors.ts'
import type { Jobs } from '../jobs/job.ts'
import { createReminderJobs } from './reminders.ts'

const open: TelegramApp[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function start(): Promise<TelegramApp> {
  const { instructions, tools } = todo
  const started = await startTelegramApp({ model: 'offline', bot: { instructions, tools } })
  open.push(started)
  return started
}

const PLAIN = { description: null, completed: false, priority: 'none', tags: [], recurrence: null } as const
const DUE_NEVER = { dueAt: null, dueAllDay: false, reminderOffsetMinutes: null, remindAt: null } as const

const REMINDER = 'Add a task to call mom in 2 minutes and remind me 1 hour before'

test('a reminder is told once, in the private chat where the person last spoke', async () => {
  const { app, telegram, texts } = await start()
  telegram.say(42, REMINDER)
  await eventually(() => expect(texts(42)).toEqual(["Task 'call mom' added! ✅"]))
  await app.jobs.put({ job: 'botyard-reminders' })
  await eventually(() => expect(texts(42)[1]).toBe("⏰ 'call mom' is due soon!"))
  await app.jobs.put({ job: 'botyard-reminders' })
  telegram.say(42, 'thanks')
  await eventually(() => expect(texts(42).at(-1)).toBe('You are welcome!'))
  expect(texts(42)).toHaveLength(3)
})

test('tasks of a chat go along when it is linked to an account', async () => {
  const { app, telegram, texts } = await start()
  const ada = await signUp(app)
  telegram.say(44, 'add buy bread')
  await eventually(() => expect(texts(44)).toHaveLength(1))
  const { body } = await send(app, 'POST /api/auth/link', ada)
  telegram.say(44, `/link ${body.code}`)
  await eventually(async () =>
    expect((await send(app, 'GET /api/tasks', ada)).body).toMatchObject([
      { title: 'buy bread', user_id: ada.id },
    ]),
  )
})

test('what another server, or an answer that had begun, adds for a chat just linked goes along a little later', async () => {
  const { app, telegram, texts } = await start()
  const ada = await signUp(app)
  const { body } = await send(app, 'POST /api/auth/link', ada)
  telegram.say(45, `/link ${body.code}`)
  await eventually(() => expect(texts(45)[0]).toContain('account'))
  await app.store.tasks.add('telegram:45', { ...PLAIN, title: 'late', ...DUE_NEVER }, 9)
  const waiting = await app.store.queuedJobs.list({ states: ['waiting'], limit: 99 })
  const later = waiting.find(({ key }) => key === 'botyard-follow-link:key:telegram:45')
  expect((later?.at.getTime() ?? 0) - Date.now()).toBeGreaterThan(10_000)
  await app.jobs.put({ job: 'botyard-follow-link', payload: later?.payload ?? null })
  await eventually(async () =>
    expect((await send(app, 'GET /api/tasks', ada)).body).toMatchObject([{ title: 'late' }]),
  )
})

test('what was added on the web is listed on Telegram once the two are linked, and reminded of there', async () => {
  const { app, telegram, texts } = await start()
  const ada = await signUp(app)
  telegram.say(43, 'hello')
  await eventually(() => expect(texts(43)).toHaveLength(1))
  const { body } = await send(app, 'POST /api/auth/link', ada)
  telegram.say(43, `/link ${body.code}`)
  await eventually(() => expect(texts(43)).toHaveLength(2))
  const soon = new Date(Date.now() + 120_000).toISOString()
  const task = { title: 'Buy milk', due_date: soon, reminder_offset_minutes: 60 }
  await send(app, 'POST /api/tasks', { token: ada.token, body: task })
  telegram.say(43, 'show my tasks')
  // The reminder may come first: a minute may begin, and the job with it, at any moment.
  await eventually(() => expect(texts(43).join()).toContain('Found 1 task(s)\n\n• #1 Buy milk'))
  await app.jobs.put({ job: 'botyard-reminders' })
  await eventually(() => expect(texts(43)).toContain("⏰ 'Buy milk' is due soon!"))
})

test.each(backends())(
  'what was handed on before a failure is not handed on again, on $name',
  async (backend) => {
    await using store = await backend.open().then((open) => ({
      ...open,
      [Symbol.asyncDispose]: () => open.close(),
    }))
    const soon = new Date(Date.now() + 120_000)
    const due = { dueAt: soon, dueAllDay: false, reminderOffsetMinutes: 60, remindAt: new Date(0) }
    const task = { title: 'Call', ...PLAIN, ...due }
    for (const subject of ['ada', 'bob']) await store.tasks.add(subject, task, 9)
    const [reminders] = createReminderJobs({ store: store.tasks, channels: () => [] })
    const told: unknown[] = []
    let failed = false
    const jobs: Jobs = {
      cancel: () => Promise.resolve(false),
      put: ({ payload }) => {
        if (told.length === 1 && !failed) {
          failed = true
          throw new AppError('database_unavailable')
        }
        told.push((payload as { readonly subject: string }).subject)
        return Promise.resolve(true)
      },
    }
    const { signal } = new AbortController()
    const context = { payload: null, scheduledFor: soon, attempt: 1, lastAttempt: false, signal, jobs }
    await expect(reminders?.run(context)).rejects.toMatchObject({ code: 'database_unavailable' })
    await reminders?.run(context)
    expect(told).toEqual(['ada', 'bob'])
  },
)
