import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { defineTool, type Tool, type ToolContext } from './tool.ts'

const input = z.object({
  city: z.string(),
  days: z.coerce.number().default(1),
  unit: z.enum(['c', 'f']).optional(),
})

test('execute is given what the schema says, after its defaults and conversions', () => {
  const weather = defineTool({
    name: 'weather',
    description: 'The weather.',
    input,
    execute: (given, context) => {
      expectTypeOf(given).toEqualTypeOf<{ city: string; days: number; unit?: 'c' | 'f' | undefined }>()
      expectTypeOf(context).toEqualTypeOf<ToolContext>()
      return given.days
    },
  })
  expectTypeOf(weather).toEqualTypeOf<Tool>()
})

test('what cannot work does not compile', () => {
  // @ts-expect-error -- the schema has no such field
  expectTypeOf(() => defineTool({ name: 'a', description: 'b', input, execute: ({ town }) => town }))
  // @ts-expect-error -- execute is required
  expectTypeOf(() => defineTool({ name: 'a', description: 'b', input }))
  // @ts-expect-error -- a schema is made by zod
  expectTypeOf(() => defineTool({ name: 'a', description: 'b', input: { city: 'string' }, execute: () => 1 }))
})
