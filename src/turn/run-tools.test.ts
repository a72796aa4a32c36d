import { expect, test } from 'vitest'
import { z } from 'zod'
import { calls, hanging, scriptedModel, text } from '../../test/scripted-model.ts'
import { runScriptedTurn } from '../../test/scripted-turn.ts'
import { defineTool, ToolError } from '../tools/tool.ts'

const echo = defineTool({
  name: 'echo',
  description: 'Says it back.',
  input: z.object({ word: z.string() }),
  execute: ({ word }, { subject }) => ({ word, subject }),
})

test('tool calls run, their results go back to the model in order, and it answers', async () => {
  const model = scriptedModel(calls(['echo', { word: 'a' }], ['echo', { word: 'b' }]), text('Done.'))
  const { types } = await runScriptedTurn({ model, bot: { tools: [echo] } })
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
  const { problems } = await runScriptedTurn({ model, bot: { tools: [full] } })
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
  const { last } = await runScriptedTurn({
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
  const { last } = await runScriptedTurn({ model, bot: { tools: [echo] } })
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
  const { events } = await runScriptedTurn({ model, bot: { tools: [stuck] } })
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
  const { types } = await runScriptedTurn({
    model: scriptedModel(calls(['noisy', {}]), text('ok')),
    bot: { tools: [noisy] },
  })
  expect(types).toEqual(['start', 'tool-call-start', 'data', 'tool-call-end', 'text-delta', 'usage', 'end'])
})

test('the last step offers no tools, so a loop ends with an answer', async () => {
  const model = scriptedModel(calls(['echo', { word: 'x' }]), calls(['echo', { word: 'x' }]), text('Enough.'))
  const { last } = await runScriptedTurn({ model, bot: { tools: [echo], limits: { steps: 3 } } })
  expect(model.requests.map(({ tools }) => tools.length)).toEqual([1, 1, 0])
  expect(last).toMatchObject({ reason: 'stop' })
})

test('a model that calls tools it is not offered is ended at the last step all the same', async () => {
  const model = scriptedModel(calls(['echo', { word: 'x' }]))
  const { last } = await runScriptedTurn({ model, bot: { tools: [echo], limits: { steps: 3 } } })
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
  await runScriptedTurn({ model, bot: { tools: [long] } })
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
  const { types, facts } = await runScriptedTurn({
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
  const { events, last } = await runScriptedTurn({
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
  const { facts, last } = await runScriptedTurn({
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
  const { events, last } = await runScriptedTurn({
    model: scriptedModel(calls(['open_door', { no: 1 }])),
    input: { callerTools },
  })
  expect(events.find(({ type }) => type === 'tool-call-start')).toMatchObject({
    tool: 'open_door',
    external: true,
  })
  expect(last).toMatchObject({ type: 'end', reason: 'tool-calls' })
})
