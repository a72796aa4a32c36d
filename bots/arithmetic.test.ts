import { describe, expect, it } from 'vitest'
import { ArithmeticError, calculate } from './arithmetic.ts'

describe('calculate', () => {
  it.each([
    ['2 + 2 * 3', 8],
    ['(2 + 2) * 3', 12],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['2 ** 3', 8],
    ['10 - 4 - 3', 3],
    ['7 / 2', 3.5],
    ['10 % 3', 1],
    ['15% * 80', 12],
    ['80 + 15%', 92],
    ['80 - 50%', 40],
    ['5%', 0.05],
    ['0.1 + 0.2', 0.3],
    ['sqrt(2) ^ 2', 2],
    ['max(1, 2, 3) + min(4, 5)', 7],
    ['round(2.345, 2)', 2.35],
    ['log(1000) + ln(e)', 4],
    ['cos(pi)', -1],
    ['1e3 × 2 ÷ 4 − 1', 499],
  ])('%s = %d', (expression, result) => {
    expect(calculate(expression)).toBeCloseTo(result, 10)
  })

  it.each([
    ['', 'empty'],
    ['2 +', 'ends too early'],
    ['(2 + 3', '")" is missing'],
    ['2 3', 'did not expect "3"'],
    ['1 / 0', 'Division by zero'],
    ['0 ^ -1', 'not a finite number'],
    ['process.exit()', 'cannot read ".exit()"'],
    ['constructor(1)', 'do not know "constructor"'],
    ['('.repeat(80) + '1' + ')'.repeat(80), 'nested too deeply'],
    ['1'.repeat(301), 'longer than 300'],
  ])('refuses %j, saying why', (expression, reason) => {
    expect(() => calculate(expression)).toThrow(ArithmeticError)
    expect(() => calculate(expression)).toThrow(reason)
  })
})
