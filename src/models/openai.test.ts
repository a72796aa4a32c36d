import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { FakeModelOptions, FakeModelServer } from '../fakes/fake-model-server.ts'
import type { Fault } from '../fakes/faults.ts'
import { createFakeOpenAI } from '../fakes/openai.ts'
import type { Model, ModelPart, ModelRequest } from './model.ts'
import { createOpenAIModel } from './openai.ts'

const open: FakeModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

const TEXT = 'One two three four five six.'
const timeouts = { connectMs: 500, firstByteMs: 100, idleMs: 100 }

async function start(options: FakeModelOptions = {}): Promise<{ fake: FakeModelServer; model: Model }> {
  const fake = await createFakeOpenAI({ replies: [TEXT], ...options })
  open.push(fake)
  return {
    fake,
    model: createOpenAIModel({ model: 'gpt-4o-mini', baseUrl: fake.url, apiKey: 'sk-secret-key', timeouts }),
  }
}

function ask(overrides: Partial<ModelRequest> = {}): ModelRequest {
  return {
    instructions: 'Be brief.',
    messages: [{ role: 'user', text: 'Hi' }],
    tools: [],
    passages: [],
    ...overrides,
  }
}

async function read(
  model: Model,
  request = ask(),
  signal = new AbortController().signal,
): Promise<ModelPart[]> {
  const parts: ModelPart[] = []
  for await (const part of model.stream(request, { signal })) parts.push(part)
  return parts
}

/** The parts up to the failure, and the failure. */
async function readFailing(model: Model): Promise<{ text: string; error: AppError }> {
  let text = ''
  try {
    for await (const part of model.stream(ask(), { signal: new AbortController().signal }))
      text += part.type === 'text' ? part.text : ''
  } catch (thrown) {
    if (thrown instanceof AppError) return { text, error: thrown }
    throw thrown
  }
  throw new Error('the model did not fail')
}

const textOf = (parts: readonly ModelPart[]): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

test('streams the text, then one finish with the usage', async () => {
  const { model } = await start({ replies: [{ text: TEXT, usage: { inputTokens: 11, outputTokens: 6 } }] })
  const parts = await read(model)
  expect(textOf(parts)).toBe(TEXT)
  expect(parts.at(-1)).toEqual({
    type: 'finish',
    reason: 'stop',
    usage: { inputTokens: 11, outputTokens: 6 },
  })
})

test('sends instructions, history, tools and limits in the words of the protocol', async () => {
  const { fake, model } = await start()
  const call = { callId: 'call_1', tool: 'now', input: '{}' }
  await read(
    model,
    ask({
      messages: [
        { role: 'user', text: 'What time is it?' },
        { role: 'assistant', text: '', toolCalls: [call] },
        { role: 'tool', callId: 'call_1', tool: 'now', output: '"noon"' },
      ],
      tools: [{ name: 'now', description: 'The time.', inputSchema: { type: 'object' } }],
      temperature: 0.2,
      maxOutputTokens: 50,
      stopSequences: ['END'],
    }),
  )
  const [request] = fake.requests
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer sk-secret-key',
    'content-type': 'application/json',
  })
  expect(request?.body).toEqual({
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What time is it?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '"noon"' },
    ],
    stream: true,
    stream_options: { include_usage: true },
    tools: [
      {
        type: 'function',
        function: { name: 'now', description: 'The time.', parameters: { type: 'object' } },
      },
    ],
    temperature: 0.2,
    max_tokens: 50,
    stop: ['END'],
  })
})

test('assembles two calls from their fragments', async () => {
  const toolCalls = [
    { id: 'call_a', name: 'weather', arguments: { city: 'Zürich', unit: 'celsius' } },
    { id: 'call_b', name: 'now', arguments: {} },
  ]
  const { model } = await start({ replies: [{ toolCalls }] })
  expect(await read(model)).toEqual([
    { type: 'tool-call', callId: 'call_a', tool: 'weather', input: '{"city":"Zürich","unit":"celsius"}' },
    { type: 'tool-call', callId: 'call_b', tool: 'now', input: '{}' },
    expect.objectContaining({ type: 'finish', reason: 'tool-calls' }),
  ])
})

test('gives two calls different ids when the provider does not', async () => {
  const toolCalls = [
    { name: 'a', arguments: {} },
    { name: 'b', arguments: {} },
  ]
  const { model } = await start({ replies: [{ toolCalls }], fault: { kind: 'duplicate-ids' } })
  const ids = (await read(model)).flatMap((part) => (part.type === 'tool-call' ? [part.callId] : []))
  expect(new Set(ids).size).toBe(2)
})

test.each([
  ['content_filter', 'refused'],
  ['length', 'length'],
  ['eos', 'stop'],
])('a finish reason of %s is %s', async (finishReason, reason) => {
  const { model } = await start({ replies: [{ text: TEXT, finishReason }] })
  expect((await read(model)).at(-1)).toMatchObject({ type: 'finish', reason })
})

test('drops a call that the length limit has cut', async () => {
  const toolCalls = [{ name: 'weather', arguments: '{"city":"Zür' }]
  const { model } = await start({ replies: [{ toolCalls, finishReason: 'length' }] })
  expect(await read(model)).toEqual([expect.objectContaining({ type: 'finish', reason: 'length' })])
})

test('reads an answer that comes byte by byte', async () => {
  const { model } = await start({ replies: ['Grüße aus Köln 👋'], fault: { kind: 'drip' } })
  expect(textOf(await read(model))).toBe('Grüße aus Köln 👋')
})

interface Row {
  readonly name: string
  readonly fault: Fault
  readonly code: ErrorCode
  /** What was said before; default: nothing. */
  readonly text?: string
}

/** Three intact events are the role and two words. */
const FAULTS: readonly Row[] = [
  { name: '401', fault: { kind: 'status', status: 401 }, code: 'model_unauthorized' },
  { name: '403', fault: { kind: 'status', status: 403 }, code: 'model_unauthorized' },
  { name: '404', fault: { kind: 'status', status: 404 }, code: 'model_rejected' },
  { name: '400', fault: { kind: 'status', status: 400 }, code: 'model_rejected' },
  { name: '422', fault: { kind: 'status', status: 422 }, code: 'model_rejected' },
  {
    name: '400 too long',
    fault: { kind: 'status', status: 400, code: 'context_length_exceeded' },
    code: 'model_context_too_long',
  },
  { name: '402', fault: { kind: 'status', status: 402 }, code: 'model_quota_exhausted' },
  { name: '429', fault: { kind: 'status', status: 429 }, code: 'model_rate_limited' },
  {
    name: '429 without quota',
    fault: { kind: 'status', status: 429, code: 'insufficient_quota' },
    code: 'model_quota_exhausted',
  },
  { name: '408', fault: { kind: 'status', status: 408 }, code: 'model_unavailable' },
  { name: '409', fault: { kind: 'status', status: 409 }, code: 'model_unavailable' },
  { name: '500', fault: { kind: 'status', status: 500 }, code: 'model_unavailable' },
  { name: '529', fault: { kind: 'status', status: 529 }, code: 'model_unavailable' },
  { name: 'a redirect', fault: { kind: 'status', status: 307 }, code: 'model_rejected' },
  { name: 'a web page with status 200', fault: { kind: 'html' }, code: 'model_unavailable' },
  {
    name: 'an early end',
    fault: { kind: 'truncate', after: 3 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  {
    name: 'an early end before any word',
    fault: { kind: 'truncate', after: 0 },
    code: 'model_stream_broken',
  },
  {
    name: 'invalid JSON',
    fault: { kind: 'garbage', after: 3 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  {
    name: 'an error in the stream',
    fault: { kind: 'error-event', after: 3 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  { name: 'an error instead of words', fault: { kind: 'error-event', after: 1 }, code: 'model_unavailable' },
  {
    name: 'an event of 10 MB',
    fault: { kind: 'huge-event', after: 3 },
    code: 'model_stream_broken',
    text: 'One two',
  },
]

test.each(FAULTS)('$name', async ({ fault, code, text = '' }) => {
  const { model } = await start({ fault })
  const failed = await readFailing(model)
  expect([failed.error.code, failed.text]).toEqual([code, text])
})

const SILENCE: readonly Row[] = [
  { name: 'silence before the headers', fault: { kind: 'hang-before-headers' }, code: 'model_unavailable' },
  { name: 'slow headers', fault: { kind: 'slow-headers', ms: 60_000 }, code: 'model_unavailable' },
  { name: 'silence after the headers', fault: { kind: 'hang', after: 1 }, code: 'model_unavailable' },
  {
    name: 'silence in the answer',
    fault: { kind: 'hang', after: 3 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  { name: 'slow tokens', fault: { kind: 'slow-tokens', ms: 60_000 }, code: 'model_unavailable' },
]

test('silence of a provider is cut, wherever it begins', async () => {
  const seen = SILENCE.map(async ({ name, fault }) => {
    const { error, text } = await readFailing((await start({ fault })).model)
    return { name, code: error.code, text }
  })
  const expected = SILENCE.map(({ name, code, text = '' }) => ({ name, code, text }))
  expect(await Promise.all(seen)).toEqual(expected)
})

test('a TLS handshake that nobody answers is cut', async () => {
  const mute = createServer().listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const model = createOpenAIModel({ model: 'm', baseUrl: `https://127.0.0.1:${port}`, timeouts })
  const { error } = await readFailing(model)
  mute.close()
  expect([error.code, String(error.cause)]).toEqual(['model_unavailable', expect.stringContaining('Timeout')])
})

test('a reset connection breaks the answer', async () => {
  const { model } = await start({ fault: { kind: 'truncate', after: 3, reset: true } })
  expect((await readFailing(model)).error.retryable).toBe(true)
})

test('nobody listens', async () => {
  const { fake, model } = await start()
  await fake.close()
  expect((await readFailing(model)).error.code).toBe('model_unavailable')
})

test('a fault that passes lets the next attempt succeed', async () => {
  const { model } = await start({ fault: { kind: 'status', status: 503, failTimes: 1 } })
  await readFailing(model)
  expect(textOf(await read(model))).toBe(TEXT)
})

test.each([
  [{ 'retry-after': '20' }, 20_000],
  [{ 'retry-after': '20', 'retry-after-ms': '1500' }, 1_500],
  [{ date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 10:00:30 GMT' }, 30_000],
  [{}, undefined],
])('waits as long as %o says', async (headers, retryAfterMs) => {
  const { model } = await start({ fault: { kind: 'status', status: 429, headers } })
  expect((await readFailing(model)).error.retryAfterMs).toBe(retryAfterMs)
})

test('the log sees what the provider said, without the key', async () => {
  const message = 'Incorrect API key provided: sk-secret-key (sk-s*******key).'
  const { model } = await start({ fault: { kind: 'status', status: 401, message } })
  const { error } = await readFailing(model)
  expect(String(error.cause)).toContain('Incorrect API key provided: [redacted] ([redacted]')
  expect(error.message).not.toContain('Incorrect')
})

test.each([
  ['before the headers', { kind: 'hang-before-headers' }],
  ['in the answer', { kind: 'hang', after: 3 }],
] as const)('aborting %s closes the socket to the provider', async (_, fault) => {
  const { fake, model } = await start({ fault })
  const patient = createOpenAIModel({ model: 'm', baseUrl: fake.url })
  const abort = new AbortController()
  const reading = read(patient, ask(), abort.signal)
  await expect.poll(() => fake.requests.length).toBe(1)
  abort.abort(new Error('stopped'))
  await expect(reading).rejects.toThrow('stopped')
  expect(await fake.requests[0]?.outcome).toBe('cut')
  expect(model.id).toBe('openai/gpt-4o-mini')
})

test('leaving the loop closes the socket to the provider', async () => {
  const { fake, model } = await start({ fault: { kind: 'hang', after: 3 } })
  for await (const part of model.stream(ask(), { signal: new AbortController().signal }))
    if (part.type === 'text') break
  expect(await fake.requests[0]?.outcome).toBe('cut')
})

test('reuses the connection of a finished answer', async () => {
  const { fake, model } = await start()
  const reused = async (): Promise<boolean> => {
    await read(model)
    const ports = fake.requests.map(({ clientPort }) => clientPort)
    return new Set(ports).size < ports.length
  }
  await expect.poll(reused).toBe(true)
})

test('says at once that a base URL is none', () => {
  expect(() => createOpenAIModel({ model: 'm', baseUrl: 'localhost:11434' })).toThrow(
    'http://localhost:11434/v1',
  )
})
