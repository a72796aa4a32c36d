import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, readParts, textOf } from '../../test/read-model.ts'
import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { createFakeAnthropic } from '../fakes/anthropic.ts'
import { createFakeCohere } from '../fakes/cohere.ts'
import type { FakeModelServer } from '../fakes/fake-model-server.ts'
import type { Fault } from '../fakes/faults.ts'
import { createFakeOpenAI } from '../fakes/openai.ts'
import { createAnthropicModel } from './anthropic.ts'
import { createCohereModel } from './cohere.ts'
import type { ModelTimeouts } from './http-model.ts'
import type { Model } from './model.ts'
import { createOpenAIModel } from './openai.ts'

const PROVIDERS = [
  { name: 'openai', createFake: createFakeOpenAI, createModel: createOpenAIModel, opening: 1 },
  { name: 'cohere', createFake: createFakeCohere, createModel: createCohereModel, opening: 2 },
  { name: 'anthropic', createFake: createFakeAnthropic, createModel: createAnthropicModel, opening: 2 },
] as const

const TEXT = 'One two three four five six.'
/** For silence alone: what a busy machine is slow to do is none. */
const SHORT = { connectMs: 500, firstByteMs: 500, idleMs: 500 }

const open: FakeModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

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

interface Row {
  readonly name: string
  readonly fault: Fault
  readonly code: ErrorCode
  /** What was said before; default: nothing. */
  readonly text?: string
}

const FAULTS: readonly Row[] = [
  { name: '401', fault: { kind: 'status', status: 401 }, code: 'model_unauthorized' },
  { name: '403', fault: { kind: 'status', status: 403 }, code: 'model_unauthorized' },
  { name: '404', fault: { kind: 'status', status: 404 }, code: 'model_rejected' },
  { name: '400', fault: { kind: 'status', status: 400 }, code: 'model_rejected' },
  { name: '422', fault: { kind: 'status', status: 422 }, code: 'model_rejected' },
  {
    name: '400 too long',
    fault: { kind: 'status', status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    code: 'model_context_too_long',
  },
  { name: '402', fault: { kind: 'status', status: 402 }, code: 'model_quota_exhausted' },
  { name: '429', fault: { kind: 'status', status: 429 }, code: 'model_rate_limited' },
  { name: '408', fault: { kind: 'status', status: 408 }, code: 'model_unavailable' },
  { name: '409', fault: { kind: 'status', status: 409 }, code: 'model_unavailable' },
  { name: '500', fault: { kind: 'status', status: 500 }, code: 'model_unavailable' },
  { name: '529', fault: { kind: 'status', status: 529 }, code: 'model_unavailable' },
  { name: 'a redirect', fault: { kind: 'status', status: 307 }, code: 'model_rejected' },
  { name: 'a web page with status 200', fault: { kind: 'html' }, code: 'model_unavailable' },
  {
    name: 'an early end',
    fault: { kind: 'truncate', after: 2 },
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
    fault: { kind: 'garbage', after: 2 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  {
    name: 'an error in the stream',
    fault: { kind: 'error-event', after: 2 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  { name: 'an error instead of words', fault: { kind: 'error-event', after: 0 }, code: 'model_unavailable' },
  {
    name: 'an event of 10 MB',
    fault: { kind: 'huge-event', after: 2 },
    code: 'model_stream_broken',
    text: 'One two',
  },
]

const SILENCE: readonly Row[] = [
  { name: 'silence before the headers', fault: { kind: 'hang-before-headers' }, code: 'model_unavailable' },
  { name: 'slow headers', fault: { kind: 'slow-headers', ms: 60_000 }, code: 'model_unavailable' },
  { name: 'silence after the headers', fault: { kind: 'hang', after: 0 }, code: 'model_unavailable' },
  {
    name: 'silence in the answer',
    fault: { kind: 'hang', after: 2 },
    code: 'model_stream_broken',
    text: 'One two',
  },
  { name: 'slow tokens', fault: { kind: 'slow-tokens', ms: 60_000 }, code: 'model_unavailable' },
]

describe.each(PROVIDERS)('$name', ({ createFake, createModel, opening }) => {
  /** Counts the events of a fault from the first word on. */
  const fromFirstWord = (fault: Fault): Fault =>
    'after' in fault ? { ...fault, after: fault.after + opening } : fault

  const start = async (
    fault?: Fault,
    timeouts: ModelTimeouts = {},
  ): Promise<{ fake: FakeModelServer; model: Model }> => {
    const fake = await createFake({ replies: [TEXT], ...(fault && { fault: fromFirstWord(fault) }) })
    open.push(fake)
    return { fake, model: createModel({ model: 'm', baseUrl: fake.url, apiKey: 'my-secret-key', timeouts }) }
  }

  test.each(FAULTS)('$name', async ({ fault, code, text = '' }) => {
    const { model } = await start(fault)
    const failed = await readFailing(model)
    expect([failed.error.code, failed.text]).toEqual([code, text])
  })

  test('silence of a provider is cut, wherever it begins', async () => {
    const seen = SILENCE.map(async ({ name, fault }) => {
      const { error, text } = await readFailing((await start(fault, SHORT)).model)
      return { name, code: error.code, text }
    })
    const expected = SILENCE.map(({ name, code, text = '' }) => ({ name, code, text }))
    expect(await Promise.all(seen)).toEqual(expected)
  })

  test('a reset connection breaks the answer', async () => {
    const { model } = await start({ kind: 'truncate', after: 2, reset: true })
    expect((await readFailing(model)).error.retryable).toBe(true)
  })

  test('nobody listens', async () => {
    const { fake, model } = await start()
    await fake.close()
    expect((await readFailing(model)).error.code).toBe('model_unavailable')
  })

  test('a fault that passes lets the next attempt succeed', async () => {
    const { model } = await start({ kind: 'status', status: 503, failTimes: 1 })
    await readFailing(model)
    expect(textOf(await readParts(model))).toBe(TEXT)
  })

  test.each([
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '20', 'retry-after-ms': '1500' }, 1_500],
    [{ date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 10:00:30 GMT' }, 30_000],
    [{}, undefined],
  ])('waits as long as %o says', async (headers, retryAfterMs) => {
    const { model } = await start({ kind: 'status', status: 429, headers })
    expect((await readFailing(model)).error.retryAfterMs).toBe(retryAfterMs)
  })

  test('the log sees what the provider said, without the key', async () => {
    const message = 'Incorrect API key provided: my-secret-key (sk-s*******key).'
    const { model } = await start({ kind: 'status', status: 401, message })
    const { error } = await readFailing(model)
    expect(String(error.cause)).toContain('Incorrect API key provided: [redacted] ([redacted]')
    expect(error.message).not.toContain('Incorrect')
  })

  test.each([
    ['before the headers', { kind: 'hang-before-headers' }],
    ['in the answer', { kind: 'hang', after: 2 }],
  ] as const)('aborting %s closes the socket to the provider', async (_, fault) => {
    const { fake, model: patient } = await start(fault)
    const abort = new AbortController()
    const reading = readParts(patient, ask(), abort.signal)
    await expect.poll(() => fake.requests.length).toBe(1)
    abort.abort(new Error('stopped'))
    await expect(reading).rejects.toThrow('stopped')
    expect(await fake.requests[0]?.outcome).toBe('cut')
  })

  test('leaving the loop closes the socket to the provider', async () => {
    const { fake, model } = await start({ kind: 'hang', after: 2 })
    for await (const part of model.stream(ask(), { signal: new AbortController().signal }))
      if (part.type === 'text') break
    expect(await fake.requests[0]?.outcome).toBe('cut')
  })

  test('reuses the connection of a finished answer, though its end comes late', async () => {
    const { fake, model } = await start({ kind: 'slow-tokens', ms: 2 })
    const reused = async (): Promise<boolean> => {
      await readParts(model)
      const ports = fake.requests.map(({ clientPort }) => clientPort)
      return new Set(ports).size < ports.length
    }
    await expect.poll(reused).toBe(true)
  })
})

test('a TLS handshake that nobody answers is cut', async () => {
  const mute = createServer().listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  const model = createOpenAIModel({ model: 'm', baseUrl: `https://127.0.0.1:${port}`, timeouts: SHORT })
  const { error } = await readFailing(model)
  mute.close()
  expect([error.code, String(error.cause)]).toEqual(['model_unavailable', expect.stringContaining('Timeout')])
})
