import { expect, test } from 'vitest'
import { z } from 'zod'
import { type BotDefinition, defineBot } from './bot.ts'
import { AppError } from './errors.ts'
import { defineTool } from './tools/tool.ts'

const LIKE = { name: 'support', instructions: 'Help.' } as const
const FILES = { name: 'files', description: { en: 'Lists them' }, run: () => 'none' } as const

/** What a JavaScript user may write, whatever the types say. */
function define(definition: unknown): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the wrong definitions are the point
  return defineBot(definition as BotDefinition)
}

function problemOf(definition: unknown): string | undefined {
  try {
    define(definition)
    return undefined
  } catch (error) {
    return error instanceof AppError && error.code === 'invalid_definition'
      ? error.message
      : `bare: ${String(error)}`
  }
}

test('a name and instructions are enough', () => {
  expect(defineBot(LIKE)).toMatchObject({ title: 'support', tools: [], limits: { steps: 8 } })
})

test('another bot may be the start of a definition', () => {
  expect(define({ ...defineBot(LIKE), name: 'sales' })).toMatchObject({ name: 'sales', title: 'support' })
})

test('the longest time a timer can wait is a limit, and everything in whole numbers below it', () => {
  expect(defineBot({ ...LIKE, limits: { timeMs: 2_147_483_647 } }).limits.timeMs).toBe(2_147_483_647)
})

test.each([
  [undefined, 'the definition is missing; write an object.'],
  ['support', 'the definition is "support"; write an object.'],
  [{}, '`name` is missing; use 1 to 64'],
  [{ instructions: 'Help.' }, '`name` is missing; use 1 to 64'],
  [{ ...LIKE, name: 'Help Desk' }, '`name` is "Help Desk"; use 1 to 64'],
  [{ name: 'support' }, '`instructions` of "support" is missing; say who the bot is'],
  [{ ...LIKE, instructions: ' ' }, '`instructions` of "support" is empty; say who the bot is'],
  [
    { name: 'support', instuctions: 'Help.' },
    '`instuctions` of "support" does not exist; did you mean `instructions`?',
  ],
  [{ ...LIKE, colour: 'red' }, '`colour` of "support" does not exist; use one of name, title, '],
  [{ ...LIKE, title: 5 }, '`title` of "support" is 5; write text'],
  [{ ...LIKE, description: null }, '`description` of "support" is null; write text'],
  [{ ...LIKE, suggestions: 'Hello' }, '`suggestions` of "support" is "Hello"; write a list: [...].'],
  [{ ...LIKE, suggestions: ['Hello', 5] }, '`suggestions[1]` of "support" is 5; write text'],
  [
    { ...LIKE, suggestions: Array(9).fill('Hello') },
    '`suggestions` of "support" has 9 entries; keep at most 8.',
  ],
  [{ ...LIKE, takesDocuments: 'yes' }, '`takesDocuments` of "support" is "yes"; write true or false'],
  [
    { ...LIKE, commands: ['files'] },
    '`commands[0]` of "support" is "files"; write { name, description, run }',
  ],
  [{ ...LIKE, commands: [{ ...FILES, name: 'clear' }] }, '`commands[0].name` is "clear"; use 1 to 32'],
  [
    { ...LIKE, commands: [{ ...FILES, description: 'Lists' }] },
    '`commands[0].description` of "support" is "Lists"; say',
  ],
  [
    { ...LIKE, commands: [{ ...FILES, run: 'x' }] },
    '`commands[0].run` of "support" is "x"; write a function',
  ],
  [{ ...LIKE, commands: [FILES, FILES] }, '`commands` of "support" holds "files" twice; rename one of them.'],
  [{ ...LIKE, model: 5 }, '`model` of "support" is 5; write "provider/model"'],
  [{ ...LIKE, model: 'gpt' }, '`model` of "support" is "gpt"; write "provider/model"'],
  [{ ...LIKE, model: { id: 'mine' } }, '`model` of "support" is an object; write "provider/model"'],
  [{ ...LIKE, tools: [{}] }, '`tools[0]` of "support" is an object; list what defineTool() returns.'],
  [{ ...LIKE, tools: {} }, '`tools` of "support" is an object; write a list: [...].'],
  [{ ...LIKE, knowledge: { version: '1' } }, '`knowledge` of "support" is an object; use passages(), or'],
  [{ ...LIKE, temperature: '1' }, '`temperature` of "support" is "1"; use a number from 0 to 2.'],
  [{ ...LIKE, temperature: 3 }, '`temperature` of "support" is 3; use a number from 0 to 2.'],
  [{ ...LIKE, maxOutputTokens: 0 }, '`maxOutputTokens` of "support" is 0; use a whole number of at least 1.'],
  [{ ...LIKE, limits: 5 }, '`limits` of "support" is 5; write an object.'],
  [{ ...LIKE, voice: { speed: 9 } }, '`voice.speed` of "support" is 9; use a number from 0.25 to 4.'],
  [
    { ...LIKE, voice: { language: 'русский' } },
    '`voice.language` of "support" is "русский"; use a BCP 47 tag',
  ],
  [
    { ...LIKE, limits: { toString: 5 } },
    '`limits.toString` of "support" does not exist; use one of historyM',
  ],
  [{ ...LIKE, limits: { step: 5 } }, '`limits.step` of "support" does not exist; did you mean `steps`?'],
  [
    { ...LIKE, limits: { steps: '8' } },
    '`limits.steps` of "support" is "8"; use a whole number of at least 1.',
  ],
  [
    { ...LIKE, limits: { timeMs: 2 ** 31 } },
    '`limits.timeMs` of "support" is 2147483648; use a whole number from 1 to 2147483647.',
  ],
])('%j is refused with the field and the fix', (definition, problem) => {
  expect(problemOf(definition)).toContain(`defineBot: ${problem}`)
})

test('two tools of one name are refused', () => {
  const tool = defineTool({ name: 'add', description: 'Adds.', input: z.object({}), execute: () => 1 })
  expect(problemOf({ ...LIKE, tools: [tool, tool] })).toContain('holds "add" twice; rename one of them.')
})
