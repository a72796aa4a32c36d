import { randomUUID } from 'node:crypto'
import { PATIENCE_MS } from '../../test/patience.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { send, signUp, type Reply } from '../../test/people.ts'
import { redisMissing, startRedis } from '../../test/redis-process.ts'
import { scriptedModel, text } from '../../test/scripted-model.ts'
import { startTestApp, type TestApp } from '../../test/test-app.ts'

const model = scriptedModel(text('Hello.'))

describe('behind a proxy that is believed', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp({ model, env: { TRUST_PROXY: 'true' } })
  })
  afterAll(() => app.close())

  const from = (address: string, request: string, options: object = {}): Promise<Reply> =>
    send(app, request, { ...options, headers: { 'x-forwarded-for': address } })
  const times = (count: number, ask: (index: number) => Promise<Reply>): Promise<Reply[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => ask(index)))
  /** Asks so often at once; resolves with how many were let through beyond the burst and what has come back since. */
  const excess = async (count: number, ask: (index: number) => Promise<Reply>): Promise<number> => {
    const begun = performance.now()
    const replies = await times(count, ask)
    const cameBack = Math.ceil((performance.now() - begun) / 100)
    const allowed = count - refused(replies).length
    expect(allowed).toBeGreaterThanOrEqual(21)
    return Math.max(0, allowed - 21 - cameBack)
  }
  const refused = (replies: readonly Reply[]): readonly Reply[] =>
    replies.filter(({ status }) => status === 429)

  test('one address may send 10 requests a second to the REST API, and 20 more at once, as nginx counts', async () => {
    const replies = await times(60, () => from('203.0.113.1', 'GET /api/1/conversations'))
    expect((await from('203.0.113.2', 'GET /api/1/conversations')).status).toBe(401)
    const [reply] = refused(replies)
    expect(reply?.body).toMatchObject({
      error: 'rate_limited',
      detail: 'Too many requests. Please wait a moment and try again.',
    })
    expect(reply?.headers.get('retry-after')).toBe('1')
    expect(reply?.headers.get('ratelimit-policy')).toBe('"address";q=21;w=3')
    expect(reply?.headers.get('ratelimit')).toMatch(/^"address";r=0;t=[1-3]$/)
    expect(reply?.headers.get('ratelimit-remaining')).toBe('0')
  })

  test('one signed-in user has as many from all addresses together', async () => {
    const ada = await signUp(app)
    const path = `GET /api/${ada.id}/conversations`
    expect(await excess(60, (index) => from(`192.0.2.${index}`, path, { token: ada.token }))).toBe(0)
  })

  test('the chat endpoints take 100 requests and 30 streams a minute, with the sentences of guide 002', async () => {
    const body = { query: 'Hello', chatbotId: 'test', sessionId: randomUUID() }
    const streams = await times(31, () => from('203.0.113.3', 'POST /api/chat/query/stream', { body: {} }))
    expect(refused(streams).map((reply) => reply.body)).toEqual([
      expect.objectContaining({
        status: 429,
        error: 'Streaming rate limit exceeded. Please wait before starting a new stream.',
      }),
    ])
    expect((await from('203.0.113.3', 'POST /api/chat/query', { body })).status).toBe(200)
    const bots = await times(69, () => from('203.0.113.3', 'GET /api/chat/bots'))
    expect(refused(bots).map((reply) => reply.body.message)).toEqual([
      "Whoa! You're chatting a bit too fast. Please wait and try again in a few minutes. ⏳",
    ])
  })

  test('all addresses of one IPv6 network are one', async () => {
    const ask = (index: number) => from(`2001:db8:1:2::${index}`, 'GET /api/1/conversations')
    expect(await excess(60, ask)).toBe(0)
    expect((await from('2001:db8:1:3::1', 'GET /api/1/conversations')).status).toBe(401)
  })

  test('who writes other addresses before their own is counted by their own', async () => {
    const ask = (index: number) => from(`198.51.100.${index}, 203.0.113.7`, 'GET /api/1/conversations')
    expect(await excess(60, ask)).toBe(0)
  })

  test('who claims to come from this computer is counted like anybody', async () => {
    expect(await excess(60, () => from('127.0.0.1', 'GET /api/1/conversations'))).toBe(0)
  })

  test('a path written otherwise is counted too', async () => {
    expect(await excess(60, () => from('203.0.113.9', 'GET /%61pi/1/conversations'))).toBe(0)
  })

  test('nothing else is limited', async () => {
    expect(refused(await times(150, () => from('203.0.113.4', 'GET /livez')))).toEqual([])
  })
})

test('on the own computer nobody is limited, and a proxy that is not believed is told of once', async () => {
  const lines: string[] = []
  const app = await startTestApp({ model, log: { write: (line: string) => void lines.push(line) } })
  const ask = (headers = {}): Promise<Reply> => send(app, 'GET /api/1/conversations', { headers })
  const replies = await Promise.all(Array.from({ length: 60 }, () => ask()))
  expect(replies.every(({ status }) => status === 401)).toBe(true)
  await ask({ 'x-forwarded-for': '203.0.113.1' })
  await ask({ 'x-forwarded-for': '203.0.113.1' })
  await app.close()
  expect(lines.filter((line) => line.includes('TRUST_PROXY'))).toHaveLength(1)
})

test('a page of a listed origin may read the limits, and no credentials go along', async () => {
  const app = await startTestApp({ model, env: { CORS_ORIGINS: 'https://app.example.com' } })
  const preflight = await fetch(`${app.url}/api/1/conversations/x`, {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example.com', 'access-control-request-method': 'DELETE' },
  })
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
  expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE')
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
  const other = await send(app, 'GET /livez', { headers: { origin: 'https://evil.example.com' } })
  await app.close()
  expect(other.headers.get('access-control-allow-origin')).toBeNull()
})

test.skipIf(redisMissing())(
  'a server whose Redis is killed in the middle goes on, right and not down',
  async () => {
    const redis = await startRedis()
    const app = await startTestApp({ model, env: { REDIS_URL: redis.url } })
    expect(app.summary).toContainEqual(expect.objectContaining({ name: 'Redis', on: true }))
    const ada = await signUp(app)
    const titles = async (): Promise<string[]> =>
      (await send(app, `GET /api/${ada.id}/conversations`, ada)).body.map(
        ({ title }: { title: string }) => title,
      )
    const say = (message: string): Promise<Reply> =>
      send(app, `POST /api/${ada.id}/chat`, { token: ada.token, body: { message } })
    await say('one')
    expect(await titles()).toEqual(['one'])
    await redis.kill()
    expect((await say('two')).status).toBe(200)
    expect(await titles()).toEqual(['two', 'one'])
    redis.restart().catch(() => undefined)
    await vi.waitFor(async () => expect(await titles()).toEqual(['two', 'one']), PATIENCE_MS)
    await say('three')
    expect(await titles()).toEqual(['three', 'two', 'one'])
    await app.close()
    await redis.kill()
  },
)
