import { expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { toolContext } from '../../test/tool-context.ts'
import { defineTool, type ToolDefinition } from './tool.ts'

const ADD = {
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number(), b: z.number().default(1) }),
  execute: ({ a, b }: { a: number; b: number }) => a + b,
} as const

function problemOf(definition: unknown): string | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a JavaScript user may write
    defineTool(definition as ToolDefinition<z.ZodType>)
    return undefined
  } catch (error) {
    return error instanceof AppError && error.code === 'invalid_definition'
      ? error.message
      : `bare: ${String(error)}`
  }
}

test('a tool validates its input and runs', async () => {
  const tool = defineTool(ADD)
  expect(await tool.run({ a: 1 }, toolContext())).toBe(2)
  await expect(tool.run({ a: 'x' }, toolContext())).rejects.toThrow('expected number')
  expect(tool.inputSchema).toMatchObject({ type: 'object', required: ['a'] })
})

test.each([
  [undefined, 'the definition is missing; write an object.'],
  [{ ...ADD, name: undefined }, '`name` is missing; use 1 to 64'],
  [{ ...ADD, name: 'add two' }, '`name` is "add two"; use 1 to 64'],
  [{ ...ADD, description: undefined }, '`description` of "add" is missing; say what the tool does'],
  [{ ...ADD, description: '' }, '`description` of "add" is empty; say what the tool does'],
  [{ ...ADD, input: undefined }, '`input` of "add" is missing; write a zod object'],
  [{ ...ADD, input: { a: 'number' } }, '`input` of "add" is an object; write a zod object'],
  [{ ...ADD, input: z.string() }, '`input` of "add" is not an object; wrap it: z.object('],
  [{ ...ADD, execute: undefined }, '`execute` of "add" is missing; write a function'],
  [{ ...ADD, excute: ADD.execute }, '`excute` of "add" does not exist; did you mean `execute`?'],
  [{ ...ADD, timeoutMs: 0 }, '`timeoutMs` of "add" is 0; use a whole number from 1 to 2147483647.'],
  [{ ...ADD, timeoutMs: 2 ** 31 }, '`timeoutMs` of "add" is 2147483648; use a whole number from 1 to'],
  [{ ...ADD, timeoutMs: 1.5 }, '`timeoutMs` of "add" is 1.5; use a whole number'],
])('definition %# is refused with the field and the fix', (definition, problem) => {
  expect(problemOf(definition)).toContain(`defineTool: ${problem}`)
})

test('an input that JSON Schema cannot say is refused with the reason', () => {
  const input = z.object({ a: z.string().meta({ id: 'x' }), b: z.number().meta({ id: 'x' }) })
  expect(problemOf({ ...ADD, input })).toContain(
    'defineTool: `input` of "add" cannot be written as JSON Schema (',
  )
})
