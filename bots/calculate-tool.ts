import { defineTool, type Tool } from 'botyard'
import { z } from 'zod'
import { calculate } from './arithmetic.ts'

/** A calculator; the parser is our own, nothing is ever evaluated as code. */
export const calculateTool: Tool = defineTool({
  name: 'calculate',
  description:
    'Calculates an arithmetic expression exactly. Use it for every calculation instead of doing it in your head. ' +
    'Knows + - * / ^ ( ), 15% (per cent), 7 % 3 (remainder), sqrt, round, min, max, sin, log, pi and the like.',
  input: z.object({ expression: z.string().min(1).max(300).describe('An expression such as (2 + 3) * 15%') }),
  execute: ({ expression }) => {
    const result = calculate(expression)
    return { expression, result, message: `${expression} = ${result}` }
  },
})
