import { expect, test } from 'vitest'
import { failing, hanging, scriptedModel, text } from '../../test/scripted-model.ts'
import { runScriptedTurn, type ScriptedTurn } from '../../test/scripted-turn.ts'
import type { AnswerInCode, AnswerPiece } from '../answer.ts'
import { AppError } from '../errors.ts'

interface Run extends Partial<ScriptedTurn> {
  readonly answer: AnswerInCode
}

async function run({ answer, model = scriptedModel(text('from the model')), bot, input, ...rest }: Run) {
  const turn = await runScriptedTurn({
    ...rest,
    model,
    bot: { instructions: 'Be exact.', suggestions: ['General'], answer, ...bot },
    input: {
      messages: [
        { role: 'user', text: 'First' },
        { role: 'assistant', text: 'Yes' },
        { role: 'user', text: 'Ann: Second' },
      ],
      question: 'Second',
      ...input,
    },
  })
  return { ...turn, model }
}

/** An answer of these pieces. */
function saying(...pieces: readonly AnswerPiece[]): AnswerInCode {
  // oxlint-disable-next-line require-await -- an async generator is what a bot gives
  return async function* answer() {
    yield* pieces
  }
}

test('code answers without the model, and what it suggests takes the place of what the bot does', async () => {
  const suggestions = { type: 'suggestions', items: ['Special'] } as const
  const { events, last, facts, model } = await run({ answer: saying('Hello ', 'you', suggestions) })
  expect(facts.text).toBe('Hello you')
  expect(events.filter(({ type }) => type === 'suggestions')).toEqual([suggestions])
  expect([last.type, model.requests.length]).toEqual(['end', 0])
})

test('code is told the bare words, what came before, and who asks in which language', async () => {
  async function* answer(
    ...[question, context]: Parameters<AnswerInCode>
  ): AsyncGenerator<AnswerPiece, void> {
    yield JSON.stringify([question, context.subject, context.model.id])
  }
  const { facts } = await run({ answer, input: { language: 'ru' } })
  const history = [
    { role: 'user', text: 'First' },
    { role: 'assistant', text: 'Yes' },
  ]
  expect(JSON.parse(facts.text)).toEqual([{ text: 'Second', history, language: 'ru' }, 'ada', 'scripted'])
})

test('the model is asked with the instructions of the bot, and its tokens count', async () => {
  async function* answer(...[, { model }]: Parameters<AnswerInCode>): AsyncGenerator<AnswerPiece, void> {
    for await (const piece of model.ask({ text: 'Facts' })) yield piece.toUpperCase()
  }
  const { facts, model } = await run({ answer })
  expect(facts.text).toBe('FROM THE MODEL')
  expect(model.requests).toMatchObject([
    { instructions: 'Be exact.', messages: [{ role: 'user', text: 'Facts' }], tools: [] },
  ])
  expect([facts.inputTokens, facts.outputTokens, facts.steps]).toEqual([10, 5, 1])
})

test('code may go on without a model that failed; the log hears of it, and it is not asked again', async () => {
  async function* answer(...[, { model }]: Parameters<AnswerInCode>): AsyncGenerator<AnswerPiece, void> {
    try {
      for await (const piece of model.ask({ text: 'Facts', retries: 0 })) yield piece
    } catch (error) {
      yield error instanceof AppError ? error.code : 'something else'
    }
  }
  const model = scriptedModel(failing(new AppError('model_unavailable')), text('late'))
  const { facts, problems, last } = await run({ answer, model })
  expect([facts.text, last.type, model.requests.length]).toEqual(['model_unavailable', 'end', 1])
  expect(problems.map(({ what }) => what)).toEqual(['model-failed'])
})

test('what code throws ends the turn, and an answer of nothing is an error', async () => {
  const answer: AnswerInCode = () => {
    throw new AppError('company_quota_exhausted')
  }
  expect((await run({ answer })).last).toMatchObject({ type: 'error', code: 'company_quota_exhausted' })
  expect((await run({ answer: saying('') })).last).toMatchObject({ code: 'model_empty_answer' })
})

test("the bot's limits hold for code", async () => {
  const { facts, last } = await run({
    answer: saying('a'.repeat(30), 'b'.repeat(30), 'c'),
    bot: { limits: { characters: 40 } },
  })
  expect([facts.text.length, last]).toMatchObject([40, { type: 'end', reason: 'limit' }])
})

test('a stop reaches the model that code asks, and keeps what was said', async () => {
  const stop = new AbortController()
  async function* answer(...[, { model }]: Parameters<AnswerInCode>): AsyncGenerator<AnswerPiece, void> {
    for await (const piece of model.ask({ text: 'Facts' })) {
      yield piece
      stop.abort()
    }
  }
  const { facts, last } = await run({ answer, model: scriptedModel(hanging('So far')), signal: stop.signal })
  expect([facts.text, last]).toMatchObject(['So far', { type: 'end', reason: 'stopped' }])
})
