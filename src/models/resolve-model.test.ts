import { expect, test } from 'vitest'
import { readParts, textOf } from '../../test/read-model.ts'
import { createFakeOpenAI } from '../fakes/openai.ts'
import type { Model } from './model.ts'
import { createModelResolver } from './resolve-model.ts'

const OFFLINE: Model = { id: 'offline', stream: async function* () {} }
const offline = (): Model => OFFLINE

test('the string "offline" is the offline model', () => {
  expect(createModelResolver({ offline }).resolve('offline')).toBe(OFFLINE)
})

test.each(['openai/gpt-4o-mini', 'cohere/command-a-03-2025', 'anthropic/claude-haiku-5-5', 'grok/grok-4'])(
  '%s becomes a model of that name, once',
  (name) => {
    const key = { apiKey: 'a-key' }
    const models = createModelResolver({ openai: key, cohere: key, anthropic: key, grok: key, offline })
    expect(models.resolve(name).id).toBe(name)
    expect(models.resolve(name)).toBe(models.resolve(name))
  },
)

test.each([
  ['openai/gpt-4o-mini', 'set OPENAI_API_KEY'],
  ['cohere/command-a-03-2025', 'set COHERE_API_KEY'],
  ['anthropic/claude-haiku-5-5', 'set ANTHROPIC_API_KEY'],
  ['grok/grok-4', 'set XAI_API_KEY'],
  ['opnai/gpt-4o-mini', 'Did you mean "openai"?'],
  ['gpt-4o-mini', 'one of "openai/…", "cohere/…", "anthropic/…", "grok/…"'],
  ['openai', 'write it like "openai/gpt-4o-mini"'],
  ['toString/x', 'names no provider'],
])('%s without settings is refused with the fix', (name, fix) => {
  expect(() => createModelResolver({ offline }).resolve(name)).toThrow(
    expect.objectContaining({ code: 'invalid_configuration', message: expect.stringContaining(fix) }),
  )
})

test('a server of your own needs no key, and the name of its model may have slashes', async () => {
  const fake = await createFakeOpenAI({ replies: ['Hello.'] })
  const model = createModelResolver({ openai: { baseUrl: fake.url }, offline }).resolve(
    'openai/meta-llama/Llama-3',
  )
  expect(textOf(await readParts(model))).toBe('Hello.')
  expect([fake.requests[0]?.body['model'], fake.requests[0]?.headers.authorization]).toEqual([
    'meta-llama/Llama-3',
    undefined,
  ])
  await fake.close()
})

test('the public address spelled out still needs a key', () => {
  const models = createModelResolver({ openai: { baseUrl: 'https://api.openai.com/v1' }, offline })
  expect(() => models.resolve('openai/gpt-4o-mini')).toThrow('set OPENAI_API_KEY')
})
