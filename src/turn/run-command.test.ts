import { describe, expect, test } from 'vitest'
import { scriptedModel, text, type ScriptedModel } from '../../test/scripted-model.ts'
import { runScriptedTurn } from '../../test/scripted-turn.ts'
import type { AskedQuestion } from '../answer.ts'
import type { CommandContext } from '../bot-commands.ts'
import { AppError } from '../errors.ts'
import type { TurnInput } from './turn.ts'

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
    runScriptedTurn({ model, bot, input: { messages: [{ role: 'user', text: words }], ...input } })

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
    const { facts } = await runScriptedTurn({
      model: scriptedModel(),
      bot: { ...bot, answer },
      input: { messages: [{ role: 'user', text: '/sum a.md' }] },
    })
    expect(facts.text).toBe('Sum up a.md')
  })
})
