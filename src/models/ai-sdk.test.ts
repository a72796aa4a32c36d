import { createOpenAI } from '@ai-sdk/openai'
import { afterEach, expect, test } from 'vitest'
import { ask, readParts, textOf } from '../../test/read-model.ts'
import type { ErrorCode } from '../errors.ts'
import type { FakeModelOptions, FakeModelServer } from '../fakes/fake-model-server.ts'
import type { Fault } from '../fakes/faults.ts'
import { createFakeOpenAI } from '../fakes/openai.ts'
import { createAiSdkModel } from './ai-sdk.ts'
import type { Model } from './model.ts'

const open: FakeModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

async function start(options: FakeModelOptions = {}): Promise<{ fake: FakeModelServer; model: Model }> {
  const fake = await createFakeOpenAI({ replies: ['One two three four.'], ...options })
  open.push(fake)
  const openai = createOpenAI({ baseURL: fake.url, apiKey: 'sk-secret-key' })
  return { fake, model: createAiSdkModel(openai.chat('gpt-4o-mini')) }
}

test('streams the text, then one finish with the usage', async () => {
  const { model } = await start({
    replies: [{ text: 'One two.', usage: { inputTokens: 5, outputTokens: 2 } }],
  })
  const parts = await readParts(model)
  expect([model.id, textOf(parts)]).toEqual(['openai.chat/gpt-4o-mini', 'One two.'])
  expect(parts.at(-1)).toEqual({ type: 'finish', reason: 'stop', usage: { inputTokens: 5, outputTokens: 2 } })
})

test('makes a round with a tool', async () => {
  const toolCalls = [{ id: 'call_a', name: 'weather', arguments: { city: 'Bern' } }]
  const { fake, model } = await start({ replies: [{ toolCalls }, 'Sunny.'] })
  const tools = [{ name: 'weather', description: 'The weather.', inputSchema: { type: 'object' } }]
  const call = { callId: 'call_a', tool: 'weather', input: '{"city":"Bern"}' }
  const question = { role: 'user', text: 'Weather?' } as const
  expect(await readParts(model, ask({ tools, messages: [question] }))).toMatchObject([
    { type: 'tool-call', ...call },
    { type: 'finish', reason: 'tool-calls' },
  ])
  const result = { role: 'tool', callId: 'call_a', tool: 'weather', output: '"sunny"' } as const
  const messages = [question, { role: 'assistant', text: '', toolCalls: [call] }, result] as const
  expect(textOf(await readParts(model, ask({ tools, messages })))).toBe('Sunny.')
  expect(fake.requests[1]?.body['messages']).toMatchObject([
    { role: 'system' },
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      tool_calls: [{ id: 'call_a', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_a', content: '"sunny"' },
  ])
})

interface Row {
  readonly name: string
  readonly fault: Fault
  readonly code: ErrorCode
}

const FAULTS: readonly Row[] = [
  { name: '401', fault: { kind: 'status', status: 401 }, code: 'model_unauthorized' },
  { name: '429', fault: { kind: 'status', status: 429 }, code: 'model_rate_limited' },
  {
    name: '429 quota',
    fault: { kind: 'status', status: 429, code: 'insufficient_quota' },
    code: 'model_quota_exhausted',
  },
  { name: '503', fault: { kind: 'status', status: 503 }, code: 'model_unavailable' },
  { name: 'a web page', fault: { kind: 'html' }, code: 'model_stream_broken' },
  { name: 'an early end', fault: { kind: 'truncate', after: 3 }, code: 'model_stream_broken' },
  { name: 'an error in the stream', fault: { kind: 'error-event', after: 3 }, code: 'model_stream_broken' },
  { name: 'invalid JSON', fault: { kind: 'garbage', after: 3 }, code: 'model_stream_broken' },
]

test.each(FAULTS)('$name', async ({ fault, code }) => {
  const { model } = await start({ fault })
  await expect(readParts(model)).rejects.toMatchObject({ code })
})

test('a reset connection is a failure that may pass', async () => {
  const { model } = await start({ fault: { kind: 'truncate', after: 3, reset: true } })
  await expect(readParts(model)).rejects.toMatchObject({ retryable: true })
})

test('waits as long as the provider asks', async () => {
  const { model } = await start({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '7' } } })
  await expect(readParts(model)).rejects.toMatchObject({ retryAfterMs: 7_000 })
})

test('aborting closes the socket to the provider', async () => {
  const { fake, model } = await start({ fault: { kind: 'hang', after: 3 } })
  const abort = new AbortController()
  const reading = readParts(model, ask(), abort.signal)
  await expect.poll(() => fake.requests.length).toBe(1)
  abort.abort(new Error('stopped'))
  await expect(reading).rejects.toThrow('stopped')
  expect(await fake.requests[0]?.outcome).toBe('cut')
})

test('refuses a model of an older SDK when it is defined', () => {
  const old = {
    ...createOpenAI({ apiKey: 'sk' }).chat('m'),
    specificationVersion: 'v2',
    provider: 'x',
    modelId: 'm',
  }
  expect(() => createAiSdkModel({ ...old, doStream: () => Promise.reject(new Error('unused')) })).toThrow(
    'AI SDK 6 or 7',
  )
})
