import { expect, test } from 'vitest'
import { failing, finish, hanging, scriptedModel, text } from '../../test/scripted-model.ts'
import { runScriptedTurn } from '../../test/scripted-turn.ts'
import { AppError } from '../errors.ts'

test('an answer is start, text, usage and one end with its numbers', async () => {
  const { types, last, facts } = await runScriptedTurn({
    model: scriptedModel(text('Hello ', 'there. Bye!')),
  })
  expect(types).toEqual(['start', 'text-delta', 'text-delta', 'usage', 'end'])
  expect(last).toMatchObject({ reason: 'stop', wordCount: 3, sentenceCount: 2 })
  expect(facts.text).toBe('Hello there. Bye!')
})

test('a retryable failure before the first word is tried again, with the wait the provider asks for', async () => {
  const busy = new AppError('model_rate_limited', { retryAfterMs: 5 })
  const { last, problems } = await runScriptedTurn({
    model: scriptedModel(failing(busy), failing(busy), text('Here I am.')),
  })
  expect(last).toMatchObject({ type: 'end' })
  expect(problems.map(({ what }) => what)).toEqual(['model-retried', 'model-retried'])
})

test.each([
  [
    'after the first word',
    failing(new AppError('model_unavailable', { retryAfterMs: 1 }), 'Hel'),
    'model_unavailable',
  ],
  ['when trying again cannot help', failing(new AppError('model_unauthorized')), 'model_unauthorized'],
  [
    'when the wait would pass the deadline',
    failing(new AppError('model_rate_limited', { retryAfterMs: 1e9 })),
    'model_rate_limited',
  ],
])('nothing is asked twice %s', async (_case, step, code) => {
  const model = scriptedModel(step)
  const { last } = await runScriptedTurn({ model })
  expect(last).toMatchObject({ type: 'error', code })
  expect(model.requests).toHaveLength(1)
})

test('an error shows the sentence of the table, never the text of the exception', async () => {
  const { last, problems } = await runScriptedTurn({
    model: scriptedModel(failing(new Error('password=hunter2'))),
    input: { retries: 0 },
  })
  expect(last).toMatchObject({ type: 'error', code: 'model_unavailable' })
  expect(JSON.stringify(last)).not.toContain('hunter2')
  expect(problems.map(({ what }) => what)).toEqual(['turn-failed'])
})

test('stopping ends with what was said, and reaches the model', async () => {
  const stop = new AbortController()
  const { last, facts } = await runScriptedTurn({
    model: scriptedModel(hanging('Half an ans')),
    signal: stop.signal,
    onEvent: ({ type }) => type === 'text-delta' && stop.abort(),
  })
  expect(last).toMatchObject({ type: 'end', reason: 'stopped' })
  expect(facts.text).toBe('Half an ans')
})

test('a model that takes no notice cannot hold the turn beyond its end', async () => {
  const deaf = scriptedModel(() => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
  }))
  const { last } = await runScriptedTurn({ model: deaf, bot: { limits: { timeMs: 30 } } })
  expect(last).toMatchObject({ type: 'error', code: 'turn_timeout' })
})

test('a turn that is aborted with an error ends with that error', async () => {
  const signal = AbortSignal.abort(new AppError('interrupted'))
  const { types, last } = await runScriptedTurn({ model: scriptedModel(text('never')), signal })
  expect(types).toEqual(['start', 'error'])
  expect(last).toMatchObject({ code: 'interrupted', retryable: true })
})

test('time runs out politely after words, and as an error before any', async () => {
  const limits = { timeMs: 30 }
  expect(
    (await runScriptedTurn({ model: scriptedModel(hanging('So far')), bot: { limits } })).last,
  ).toMatchObject({
    reason: 'limit',
  })
  expect((await runScriptedTurn({ model: scriptedModel(hanging()), bot: { limits } })).last).toMatchObject({
    code: 'turn_timeout',
  })
})

test('characters and events are cut before their limit, never inside a surrogate pair', async () => {
  const long = await runScriptedTurn({
    model: scriptedModel(text('ab😀cd')),
    bot: { limits: { characters: 4 } },
  })
  expect(long.facts.text).toBe('ab…')
  expect(long.last).toMatchObject({ reason: 'limit' })
  const many = await runScriptedTurn({
    model: scriptedModel(text(...Array.from({ length: 100 }, () => 'x'))),
    bot: { limits: { events: 40 } },
  })
  expect(many.types.length).toBeLessThanOrEqual(40)
  expect(many.last).toMatchObject({ reason: 'limit' })
})

test.each([
  ['refuses', [finish('refused')], 'model_refused'],
  ['says nothing', [finish('stop')], 'model_empty_answer'],
] as const)('a model that %s is an error, not an empty answer', async (_case, parts, code) => {
  expect((await runScriptedTurn({ model: scriptedModel(parts) })).last).toMatchObject({ type: 'error', code })
})

test('passages are given to the model and cited, whether by part or by mark', async () => {
  const found = [
    { text: 'A', source: 'a.md' },
    { text: 'B', source: 'b.md', heading: 'Top' },
  ]
  const knowledge = { version: '1', search: () => Promise.resolve(found) }
  const model = scriptedModel([
    { type: 'citation', passage: 1 },
    ...text('As b says [2] and a [1]. See [9].'),
  ])
  const { events } = await runScriptedTurn({ model, bot: { knowledge } })
  expect(model.requests[0]?.passages).toEqual(found)
  expect(events.filter(({ type }) => type === 'citation')).toEqual([
    { type: 'citation', index: 2, source: 'b.md', heading: 'Top' },
    { type: 'citation', index: 1, source: 'a.md' },
  ])
})

test('a search that fails does not cost the answer', async () => {
  const knowledge = { version: '1', search: () => Promise.reject(new Error('down')) }
  const { last, problems } = await runScriptedTurn({ model: scriptedModel(text('ok')), bot: { knowledge } })
  expect(last.type).toBe('end')
  expect(problems.map(({ what }) => what)).toEqual(['knowledge-failed'])
})
