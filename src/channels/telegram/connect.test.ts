import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callApi,
  eventually,
  puppet,
  startTelegramApp,
  startTelegramForTest,
  WEBHOOK_SECRET,
} from '../../../test/telegram-app.ts'
import type { TelegramApp } from '../../../test/telegram-app.ts'
import { postJson, startTestApp } from '../../../test/test-app.ts'
import { defineBot } from '../../bot.ts'
import { createFakeTelegram } from '../../fakes/telegram.ts'

async function healthOf({ url }: { readonly url: string }): Promise<string> {
  return (await fetch(`${url}/health`)).text()
}

describe.each(['polling', 'webhook'] as const)('by %s', (mode) => {
  test('five quick messages get five answers, in order; what comes twice is answered once', async () => {
    const { telegram, texts, app } = await startTelegramForTest({ mode })
    telegram.inject({ kind: 'duplicate-updates' })
    const [first] = [1, 2, 3, 4, 5].map((number) => telegram.say(42, `message ${number}`))
    const answers = [1, 2, 3, 4, 5].map((number) => `echo message ${number}`)
    await eventually(() => expect(texts(42)).toEqual(answers))
    const again = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, first)
    expect([again.status, await again.json()]).toEqual([200, { ok: true }])
    telegram.say(42, 'then')
    await eventually(() => expect(texts(42)).toEqual([...answers, 'echo then']))
    await eventually(() => expect(telegram.updates).toEqual([]))
  })
})

describe('the webhook', () => {
  let hooked: TelegramApp
  beforeAll(async () => {
    hooked = await startTelegramApp({ mode: 'webhook', model: puppet() })
  }, 60_000)
  afterAll(() => hooked.close())

  test('is set with its secret', async () => {
    expect(await callApi(hooked.telegram, 'getWebhookInfo')).toMatchObject({
      url: `${hooked.publicUrl}/webhook/telegram`,
      max_connections: 100,
      allowed_updates: ['message', 'edited_message', 'callback_query', 'stopped_message_generation'],
    })
  })

  test("works as guide 004's operator sets it: the secret in the path, no header", async () => {
    const url = `${hooked.publicUrl}/webhook/telegram/${WEBHOOK_SECRET}`
    await callApi(hooked.telegram, 'setWebhook', { url })
    expect(await callApi(hooked.telegram, 'getWebhookInfo')).toMatchObject({ url })
    hooked.telegram.say(60, 'hello')
    await eventually(() => expect(hooked.texts(60)).toEqual(['echo hello']))
  })

  test('is closed to whoever does not know the secret, before the body is read', async () => {
    const header = { 'x-telegram-bot-api-secret-token': WEBHOOK_SECRET }
    const statusOf = async (path: string, headers = {}): Promise<number> =>
      (await postJson(`${hooked.app.url}${path}`, 'not json', headers)).status
    expect(await statusOf('/webhook/telegram')).toBe(403)
    expect(await statusOf('/webhook')).toBe(403)
    expect(await statusOf('/webhook/telegram/wrong')).toBe(403)
    expect(await statusOf('/webhook/telegram/wrong', header)).toBe(403)
    expect(await statusOf('/webhook/telegram', { 'x-telegram-bot-api-secret-token': 'wrong' })).toBe(403)
    expect(await statusOf('/webhook/telegram', header)).toBe(400)
    const refused = await postJson(`${hooked.app.url}/webhook/telegram/wrong`, {})
    const { code, error } = (await refused.json()) as Record<string, unknown>
    expect([code, error]).toEqual(['webhook_secret_invalid', 'Invalid webhook secret'])
  })

  test('acknowledges what is no update, so that it does not come back for a day', async () => {
    const junk = [{}, [], { update_id: 'x' }, { update_id: 1, message: { text: 5 } }, { update_id: 2 }]
    for (const body of junk) {
      const reply = await postJson(`${hooked.app.url}/webhook/telegram/${WEBHOOK_SECRET}`, body)
      expect([reply.status, await reply.json()]).toEqual([200, { ok: true }])
    }
  })

  test('acknowledges nothing while the database is away', async () => {
    const { app, telegram, texts } = await startTelegramForTest({ mode: 'webhook' })
    const update = telegram.say(42, 'first')
    await eventually(() => expect(texts(42)).toEqual(['echo first']))
    await app.store.close()
    const next = { ...update, message: { ...update.message, message_id: 99 } }
    const reply = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, next)
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

describe('long polling', () => {
  test('takes a webhook away that was left behind', async () => {
    const telegram = await createFakeTelegram()
    await callApi(telegram, 'setWebhook', { url: 'https://example.com/old' })
    const { texts } = await startTelegramForTest({ telegram })
    expect(await callApi(telegram, 'getWebhookInfo')).toMatchObject({ url: '' })
    telegram.say(42, 'hello')
    await eventually(() => expect(texts(42)).toEqual(['echo hello']))
  })

  test('says when another process polls', async () => {
    const { telegram, app } = await startTelegramForTest()
    await callApi(telegram, 'getUpdates', { timeout: 0 })
    await eventually(async () => expect(await healthOf(app)).toContain('another process'))
  })

  test('does not spin at a server that answers at once', async () => {
    const { telegram } = await startTelegramForTest({ fake: { timeFactor: 1_000_000 } })
    const polls = (): number => telegram.calls.filter(({ method }) => method === 'getUpdates').length
    const before = polls()
    const until = Date.now() + 1_500
    await eventually(() => expect(Date.now()).toBeGreaterThan(until))
    expect(polls() - before).toBeLessThanOrEqual(3)
  })

  test('says when Telegram cannot be reached, and never the token', async () => {
    const lines: string[] = []
    const telegram = await createFakeTelegram()
    await telegram.close()
    const app = await startTestApp({
      env: { TELEGRAM_API_ROOT: telegram.url, TELEGRAM_BOT_TOKEN: telegram.token },
      log: { write: (line) => lines.push(line) },
    })
    await eventually(async () => expect(await healthOf(app)).toContain('cannot be reached'))
    const log = lines.join('')
    expect(log).toContain('Telegram did not answer (ECONNREFUSED)')
    // Neither as it is nor scrubbed: it was never there.
    expect(log).not.toMatch(new RegExp(`${telegram.token}|\\[secret\\]`))
    await app.close()
  })

  test('says when Telegram refuses the token, and leaves it alone', async () => {
    const { telegram, app } = await startTelegramForTest({ fake: { timeFactor: 100 } })
    telegram.revokeToken()
    await eventually(async () => expect(await healthOf(app)).toContain('refuses the token'))
  })
})

test('several bots are on Telegram at once, each with its token', async () => {
  const sales = await createFakeTelegram({ username: 'sales_bot' })
  const bot = defineBot({ name: 'sales', instructions: 'Sell.', model: puppet() })
  const { telegram, texts } = await startTelegramForTest({
    mode: 'webhook',
    moreBots: [bot],
    more: [['sales', sales]],
  })
  await eventually(async () =>
    expect(await callApi(sales, 'getWebhookInfo')).toMatchObject({ max_connections: 100 }),
  )
  telegram.say(42, 'help')
  sales.say(42, 'buy')
  await eventually(() => expect(texts(42)).toEqual(['echo help']))
  await eventually(() => expect(sales.sent(42).map(({ text }) => text)).toEqual(['echo buy']))
})
