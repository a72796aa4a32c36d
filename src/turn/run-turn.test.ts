import { toolContext } from '../../test/tool-context.ts'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  calls,
  failing,
  finish,
  hanging,
  scriptedModel,
  text,
  type ScriptedModel,
} from '../../test/scripted-model.ts'
import type { AskedQuestion } from '../answer.ts'
import type { CommandContext } from '../bot-commands.ts'
import { defineBot, type BotDefinition } from '../bot.ts'
import { AppError } from '../errors.ts'
import type { TurnEvent } from '../events.ts'
import { defineTool, ToolError } from '../tools/tool.ts'
import { runTurn } from './run-turn.ts'
import { TurnFacts } from './turn-facts.ts'
import type { TurnInput, TurnProblem } from './turn.ts'

interface Run {
  readonly model: ScriptedModel
  readonly bot?: Partial<BotDefinition>
  readonly input?: Partial<TurnInput>
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TurnEvent) => void
}

async function run({ model, bot, input, signal, onEvent }: Run) {
  const events: TurnEvent[] = []
  const problems: TurnProblem[] = []
  const facts = new TurnFacts(performance.now())
  const last = await runTurn(
    {
      turnId: 't',
      conversationId: 'c',
      subject: 'ada',
      services: toolContext().services,
      bot: defineBot({ name: 'test', instructions: 'Be brief.', ...bot }),
      revision: 'r',
      model,
      messages: [{ role: 'user', text: 'Hello' }],
      callerTools: [],
      sampling: {},
      retries: 2,
      startedAt: { date: new Date(0), tick: performance.now() },
      onProblem: (problem) => problems.push(problem),
      ...input,
    },
    {
      signal: signal ?? new AbortController().signal,
      facts,
      emit: (event) => {
        events.push(event)
        onEvent?.(event)
      },
    },
  )
  return { events, last, facts, problems, types: [...events, last].map(({ type }) => type) }
}

const echo = defineTool({
  name: 'echo',
  description: 'Says it back.',
  input: z.object({ word: z.string() }),
  execute: ({ word }, { subject }) => ({ word, subject }),
})

test('an answer is start, text, usage and one end with its numbers', async () => {
  const { types, last, facts } = await run({ model: scriptedModel(text('Hello ', 'there. Bye!')) })
  expect(types).toEqual(['start', 'text-delta', 'text-delta', 'usage', 'end'])
  expect(last).toMatchObject({ reason: 'stop', wordCount: 3, sentenceCount: 2 })
  expect(facts.text).toBe('Hello there. Bye!')
})

describe('a message that is a command of the bot', () => {
  const describeIt = { en: 'Says how' }
  const greet = {
    name: 'greet',
    description: describeIt,
    run: (name: string, { language }: CommandContext) =>
      `${language === 'ru' ? 'Привет' : 'Hello'}, **${name}**!`,
  }
  const sum = {
    name: 'sum',
    description: describeIt,
    run: (text: string) => ({ ask: `Sum up ${text}`, passages: [{ source: 'a.md', text: 'One and one.' }] }),
  }
  const refuse = {
    name: 'refuse',
    description: describeIt,
    run: () => Promise.reject(new AppError('document_not_found')),
  }
  const bot = { commands: [greet, sum, refuse] }
  const say = (words: string, model: ScriptedModel, input: Partial<TurnInput> = {}) =>
    run({ model, bot, input: { messages: [{ role: 'user', text: words }], ...input } })

  test.each([
    ['/greet Ada', {}, 'Hello, **Ada**!'],
    ['  /GREET  Ada \n', {}, 'Hello, **Ada**!'],
    ['/greet Ада', {}, 'Привет, **Ада**!'],
    ['/greet Ada', { language: 'ru-RU' }, 'Привет, **Ada**!'],
    ['Ada: /greet Bob', { question: '/greet Bob' }, 'Hello, **Bob**!'],
  ])('is run without the model: %j %j', async (words, input, reply) => {
    const model = scriptedModel()
    const { types, facts } = await say(words, model, input)
    expect(facts.text).toBe(reply)
    expect(types).toEqual(['start', 'text-delta', 'usage', 'end'])
    expect(model.requests).toEqual([])
  })

  test('may lead to a question, which is answered in its place', async () => {
    const model = scriptedModel(text('Two. [1]'))
    const earlier = [
      { role: 'user', text: 'Hello' },
      { role: 'assistant', text: 'Hi' },
    ] as const
    const { types } = await say('', model, { messages: [...earlier, { role: 'user', text: '/sum a.md' }] })
    expect(model.requests[0]).toMatchObject({
      messages: [...earlier, { role: 'user', text: 'Sum up a.md' }],
      passages: [{ source: 'a.md' }],
    })
    expect(types).toContain('citation')
  })

  test('that refuses ends with its sentence', async () => {
    const { last } = await say('/refuse', scriptedModel())
    expect(last).toMatchObject({ type: 'error', code: 'document_not_found', retryable: false })
  })

  test.each(['/unknown', '/greeting Ada', 'greet', 'please /greet', '/greet/me'])(
    'is not %j: that is for the model',
    async (words) => {
      const model = scriptedModel(text('What?'))
      expect((await say(words, model)).facts.text).toBe('What?')
      expect(model.requests[0]?.messages).toEqual([{ role: 'user', text: words }])
    },
  )

  test('goes to the code of a bot that answers in code as the question it led to', async () => {
    async function* answer({ text: asked }: AskedQuestion): AsyncGenerator<string> {
      yield asked
    }
    const { facts } = await run({
      model: scriptedModel(),
      bot: { ...bot, answer },
      input: { messages: [{ role: 'user', text: '/sum a.md' }] },
    })
    expect(facts.text).toBe('Sum up a.md')
  })
})

test('tool calls run, their results go back to the model in order, and it answers', async () => {
  const model = scriptedModel(calls(['echo', { word: 'a' }], ['echo', { word: 'b' }]), text('Done.'))
  const { types } = await run({ model, bot: { tools: [echo] } })
  expect(types.filter((type) => type.startsWith('tool'))).toHaveLength(4)
  expect(model.requests[1]?.messages.slice(-2)).toEqual([
    { role: 'tool', callId: 'call-1', tool: 'echo', output: '{"word":"a","subject":"ada"}' },
    { role: 'tool', callId: 'call-2', tool: 'echo', output: '{"word":"b","subject":"ada"}' },
  ])
})

test('a failure a tool means to tell has a code for the model and is no problem of the operator', async () => {
  const full = defineTool({
    name: 'full',
    description: 'Never has room.',
    input: z.object({}),
    execute: () => {
      throw new ToolError('no_room', 'There is no room.')
    },
  })
  const model = scriptedModel(calls(['full', {}]), text('Sorry.'))
  const { problems } = await run({ model, bot: { tools: [full] } })
  const output = '{"success":false,"error":"no_room","message":"There is no room."}'
  expect(model.requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool', output })
  expect(problems).toEqual([])
})

test('calls of one step run side by side', async () => {
  const both = Promise.withResolvers<void>()
  let waiting = 0
  const meet = defineTool({
    name: 'meet',
    description: 'Returns when two are there.',
    input: z.object({}),
    execute: () => {
      if (++waiting === 2) both.resolve()
      return both.promise
    },
  })
  const { last } = await run({
    model: scriptedModel(calls(['meet', {}], ['meet', {}]), text('ok')),
    bot: { tools: [meet] },
  })
  expect(last.type).toBe('end')
})

test.each([
  ['input that does not fit', ['echo', { word: 1 }], /expected string/i],
  ['a tool that does not exist', ['nope', {}], /There is no tool/],
] as const)('the model hears of %s and goes on', async (_case, call, told) => {
  const model = scriptedModel(calls(call), text('Sorry.'))
  const { last } = await run({ model, bot: { tools: [echo] } })
  expect(model.requests[1]?.messages.at(-1)).toMatchObject({
    role: 'tool',
    output: expect.stringMatching(told),
  })
  expect(last).toMatchObject({ type: 'end', reason: 'stop' })
})

test('a tool that ignores its time limit is given up and the model told', async () => {
  const stuck = defineTool({
    name: 'stuck',
    description: 'Never returns.',
    input: z.object({}),
    timeoutMs: 20,
    execute: () => new Promise(() => undefined),
  })
  const model = scriptedModel(calls(['stuck', {}]), text('It did not answer.'))
  const { events } = await run({ model, bot: { tools: [stuck] } })
  expect(events.find(({ type }) => type === 'tool-call-end')).toMatchObject({
    ok: false,
    output: expect.stringContaining('20 ms'),
  })
})

test('what a tool emits reaches the person in order', async () => {
  const noisy = defineTool({
    name: 'noisy',
    description: 'Tells on the way.',
    input: z.object({}),
    execute: (_input, { emit }) => emit({ type: 'data', name: 'progress', value: 1 }),
  })
  const { types } = await run({
    model: scriptedModel(calls(['noisy', {}]), text('ok')),
    bot: { tools: [noisy] },
  })
  expect(types).toEqual(['start', 'tool-call-start', 'data', 'tool-call-end', 'text-delta', 'usage', 'end'])
})

test('the last step offers no tools, so a loop ends with an answer', async () => {
  const model = scriptedModel(calls(['echo', { word: 'x' }]), calls(['echo', { word: 'x' }]), text('Enough.'))
  const { last } = await run({ model, bot: { tools: [echo], limits: { steps: 3 } } })
  expect(model.requests.map(({ tools }) => tools.length)).toEqual([1, 1, 0])
  expect(last).toMatchObject({ reason: 'stop' })
})

test('a model that calls tools it is not offered is ended at the last step all the same', async () => {
  const model = scriptedModel(calls(['echo', { word: 'x' }]))
  const { last } = await run({ model, bot: { tools: [echo], limits: { steps: 3 } } })
  expect(model.requests).toHaveLength(3)
  expect(last).toMatchObject({ type: 'error', code: 'model_empty_answer' })
})

test('calls beyond sixteen at once are refused, and long results are cut', async () => {
  let ran = 0
  const long = defineTool({
    name: 'long',
    description: 'Returns much.',
    input: z.object({}),
    execute: () => `${++ran}${'x'.repeat(100_000)}`,
  })
  const many = Array.from({ length: 20 }, () => ['long', {}] as const)
  const model = scriptedModel(calls(...many), text('ok'))
  await run({ model, bot: { tools: [long] } })
  const results = model.requests[1]?.messages.filter(({ role }) => role === 'tool') ?? []
  expect([ran, results.length]).toEqual([16, 20])
  for (const result of results) expect(JSON.stringify(result).length).toBeLessThan(70_000)
})

test('what a tool emits counts against the limits of the bot', async () => {
  const loud = defineTool({
    name: 'loud',
    description: 'Emits without end.',
    input: z.object({}),
    execute: (_input, { emit }) => {
      for (let value = 0; value < 1_000; value++) emit({ type: 'data', name: 'n', value })
      emit({ type: 'replace', text: 'y'.repeat(1_000) })
    },
  })
  const limits = { events: 50, characters: 100 }
  const { types, facts } = await run({
    model: scriptedModel(calls(['loud', {}]), text('ok')),
    bot: { tools: [loud], limits },
  })
  expect(types.length).toBeLessThanOrEqual(50)
  expect(facts.characters).toBeLessThanOrEqual(100)
})

test('an emission that is no JSON fails its tool and nothing else', async () => {
  const odd = defineTool({
    name: 'odd',
    description: 'Emits a bigint.',
    input: z.object({}),
    execute: (_input, { emit }) => emit({ type: 'data', name: 'n', value: 10n }),
  })
  const { events, last } = await run({
    model: scriptedModel(calls(['odd', {}]), text('ok')),
    bot: { tools: [odd] },
  })
  expect(events.find(({ type }) => type === 'tool-call-end')).toMatchObject({ ok: false })
  expect(last).toMatchObject({ type: 'end', reason: 'stop' })
})

test('tokens are counted in whole numbers, also when the turn is stopped', async () => {
  const odd = {
    type: 'finish',
    reason: 'tool-calls',
    usage: { inputTokens: 1.6, outputTokens: Number.NaN },
  } as const
  const call = { type: 'tool-call', callId: '1', tool: 'echo', input: '{"word":"a"}' } as const
  const stop = new AbortController()
  const { facts, last } = await run({
    model: scriptedModel([call, odd], hanging('So')),
    bot: { tools: [echo] },
    signal: stop.signal,
    onEvent: ({ type }) => type === 'text-delta' && stop.abort(),
  })
  expect(last).toMatchObject({ reason: 'stopped' })
  expect([facts.inputTokens, facts.outputTokens]).toEqual([2, 0])
})

test("a call of the caller's tool ends the turn for the caller to run it", async () => {
  const callerTools = [{ name: 'open_door', description: '', inputSchema: { type: 'object' } }]
  const { events, last } = await run({
    model: scriptedModel(calls(['open_door', { no: 1 }])),
    input: { callerTools },
  })
  expect(events.find(({ type }) => type === 'tool-call-start')).toMatchObject({
    tool: 'open_door',
    external: true,
  })
  expect(last).toMatchObject({ type: 'end', reason: 'tool-calls' })
})

test('a retryable failure before the first word is tried again, with the wait the provider asks for', async () => {
  const busy = new AppError('model_rate_limited', { retryAfterMs: 5 })
  const { last, problems } = await run({
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
  const { last } = await run({ model })
  expect(last).toMatchObject({ type: 'error', code })
  expect(model.requests).toHaveLength(1)
})

test('an error shows the sentence of the table, never the text of the exception', async () => {
  const { last, problems } = await run({
    model: scriptedModel(failing(new Error('password=hunter2'))),
    input: { retries: 0 },
  })
  expect(last).toMatchObject({ type: 'error', code: 'model_unavailable' })
  expect(JSON.stringify(last)).not.toContain('hunter2')
  expect(problems.map(({ what }) => what)).toEqual(['turn-failed'])
})

test('stopping ends with what was said, and reaches the model', async () => {
  const stop = new AbortController()
  const { last, facts } = await run({
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
  const { last } = await run({ model: deaf, bot: { limits: { timeMs: 30 } } })
  expect(last).toMatchObject({ type: 'error', code: 'turn_timeout' })
})

test('a turn that is aborted with an error ends with that error', async () => {
  const signal = AbortSignal.abort(new AppError('interrupted'))
  const { types, last } = await run({ model: scriptedModel(text('never')), signal })
  expect(types).toEqual(['start', 'error'])
  expect(last).toMatchObject({ code: 'interrupted', retryable: true })
})

test('time runs out politely after words, and as an error before any', async () => {
  const limits = { timeMs: 30 }
  expect((await run({ model: scriptedModel(hanging('So far')), bot: { limits } })).last).toMatchObject({
    reason: 'limit',
  })
  expect((await run({ model: scriptedModel(hanging()), bot: { limits } })).last).toMatchObject({
    code: 'turn_timeout',
  })
})

test('characters and events are cut before their limit, never inside a surrogate pair', async () => {
  const long = await run({ model: scriptedModel(text('ab😀cd')), bot: { limits: { characters: 4 } } })
  expect(long.facts.text).toBe('ab…')
  expect(long.last).toMatchObject({ reason: 'limit' })
  const many = await run({
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
  expect((await run({ model: scriptedModel(parts) })).last).toMatchObject({ type: 'error', code })
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
  const { events } = await run({ model, bot: { knowledge } })
  expect(model.requests[0]?.passages).toEqual(found)
  expect(events.filter(({ type }) => type === 'citation')).toEqual([
    { type: 'citation', index: 2, source: 'b.md', heading: 'Top' },
    { type: 'citation', index: 1, source: 'a.md' },
  ])
})

test('a search that fails does not cost the answer', async () => {
  const knowledge = { version: '1', search: () => Promise.reject(new Error('down')) }
  const { last, problems } = await run({ model: scriptedModel(text('ok')), bot: { knowledge } })
  expect(last.type).toBe('end')
  expect(problems.map(({ what }) => what)).toEqual(['knowledge-failed'])
})
