import { describe, expect, test } from 'vitest'
import { eventually, startFakeTelegram, type ApiAnswer } from '../../test/fake-telegram.ts'
import type { FakeTelegram, TelegramFault } from './telegram.ts'

describe('the transport', () => {
  test('takes methods in any case, by GET, form and JSON', async () => {
    const { fake } = await startFakeTelegram({ username: 'right_bot' })
    const url = `${fake.url}/bot${fake.token}`
    fake.open(42)
    const bodies = [
      await fetch(`${url}/GETME`),
      await fetch(`${url}/sendMessage?chat_id=42&text=a%20b`),
      await fetch(`${url}/sendMessage`, {
        method: 'POST',
        body: new URLSearchParams({ chat_id: '42', text: 'c' }),
      }),
    ]
    expect(await Promise.all(bodies.map((body) => body.json()))).toMatchObject([
      { ok: true, result: { is_bot: true, username: 'right_bot', can_join_groups: true } },
      {
        ok: true,
        result: { text: 'a b', chat: { id: 42, type: 'private' }, from: { username: 'right_bot' } },
      },
      { ok: true, result: { text: 'c' } },
    ])
    expect(fake.calls.map(({ method, status }) => [method, status])).toEqual([
      ['getMe', 200],
      ['sendMessage', 200],
      ['sendMessage', 200],
    ])
  })

  test('refuses unknown paths, methods and tokens', async () => {
    const { fake, call } = await startFakeTelegram()
    const answer = async (path: string): Promise<object> =>
      (await fetch(`${fake.url}${path}`)).json() as never
    expect(await answer('/')).toEqual({ ok: false, error_code: 404, description: 'Not Found' })
    expect(await call('noSuch')).toMatchObject({ status: 404, description: 'Not Found: method not found' })
    expect(await answer('/botx/getMe')).toMatchObject({
      description: 'Unauthorized: invalid token specified',
    })
    const old = fake.token
    fake.revokeToken()
    expect(await answer(`/bot${old}/getMe`)).toMatchObject({ error_code: 401, description: 'Unauthorized' })
    expect(await call('getMe')).toMatchObject({ ok: true })
  })

  test('refuses what it cannot read', async () => {
    const { fake } = await startFakeTelegram()
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${fake.url}/bot${fake.token}/getMe`, { method: 'POST', body: '{', headers })
    expect(await response.json()).toMatchObject({ description: "Bad Request: can't parse JSON object" })
  })
})

describe('getUpdates', () => {
  test('gives updates again until an offset confirms them', async () => {
    const { fake, call } = await startFakeTelegram()
    const ids = ['a', 'b', 'c'].map((text) => fake.say(42, text).update_id)
    expect(await call('getUpdates', { limit: 2 })).toMatchObject({
      result: [{ update_id: ids[0], message: { text: 'a', from: { id: 42 } } }, { update_id: ids[1] }],
    })
    expect(await call('getUpdates', { offset: ids[1] })).toMatchObject({
      result: [{ update_id: ids[1] }, { update_id: ids[2] }],
    })
    expect(fake.updates).toHaveLength(2)
    expect(await call('getUpdates', { offset: -1 })).toMatchObject({ result: [{ update_id: ids[2] }] })
    expect(fake.updates).toHaveLength(1)
  })

  test('waits for an update, and no longer than it is told', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 20 })
    const waiting = call('getUpdates', { timeout: 50 })
    await eventually(() => expect(fake.calls).toHaveLength(1))
    fake.say(42, 'now')
    expect(await waiting).toMatchObject({ result: [{ message: { text: 'now' } }] })
    const before = Date.now()
    expect(await call('getUpdates', { offset: 800_000_000, timeout: 5 })).toMatchObject({ result: [] })
    expect(Date.now() - before).toBeGreaterThanOrEqual(245)
  })

  test('keeps the kinds that were asked for', async () => {
    const { fake, call } = await startFakeTelegram()
    await call('getUpdates', { allowed_updates: ['edited_message'] })
    const { message } = fake.say(42, 'unheard')
    await call('getUpdates', { offset: 1 })
    fake.edit(42, message?.message_id ?? 0, 'heard')
    expect(fake.updates).toMatchObject([{ edited_message: { text: 'heard' } }])
    await call('getUpdates', { allowed_updates: '[]', offset: 2 })
    fake.say(42, 'heard again')
    expect(fake.updates).toHaveLength(2)
  })

  test('a second poller ends the first, a webhook ends both', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 20 })
    const first = call('getUpdates', { timeout: 50 })
    await eventually(() => expect(fake.calls).toHaveLength(1))
    const second = call('getUpdates', { timeout: 50 })
    expect(await first).toMatchObject({
      status: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    })
    await call('setWebhook', { url: 'http://127.0.0.1:1/' })
    expect(await second).toMatchObject({ description: 'Conflict: terminated by setWebhook request' })
    expect(await call('getUpdates')).toMatchObject({
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    })
  })

  test('who asks the same again at once is slowed down', async () => {
    const { call } = await startFakeTelegram({ timeFactor: 3 })
    await call('getUpdates')
    const before = Date.now()
    await call('getUpdates')
    expect(Date.now() - before).toBeGreaterThanOrEqual(980)
  })

  test('a day later an update is gone', async () => {
    const { fake } = await startFakeTelegram({ timeFactor: 1e6 })
    fake.say(42, 'old')
    await eventually(() => expect(fake.updates).toEqual([]))
  })
})

describe('limits', () => {
  test.each([
    ['chat', {}, { chats: [42, 42], seconds: 1 }],
    ['group', { perChatPerSecond: 100 }, { chats: Array.from({ length: 21 }, () => -5), seconds: 60 }],
    ['bot', {}, { chats: Array.from({ length: 31 }, (_, index) => index + 1), seconds: 1 }],
  ])('of a %s', async (_, rateLimits, { chats, seconds }) => {
    const { fake, call } = await startFakeTelegram({ rateLimits, timeFactor: 0.1 })
    for (const chat of chats) fake.open(chat)
    const answers: ApiAnswer[] = []
    for (const chat_id of chats) answers.push(await call('sendMessage', { chat_id, text: 'x' }))
    expect(answers.slice(0, -1).every(({ ok }) => ok)).toBe(true)
    expect(answers.at(-1)).toMatchObject({
      status: 429,
      description: `Too Many Requests: retry after ${seconds}`,
      parameters: { retry_after: seconds },
    })
    expect(answers.at(-1)?.headers.get('retry-after')).toBe(String(seconds))
  })

  test('are over when the time has passed', async () => {
    const { fake, call } = await startFakeTelegram({ rateLimits: true, timeFactor: 50 })
    fake.open(42)
    const send = (): Promise<ApiAnswer> => call('sendMessage', { chat_id: 42, text: 'x' })
    await send()
    await eventually(async () => expect(await send()).toMatchObject({ ok: true }))
    expect(fake.sent()).toHaveLength(2)
  })
})

describe('faults', () => {
  const send = async (fault: TelegramFault): Promise<{ fake: FakeTelegram; outcome: unknown }> => {
    const { fake, call } = await startFakeTelegram({ fault })
    fake.open(42)
    const outcome = await call('sendMessage', { chat_id: 42, text: 'x' }).catch((error: unknown) => error)
    return { fake, outcome }
  }

  test.each([
    [{ kind: 'status', status: 429, retryAfter: 7 }, 0, { status: 429, parameters: { retry_after: 7 } }],
    [{ kind: 'status', status: 500 }, 0, { status: 500, description: 'Internal Server Error' }],
    [{ kind: 'html' }, 0, expect.any(SyntaxError)],
    [{ kind: 'reset', when: 'before' }, 0, expect.any(TypeError)],
    [{ kind: 'reset', when: 'after' }, 1, expect.any(TypeError)],
    [{ kind: 'truncate' }, 1, expect.any(TypeError)],
    [{ kind: 'garbage' }, 1, expect.any(SyntaxError)],
    [{ kind: 'delay', ms: 1 }, 1, { ok: true }],
  ] as const)('%o: %i messages are sent', async (fault, count, expected) => {
    const { fake, outcome } = await send(fault)
    expect(fake.sent()).toHaveLength(count)
    if (outcome instanceof Error) expect(outcome).toEqual(expected)
    else expect(outcome).toMatchObject(expected)
  })

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a hang %s the effect', async (when, count) => {
    const { fake } = await startFakeTelegram({ fault: { kind: 'hang', when } })
    fake.open(42)
    const url = `${fake.url}/bot${fake.token}/sendMessage?chat_id=42&text=x`
    const left = new AbortController()
    const waiting = fetch(url, { signal: left.signal }).catch((error: unknown) => error)
    await eventually(() => expect(fake.calls).toHaveLength(1))
    await eventually(() => expect(fake.sent()).toHaveLength(count))
    left.abort()
    expect(await waiting).toMatchObject({ name: 'AbortError' })
  })

  test('concern the methods they name, as often as they say', async () => {
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    fake.inject({ kind: 'status', status: 502, methods: ['sendMessage'], failTimes: 1 })
    const statuses = []
    for (const method of ['getMe', 'sendMessage', 'sendMessage'])
      statuses.push((await call(method, { chat_id: 42, text: 'x' })).status)
    expect(statuses).toEqual([200, 502, 200])
  })
})
