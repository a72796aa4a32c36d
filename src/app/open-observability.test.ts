import { sql } from 'kysely'
import { PATIENCE_MS } from '../../test/patience.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../../test/otlp-receiver.ts'
import { send } from '../../test/people.ts'
import { calls, failing, scriptedModel, text } from '../../test/scripted-model.ts'
import { collectEvents, postJson, startTestApp, type TestApp } from '../../test/test-app.ts'
import { createWireChannel, MemoryWire } from '../../test/wire-channel.ts'
import { AppError } from '../errors.ts'
import { defineTool } from '../tools/tool.ts'

const CANARY = 'canary-said-by-a-person'
const TOKEN = 'a-token-for-programs-that-read'

describe('what a server tells of itself', () => {
  let app: TestApp
  let receiver: OtlpReceiver
  const wire = new MemoryWire()
  const lines: Record<string, unknown>[] = []
  beforeAll(async () => {
    receiver = await startOtlpReceiver()
    app = await startTestApp({
      model: scriptedModel(
        calls(['look', {}]),
        text('Hello ', 'there'),
        text('Good'),
        failing(new AppError('model_unauthorized')),
      ),
      bot: {
        tools: [
          defineTool({
            name: 'look',
            description: 'Looks.',
            input: z.object({}),
            execute: async () => 'seen',
          }),
        ],
        knowledge: { version: '1', search: async () => [] },
      },
      channels: [createWireChannel(wire)],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, METRICS_TOKEN: TOKEN, MODEL_RETRIES: '0' },
      log: { write: (line) => lines.push(JSON.parse(line)) },
    })
    const request = { 'x-request-id': 'webhook-7', traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` }
    await postJson(`${app.url}/wire`, { id: '1', key: 'chat', text: CANARY }, request)
    await vi.waitFor(() => expect(wire.textsOf('chat')).toContain('Hello there'), PATIENCE_MS)
    await ask()
    await ask()
  })
  afterAll(async () => {
    await app.close()
    await receiver[Symbol.asyncDispose]()
  })

  const ask = async (): Promise<void> => {
    await collectEvents(
      await postJson(`${app.url}/api/chat/query/stream`, { query: CANARY, chatbotId: 'test' }),
    )
  }
  const get = (path: string, headers: object = {}) => send(app, `GET ${path}`, { headers })
  const scrape = async (path: string): Promise<string> => (await fetch(app.url + path)).text()

  test('the numbers have the shape of guide 002', async () => {
    const { status, body } = await get('/api/metrics/streaming')
    expect(status).toBe(200)
    expect(body.metrics).toMatchObject({
      requests: { total: 3, successful: 2, failed: 1, active: 0, successRate: 66.67 },
      users: { activeUnique: 3, totalSessions: 3 },
      latency: { firstToken: { p50: expect.any(Number) }, firstAudio: { avg: null }, complete: {} },
      recent: { ended: 3, failed: 1, firstToken: { p95: expect.any(Number) } },
      cache: { kb: { hits: 0, misses: 0, hitRate: 0, total: 0 }, tts: { hitRate: 0 } },
      errors: { openai: 1, tts: 0, network: 0, validation: 0, other: 0, codes: { model_unauthorized: 1 } },
      resources: { totalTokens: 45, memoryPercent: expect.any(Number), cpuPercent: expect.any(Number) },
      streaming: { totalStreams: 3, activeCount: 0, completedCount: 2, errorCount: 1 },
      voice: { cacheEnabled: expect.any(Boolean) },
    })
    expect((await get('/api/metrics/streaming/summary')).body.summary).toMatchObject({
      totalRequests: 3,
      successRate: 66.67,
      activeStreams: 0,
      cacheHitRate: { kb: 0, tts: 0 },
      errorCount: 1,
    })
  })

  test('the last turns are events, the newest first', async () => {
    const { body } = await get('/api/metrics/streaming/events?limit=2')
    expect(body).toMatchObject({
      count: 2,
      events: [
        { type: 'error', chatbotId: 'test', data: { errorCode: 'model_unauthorized' } },
        { type: 'success', timestamp: expect.any(Number), metrics: { wordCount: 1 } },
      ],
    })
    expect((await get('/api/metrics/streaming/events?limit=0')).status).toBe(400)
  })

  test('who reads the numbers reads no answers: nothing in the events opens one', async () => {
    const { body } = await get('/api/metrics/streaming/events')
    const words: readonly string[] = JSON.stringify(body).match(/[\w-]{16,}/g) ?? []
    const open = async (word: string) => (await fetch(`${app.url}/api/chat/streams/${word}`)).status
    const opened = await Promise.all(words.map(open))
    expect(words.length).toBeGreaterThan(2)
    expect(opened.every((status) => status === 404)).toBe(true)
  })

  test('a few failures degrade the health, and only many make it unhealthy', async () => {
    expect(await get('/api/metrics/health/streaming')).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        checks: { errorRate: { status: 'warn', value: 33.33, threshold: 2 }, redis: { status: 'pass' } },
        issues: ['33.33 % of the turns failed, more than 2 %'],
      },
    })
  })

  test('Prometheus reads the names of the guides and our own', async () => {
    const body = await scrape('/prometheus/metrics')
    for (const line of [
      'chatbot_requests_total{type="success"} 2',
      'chatbot_requests_total{type="failed"} 1',
      'chatbot_errors_total{type="openai"} 1',
      'chat_requests_total 3',
      'chat_deliveries_total{channel="wire",outcome="confirmed"} 1',
      'chat_provider_errors_total{provider="scripted",kind="model_unauthorized"} 1',
      'chat_numbers_readable 1',
    ])
      expect(body).toContain(line)
    expect(body).toMatch(/chat_queue_wait_seconds_count\{channel="wire"\} 1/)
    expect(body).toMatch(/chat_tool_seconds_count\{tool="look",outcome="ok"\} 1/)
    expect(body).toMatch(/chat_first_token_seconds_bucket\{le="60",bot="test",revision="\w+",channel="wire"/)
    expect(body).toMatch(/database_pool_wait_seconds_count [1-9]/)
    expect(await scrape('/metrics')).toContain('chat_duration_seconds_count 3')
  })

  test('a database that keeps silent does not keep Prometheus from its scrape', async () => {
    const [locked, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holding = app.store.db.transaction().execute(async (tx) => {
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
      await sql`lock table turns in access exclusive mode`.execute(tx)
      locked.resolve()
      await done.promise
    })
    await locked.promise
    // Everybody who asks within a second is told the same.
    await vi.waitFor(async () => {
      const reply = await fetch(`${app.url}/metrics`, { signal: AbortSignal.timeout(5_000) })
      expect(await reply.text()).toContain('chat_numbers_readable 0')
    }, PATIENCE_MS)
    done.resolve()
    await holding
    expect(await scrape('/metrics')).toContain('chat_numbers_readable 1')
  })

  test('one trace goes from the webhook over the lane to the delivery', async () => {
    await expect
      .poll(() => receiver.spans.map(({ name }) => name), { timeout: PATIENCE_MS })
      .toEqual(expect.arrayContaining(['POST /wire', 'process wire']))
    const trace = receiver.spans.filter(({ traceId }) => traceId === 'ab'.repeat(16))
    expect(trace.map((span) => pathOf(span, trace)).toSorted()).toEqual([
      'POST /wire',
      'POST /wire > process wire',
      'POST /wire > process wire > deliver wire fill',
      'POST /wire > process wire > deliver wire place',
      'POST /wire > process wire > invoke_agent test',
      'POST /wire > process wire > invoke_agent test > chat scripted',
      'POST /wire > process wire > invoke_agent test > chat scripted',
      'POST /wire > process wire > invoke_agent test > execute_tool look',
      'POST /wire > process wire > invoke_agent test > retrieval test',
    ])
    expect(trace.find(({ name }) => name === 'POST /wire')).toMatchObject({
      parentId: 'cd'.repeat(8),
      attributes: { 'botyard.request.id': 'webhook-7' },
    })
    expect(Buffer.concat(receiver.bytes).toString('latin1')).not.toContain(CANARY)
  })

  test('the id of a request is in the reply, in the problem, and in the line of its turn', async () => {
    const reply = await get('/nothing', { 'x-request-id': 'mine-1' })
    expect([reply.headers.get('x-request-id'), reply.body.requestId]).toEqual(['mine-1', 'mine-1'])
    const turn = lines.find(({ msg, channel }) => msg === 'turn' && channel === 'wire')
    expect(turn).toMatchObject({ requestId: 'webhook-7', traceId: 'ab'.repeat(16) })
  })

  test('whoever comes through a proxy needs a token', async () => {
    const outside = { 'x-forwarded-for': '203.0.113.9' }
    for (const path of ['/metrics', '/api/metrics/streaming', '/api/metrics/health/streaming'])
      expect((await get(path, outside)).status).toBe(401)
    const authorization = `Bearer ${TOKEN}`
    expect((await get('/api/metrics/streaming', { ...outside, authorization })).status).toBe(200)
    const reset = { headers: { ...outside, authorization } }
    expect((await send(app, 'POST /api/metrics/streaming/reset', reset)).status).toBe(401)
  })

  test('everybody hears which parts work, and operators hear why', async () => {
    const { body } = await get('/health/detailed')
    expect(body).toMatchObject({
      status: 'healthy',
      database: 'connected',
      scripted: 'connected',
      redis: 'not configured',
      telegram: 'not configured',
      details: { database: { status: 'pass', ms: expect.any(Number) } },
    })
    expect((await get('/health/detailed', { 'x-forwarded-for': '203.0.113.9' })).body).not.toHaveProperty(
      'details',
    )
  })

  test('a reset begins anew', async () => {
    expect((await send(app, 'POST /api/metrics/streaming/reset')).body).toMatchObject({
      message: 'Metrics reset successfully',
    })
    expect((await get('/api/metrics/streaming/summary')).body.summary.totalRequests).toBe(0)
  })
})

test('in production nothing is told without a token, and nothing is reset', async () => {
  const app = await startTestApp({
    env: {
      NODE_ENV: 'production',
      METRICS_TOKEN: TOKEN,
      HOST: '127.0.0.1',
      METRICS_ALLOWED_IPS: '10.0.0.0/8',
    },
  })
  const read = async (headers?: object): Promise<number> =>
    (await send(app, 'GET /api/metrics/streaming', headers && { headers })).status
  expect([await read(), await read({ authorization: `Bearer ${TOKEN}` })]).toEqual([403, 200])
  expect((await send(app, 'POST /api/metrics/streaming/reset')).status).toBe(403)
  await app.close()
})

/** The names of a span's ancestors and its own. */
function pathOf(span: ReceivedSpan, trace: readonly ReceivedSpan[]): string {
  const parent = trace.find(({ spanId }) => spanId === span.parentId)
  return parent ? `${pathOf(parent, trace)} > ${span.name}` : span.name
}
