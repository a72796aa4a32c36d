import { expect, test } from 'vitest'
import { failing, finish, scriptedModel, text } from '../../test/scripted-model.ts'
import { AppError } from '../errors.ts'
import type { Model, ModelPart, ModelRequest } from './model.ts'
import { createRememberingModel } from './remembering-model.ts'

function remembering(model: Model, revision = 'r1', kept = new Map<string, Uint8Array>()) {
  const counters = { hits: 0, misses: 0 }
  const memory = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, bytes: Uint8Array) => void kept.set(key, bytes),
  }
  const options = { memory, lifetimeMs: 60_000, revision, counters }
  return { counters, kept, model: createRememberingModel(model, options) }
}

function request(question: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return { instructions: 'Be brief.', messages: [{ role: 'user', text: question }], tools: [], ...more }
}

function ask(model: Model, asked: ModelRequest): Promise<ModelPart[]> {
  return Array.fromAsync(model.stream(asked, { signal: new AbortController().signal }))
}

test('the same question is answered without the model, as one piece that cost nothing', async () => {
  const { model, counters } = remembering(scriptedModel(text('Three ', 'days.'), text('Four days.')))
  await ask(model, request('How long?'))
  expect(await ask(model, request('  How\nlong? '))).toEqual([
    { type: 'text', text: 'Three days.' },
    { type: 'finish', reason: 'stop', usage: { inputTokens: 0, outputTokens: 0 } },
  ])
  expect(counters).toEqual({ hits: 1, misses: 1 })
})

test.each<readonly [string, Partial<ModelRequest>]>([
  ['other passages', { passages: [{ text: 'Free from 80 euros.', source: 'a.md' }] }],
  ['none found', { passages: [] }],
  [
    'another conversation',
    {
      messages: [
        { role: 'assistant', text: 'Hi' },
        { role: 'user', text: 'How long?' },
      ],
    },
  ],
  ['other instructions', { instructions: 'Be long.' }],
  ['another temperature', { temperature: 1 }],
])('%s make it another question', async (_, more) => {
  const { model } = remembering(scriptedModel(text('First.'), text('Second.')))
  const passages = [{ text: 'Free from 50 euros.', source: 'a.md' }]
  await ask(model, request('How long?', { passages }))
  const again = await ask(model, request('How long?', { passages, ...more }))
  expect(again[0]).toEqual({ type: 'text', text: 'Second.' })
})

test('another revision of the bot asks anew', async () => {
  const first = remembering(scriptedModel(text('Old.')))
  const second = remembering(scriptedModel(text('New.')), 'r2', first.kept)
  await ask(first.model, request('How long?'))
  expect((await ask(second.model, request('How long?')))[0]).toEqual({ type: 'text', text: 'New.' })
})

test('nothing is kept of answers with tools, nor of those that were cut, refused or failed', async () => {
  const cut = [{ type: 'text', text: 'So f' } as const, finish('length')]
  const refused = [finish('refused')]
  const broken = failing(new AppError('model_stream_broken'), 'It beg')
  const { model, kept } = remembering(scriptedModel(text('Done.'), cut, refused, broken))
  const tools = [{ name: 'add_task', description: 'Adds.', inputSchema: {} }]
  await ask(model, request('Add it', { tools }))
  for (const question of ['one', 'two']) await ask(model, request(question))
  await expect(ask(model, request('three'))).rejects.toThrow()
  expect(kept.size).toBe(0)
})
