import { expect, it } from 'vitest'
import { findExpression } from './expression.ts'

it.each([
  ['what is 2 + 2?', '2 + 2'],
  ['12 times (3 plus 4)', '12 * (3 + 4)'],
  ['15 percent of 80', '15% * 80'],
  ['80 + 15%', '80 + 15%'],
  ['1,250 / 5', '1250 / 5'],
  ['3x4', '3 * 4'],
  ['the square root of 144', 'sqrt(144)'],
  ['5 squared', '5 ^ 2'],
  ['сколько будет 2,5 умножить на 4', '2.5 * 4'],
  ['15 процентов от 80', '15% * 80'],
  ['корень из 2', 'sqrt(2)'],
  ['2 в степени 10', '2 ^ 10'],
])('reads "%s" as %s', (text, expression) => {
  expect(findExpression(text)?.expression).toBe(expression)
})

it.each(['buy 3 apples', 'on 2026-11-21', 'hello', 'version 1.2.3', '42'])('finds none in "%s"', (text) => {
  expect(findExpression(text)).toBeUndefined()
})
