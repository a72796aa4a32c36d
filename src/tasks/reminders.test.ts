import { afterEach, expect, test } from 'vitest'
import { todo } from '../../bots/todo/todo.ts'
import { send, signUp } from '../../test/people.ts'
import { eventually, startTelegramApp, type TelegramApp } from '../../test/telegram-app.ts'

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
  await eventually(() => expect(texts(44)).toHaveLength(2))
  expect((await send(app, 'GET /api/tasks', ada)).body).toMatchObject([
    { title: 'buy bread', user_id: ada.id },
  ])
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
  await eventually(() => expect(texts(43)[2]).toContain('Buy milk'))
  await app.jobs.put({ job: 'botyard-reminders' })
  await eventually(() => expect(texts(43)[3]).toBe("⏰ 'Buy milk' is due soon!"))
})
