import { afterEach, expect, test } from 'vitest'
import { ask, readParts } from '../../test/read-model.ts'
import { createFakeAnthropic } from '../fakes/anthropic.ts'
import type { FakeModelOptions, FakeModelServer } from '../fakes/fake-model-server.ts'
import { createAnthropicModel } from './anthropic.ts'
import type { Model } from './model.ts'

const open: FakeModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

async function start(options: FakeModelOptions = {}): Promise<{ fake: FakeModelServer; model: Model }> {
  const fake = await createFakeAnthropic(options)
  open.push(fake)
  return {
    fake,
    model: createAnthropicModel({ model: 'claude-haiku-5-5', baseUrl: fake.url, apiKey: 'an-key' }),
  }
}

const weather = { callId: 'toolu_a', tool: 'weather', input: '{"city":"Bern"}' }
const now = { callId: 'toolu_b', tool: 'now', input: '' }
const ROUND = [
  { role: 'user', text: 'Weather and time?' },
  { role: 'assistant', text: '', toolCalls: [weather, now] },
  { role: 'tool', callId: 'toolu_a', tool: 'weather', output: '"sunny"' },
  { role: 'tool', callId: 'toolu_b', tool: 'now', output: '"noon"' },
] as const

test('streams text, assembles calls and counts tokens', async () => {
  const toolCalls = [
    { id: 'toolu_a', name: 'weather', arguments: { city: 'Bern' } },
    { id: 'toolu_b', name: 'now', arguments: '' },
  ]
  const usage = { inputTokens: 21, outputTokens: 13 }
  const { model } = await start({ replies: [{ text: 'Let me see.', toolCalls, usage }] })
  expect(await readParts(model)).toEqual([
    { type: 'text', text: 'Let me see.' },
    { type: 'tool-call', ...weather },
    { type: 'tool-call', ...now, input: '{}' },
    { type: 'finish', reason: 'tool-calls', usage },
  ])
})

test('puts all results of a round into one message', async () => {
  const { fake, model } = await start()
  const tools = [{ name: 'now', description: 'The time.', inputSchema: { type: 'object' } }]
  await readParts(model, ask({ messages: ROUND, tools, temperature: 2 }))
  expect(fake.requests[0]?.headers).toMatchObject({
    'x-api-key': 'an-key',
    'anthropic-version': '2023-06-01',
  })
  expect(fake.requests[0]?.body).toEqual({
    model: 'claude-haiku-5-5',
    max_tokens: 8192,
    system: 'Be brief.',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Weather and time?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'toolu_a', name: 'weather', input: { city: 'Bern' } },
          { type: 'tool_use', id: 'toolu_b', name: 'now', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_a', content: '"sunny"' },
          { type: 'tool_result', tool_use_id: 'toolu_b', content: '"noon"' },
        ],
      },
    ],
    stream: true,
    tools: [{ name: 'now', description: 'The time.', input_schema: { type: 'object' } }],
    temperature: 1,
  })
})

test('names the tools of the history, and forbids them, when a request brings none', async () => {
  const { fake, model } = await start()
  await readParts(model, ask({ messages: ROUND }))
  expect(fake.requests[0]?.body).toMatchObject({
    tools: [{ name: 'weather' }, { name: 'now' }],
    tool_choice: { type: 'none' },
  })
})

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'refused'],
])('a stop reason of %s is %s', async (finishReason, reason) => {
  const { model } = await start({ replies: [{ text: 'Yes', finishReason }] })
  expect((await readParts(model)).at(-1)).toMatchObject({ reason })
})

test('a credit balance that is too low is an exhausted quota', async () => {
  const message = 'Your credit balance is too low to access the Anthropic API.'
  const { model } = await start({ fault: { kind: 'status', status: 400, message } })
  await expect(readParts(model)).rejects.toMatchObject({ code: 'model_quota_exhausted' })
})

test('gives images to the model, before the text', async () => {
  const { fake, model } = await start()
  const image = { url: 'https://example.com/a.png', contentType: 'image/png' }
  await readParts(model, ask({ messages: [{ role: 'user', text: 'What is this?', images: [image] }] }))
  expect(fake.requests[0]?.body['messages']).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'url', url: image.url } },
        { type: 'text', text: 'What is this?' },
      ],
    },
  ])
})
