import { afterEach, expect, test } from 'vitest'
import { ask, readParts, textOf } from '../../test/read-model.ts'
import { createFakeCohere } from '../fakes/cohere.ts'
import type { FakeModelOptions, FakeModelServer } from '../fakes/fake-model-server.ts'
import { createCohereModel } from './cohere.ts'
import type { Model } from './model.ts'

const open: FakeModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

async function start(options: FakeModelOptions): Promise<{ fake: FakeModelServer; model: Model }> {
  const fake = await createFakeCohere(options)
  open.push(fake)
  return {
    fake,
    model: createCohereModel({ model: 'command-a-03-2025', baseUrl: fake.url, apiKey: 'co-key' }),
  }
}

const passages = [
  { source: 'faq.md', heading: 'Hours', text: 'We open at nine.' },
  { source: 'prices.md', url: 'https://example.com/prices', text: 'Tea is 3 euros.' },
]

test('sends passages as documents and gives their citations back, each once', async () => {
  const { fake, model } = await start({ replies: [{ text: 'Tea is 3 euros.', citations: [1, 1, 0] }] })
  const parts = await readParts(model, ask({ passages }))
  expect(textOf(parts)).toBe('Tea is 3 euros.')
  expect(parts.filter(({ type }) => type === 'citation')).toEqual([
    { type: 'citation', passage: 1 },
    { type: 'citation', passage: 0 },
  ])
  expect(fake.requests[0]?.body['documents']).toEqual([
    { id: 'doc:0', data: { title: 'faq.md > Hours', snippet: 'We open at nine.' } },
    {
      id: 'doc:1',
      data: { title: 'prices.md', snippet: 'Tea is 3 euros.', url: 'https://example.com/prices' },
    },
  ])
})

test('assembles calls and leaves out the plan', async () => {
  const toolCalls = [{ id: 'weather_1', name: 'weather', arguments: { city: 'Bern' } }]
  const usage = { inputTokens: 9, outputTokens: 4 }
  const { model } = await start({ replies: [{ text: 'I will look.', toolCalls, usage }] })
  expect(await readParts(model)).toEqual([
    { type: 'tool-call', callId: 'weather_1', tool: 'weather', input: '{"city":"Bern"}' },
    { type: 'finish', reason: 'tool-calls', usage },
  ])
})

test('sends the history of a tool round in the words of the protocol', async () => {
  const { fake, model } = await start({})
  const call = { callId: 'c1', tool: 'now', input: '{}' }
  const messages = [
    { role: 'user', text: 'Time?' },
    { role: 'assistant', text: '', toolCalls: [call] },
    { role: 'tool', callId: 'c1', tool: 'now', output: '"noon"' },
  ] as const
  await readParts(model, ask({ messages, temperature: 1.5, maxOutputTokens: 9, stopSequences: ['END'] }))
  expect(fake.requests[0]?.headers.authorization).toBe('Bearer co-key')
  expect(fake.requests[0]?.body).toEqual({
    model: 'command-a-03-2025',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Time?' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'now', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '"noon"' },
    ],
    stream: true,
    temperature: 1,
    max_tokens: 9,
    stop_sequences: ['END'],
  })
})

test.each([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['ERROR_TOXIC', 'refused'],
])('a finish reason of %s is %s', async (finishReason, reason) => {
  const { model } = await start({ replies: [{ text: 'Yes', finishReason }] })
  expect((await readParts(model)).at(-1)).toMatchObject({ reason })
})

test('a finish reason of TIMEOUT breaks the answer', async () => {
  const { model } = await start({ replies: [{ text: 'Yes', finishReason: 'TIMEOUT' }] })
  await expect(readParts(model)).rejects.toMatchObject({ code: 'model_stream_broken' })
})
