import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send, signUp, type Reply } from '../../../test/people.ts'
import { failing, scriptedModel, text } from '../../../test/scripted-model.ts'
import {
  collectEvents,
  postJson,
  startTestApp,
  type SentEvent,
  type TestApp,
} from '../../../test/test-app.ts'
import { defineBot } from '../../bot.ts'
import { AppError } from '../../errors.ts'

let app: TestApp
const lines: Record<string, unknown>[] = []
const model = scriptedModel(async function* answer(request, signal) {
  const last = request.messages.at(-1)
  const words = last?.role === 'user' ? last.text : ''
  if (words === 'fail') yield* failing(new AppError('model_refused'))(request, signal)
  else yield* text(words)
})

beforeAll(async () => {
  app = await startTestApp({
    model,
    moreBots: [
      defineBot({ name: 'gated', instructions: 'Be brief.', model, site: { freeMessages: 2 } }),
      defineBot({
        name: 'closed',
        instructions: 'Be brief.',
        model,
        site: {
          freeMessages: 0,
          authText: 'Members only.',
          authUrl: 'https://acme.example/in',
          authMethod: 'whatsapp',
        },
      }),
      defineBot({
        name: 'wordy',
        instructions: 'Be brief.',
        model,
        suggestions: ['a'.repeat(200), 'two', 'three', 'four'],
      }),
    ],
    env: {
      JWT_SECRET: 'a-secret-of-at-least-thirty-two-characters',
      NODE_ENV: 'production',
      TRUST_PROXY: 'true',
      SESSION_RATE_LIMIT_PER_MINUTE: '4',
      STREAM_RATE_LIMIT_PER_MINUTE: '6',
      RATE_LIMIT_EXEMPT: '198.51.100.0/24',
    },
    log: { write: (line) => void lines.push(JSON.parse(line)) },
  })
})

afterAll(() => app.close())

let host = 0
/** An address nobody had before. */
const newAddress = (): string => `203.0.113.${(host += 1)}`

interface Question {
  readonly bot?: string
  readonly address?: string
  readonly sessionId?: string
  readonly token?: string | undefined
  readonly query?: string
  readonly messageId?: string
}

function bodyOf({
  bot = 'gated',
  query = 'Hello',
  sessionId = crypto.randomUUID(),
  messageId,
}: Question): object {
  return { query, chatbotId: bot, sessionId, messageId }
}

function ask({ address = newAddress(), token, ...question }: Question = {}): Promise<Reply> {
  const headers = { 'x-forwarded-for': address }
  return send(app, 'POST /api/chat/query', { body: bodyOf(question), token, headers })
}

async function stream({ address = newAddress(), ...question }: Question = {}): Promise<readonly SentEvent[]> {
  const headers = { 'x-forwarded-for': address }
  return await collectEvents(await postJson(`${app.url}/api/chat/query/stream`, bodyOf(question), headers))
}

describe('people who have not signed in', () => {
  test('are asked to when their free messages are used up, on both endpoints alike', async () => {
    const guest = { sessionId: crypto.randomUUID(), address: newAddress() }
    const first = await ask(guest)
    expect(first.body).toMatchObject({ answer: 'Hello', requiresAuthNext: false, auth_method: 'email' })
    const second = await stream(guest)
    const complete = second.find(({ event }) => event === 'complete')
    expect(complete?.data).toMatchObject({ requiresAuthNext: true, auth_method: 'email' })
    const { status, body } = await ask(guest)
    expect([status, body]).toEqual([
      403,
      {
        error: 'NEED_AUTH',
        message: 'You have used your free messages. Please sign in to go on.',
        auth_method: 'email',
        free_messages: 2,
        sessionId: guest.sessionId,
      },
    ])
    const refused = await stream(guest)
    expect(refused.map(({ event }) => event)).toEqual(['connected', 'error', 'close'])
    expect(refused[1]?.data).toMatchObject({
      code: 'NEED_AUTH',
      canRetry: false,
      auth_method: 'email',
      free_messages: 2,
      sessionId: guest.sessionId,
    })
  })

  test('do not get more by a new session, nor by a new address', async () => {
    const address = newAddress()
    expect((await ask({ address })).status).toBe(200)
    expect((await ask({ address })).body.requiresAuthNext).toBe(true)
    expect((await ask({ address })).status).toBe(403)
    const sessionId = crypto.randomUUID()
    const statuses = [await ask({ sessionId }), await ask({ sessionId }), await ask({ sessionId })]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 403])
  })

  test('who ask at once get exactly what is free', async () => {
    const address = newAddress()
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask({ address })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(2)
  })

  test('pass when they sign in', async () => {
    const { token } = await signUp(app)
    const member = { address: newAddress(), sessionId: crypto.randomUUID(), token }
    for (const _ of [1, 2, 3])
      expect(await ask(member)).toMatchObject({ status: 200, body: { requiresAuthNext: false } })
  })

  test('are told by the bot’s own words where it answers nobody else', async () => {
    expect((await ask({ bot: 'closed' })).body).toMatchObject({
      error: 'NEED_AUTH',
      message: 'Members only.',
      auth_method: 'whatsapp',
      auth_url: 'https://acme.example/in',
      free_messages: 0,
    })
  })

  test('are not counted twice for one message', async () => {
    const guest = { sessionId: crypto.randomUUID(), address: newAddress(), messageId: crypto.randomUUID() }
    expect((await ask(guest)).body.requiresAuthNext).toBe(false)
    expect((await ask(guest)).body.answer).toBe('Hello')
    expect((await ask({ ...guest, messageId: crypto.randomUUID() })).body.requiresAuthNext).toBe(true)
  })

  test('lose no free message when the answer fails', async () => {
    const guest = { sessionId: crypto.randomUUID(), address: newAddress() }
    expect((await ask({ ...guest, query: 'fail' })).status).toBe(422)
    expect((await stream({ ...guest, query: 'fail' })).map(({ event }) => event)).toContain('error')
    expect((await ask(guest)).body.requiresAuthNext).toBe(false)
    expect((await ask(guest)).body.requiresAuthNext).toBe(true)
  })
})

describe('limits', () => {
  test('a session may ask so often, from whatever address', async () => {
    const sessionId = crypto.randomUUID()
    for (const _ of [1, 2, 3, 4]) expect((await ask({ bot: 'test', sessionId })).status).toBe(200)
    const { status, body, headers } = await ask({ bot: 'test', sessionId })
    expect([status, body.error]).toEqual([429, new AppError('chat_rate_limited').message])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('an address may stream so often, in the words of guide 002', async () => {
    const address = newAddress()
    for (const _ of [1, 2, 3, 4, 5, 6]) await stream({ bot: 'test', address })
    const response = await postJson(`${app.url}/api/chat/query/stream`, bodyOf({ bot: 'test' }), {
      'x-forwarded-for': address,
    })
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({
      status: 429,
      error: 'Streaming rate limit exceeded. Please wait before starting a new stream.',
    })
  })

  test('addresses that are exempt are not counted', async () => {
    const office = { bot: 'test', address: '198.51.100.7', sessionId: crypto.randomUUID() }
    const events = await Promise.all(Array.from({ length: 8 }, () => stream(office)))
    expect(events.map((all) => all.at(-2)?.event)).toEqual(events.map(() => 'complete'))
  })
})

describe('what is asked', () => {
  test('comes to the model in one form, without control characters', async () => {
    const { body } = await ask({
      bot: 'test',
      query: '  e\u0301te\u0301\u0000 \u001b[31mred\r\ntwo\tlines\u0085 ',
    })
    expect(body.answer).toBe('\u00e9t\u00e9 [31mred\ntwo\tlines')
  })

  test.each([
    ['\u0000\u0007 ', 'query'],
    ['x'.repeat(5_001), 'query'],
  ])('that is nothing, or too much, is refused in the shape of guide 002', async (query, field) => {
    const { status, body } = await ask({ query })
    expect(status).toBe(400)
    expect(body).toMatchObject({ status: 400, error: 'Validation error' })
    expect(body.details).toEqual([{ field, message: expect.any(String), type: expect.any(String) }])
  })

  test.each([
    ['00000000-0000-1000-8000-000000000000', 400],
    ['886313e1-3b8a-5372-9b90-0c9aee199e5d', 200],
    ['f47ac10b-58cc-4372-a567-0e02b2c3d479', 200],
    ['mine', 400],
  ])('in the session %s gets status %i', async (sessionId, status) => {
    expect((await ask({ bot: 'test', sessionId })).status).toBe(status)
  })

  test('gets at most three suggestions of at most 150 characters', async () => {
    const { body } = await ask({ bot: 'wordy' })
    expect(body.suggestions).toEqual([`${'a'.repeat(149)}…`, 'two', 'three'])
    const event = (await stream({ bot: 'wordy' })).find(({ event }) => event === 'suggestions')
    expect(event?.data).toEqual({ items: body.suggestions, count: 3, suggestions: body.suggestions })
  })

  test('is in the log with its first 100 characters at most, and only when that is asked for', async () => {
    const query = `${'wörd '.repeat(20)}secret`
    const logged = (): unknown[] => lines.flatMap((line) => (line['msg'] === 'query' ? [line['query']] : []))
    await ask({ bot: 'test', query })
    expect(logged()).toEqual([])
    app.server.log.level = 'debug'
    await ask({ bot: 'test', query })
    expect(logged()).toEqual(['wörd '.repeat(20)])
    expect(JSON.stringify(lines)).not.toContain('secret')
  })
})
