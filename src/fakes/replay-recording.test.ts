import { afterEach, describe, expect, test } from 'vitest'
import { ask, readParts, textOf } from '../../test/read-model.ts'
import { recording } from '../../test/recording.ts'
import { createAnthropicModel } from '../models/anthropic.ts'
import { createCohereModel } from '../models/cohere.ts'
import { createOpenAIModel } from '../models/openai.ts'
import { createFakeAnthropic } from './anthropic.ts'
import { createFakeCohere } from './cohere.ts'
import type { FakeModelServer } from './fake-model-server.ts'
import { createFakeOpenAI } from './openai.ts'
import { replayRecording } from './replay-recording.ts'

const open: FakeModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

async function started(fake: Promise<FakeModelServer>): Promise<FakeModelServer> {
  open.push(await fake)
  return fake
}

const add = { name: 'add_task', arguments: { title: 'Купить "молоко" 👍🏽', priority: 'high' } }
const list = { name: 'list_tasks', arguments: {} }
const callOf = ({ name, arguments: input }: typeof add | typeof list) => ({
  tool: name,
  input: JSON.stringify(input),
})

describe.each([
  {
    name: 'openai-parallel-tool-calls',
    createFake: createFakeOpenAI,
    createModel: createOpenAIModel,
    path: '/chat/completions',
  },
  {
    name: 'cohere-parallel-tool-calls',
    createFake: createFakeCohere,
    createModel: createCohereModel,
    path: '/v2/chat',
  },
  {
    name: 'anthropic-parallel-tool-use',
    createFake: createFakeAnthropic,
    createModel: createAnthropicModel,
    path: '/v1/messages',
    text: 'Сейчас 👍🏽.',
  },
])('a fake that replays $name', ({ name, createFake, createModel, path, text }) => {
  test('sends it as it was captured', async () => {
    const fake = await started(createFake({ replies: [{ recording: recording(name) }] }))
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], stream: true }
    const headers = { 'anthropic-version': '2023-06-01' }
    const response = await fetch(fake.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(await response.text()).toBe(recording(name))
  })

  test('says other words in its place', async () => {
    const reply = { recording: recording(name), toolCalls: [add, list], ...(text && { text }) }
    const fake = await started(createFake({ replies: [reply] }))
    const parts = await readParts(createModel({ model: 'm', baseUrl: fake.url }), ask())
    expect(parts.filter(({ type }) => type === 'tool-call')).toMatchObject([callOf(add), callOf(list)])
    expect(textOf(parts)).toBe(text ?? '')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls' })
  })

  test('can be spoiled like any other', async () => {
    const fault = { kind: 'truncate', after: 5 } as const
    const fake = await started(createFake({ replies: [{ recording: recording(name) }], fault }))
    const parts = readParts(createModel({ model: 'm', baseUrl: fake.url }), ask())
    await expect(parts).rejects.toMatchObject({ code: 'model_stream_broken' })
  })
})

test('other words come in as many fragments as were captured, and all else stays to the byte', () => {
  const captured = recording('openai-tool-call')
  const events = replayRecording(captured, { toolCalls: [{ name: 'add_task', input: '{"title":"Tea"}' }] })
  const fragments = (text: string): readonly string[] =>
    [...text.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g)].map(
      ([, piece = '']) => JSON.parse(piece) as string,
    )
  expect(fragments(events.join('')).join('')).toBe('{"title":"Tea"}')
  expect(fragments(events.join(''))).toHaveLength(fragments(captured).length)
  const blank = (text: string): string => text.replaceAll(/"(name|arguments)":"(?:[^"\\]|\\.)*"/g, '"$1":""')
  expect(blank(events.join(''))).toBe(blank(captured))
})

test.each([
  ['openai-text', { toolCalls: [{ name: 'a', input: '{}' }] }, 'The recording has no call 1.'],
  ['cohere-parallel-tool-calls', { text: 'Hi' }, 'The recording has no text.'],
  [
    'cohere-parallel-tool-calls',
    { toolCalls: [{ name: 'a', input: '{}' }] },
    'The recording has more calls than 1.',
  ],
])('%s has no place for %j', (name, words, problem) => {
  expect(() => replayRecording(recording(name), words)).toThrow(problem)
})
