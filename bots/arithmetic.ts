/** Why an expression cannot be calculated, in a sentence for the person who wrote it. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError'
}

type Token = { readonly kind: 'number' | 'name' | 'sign'; readonly text: string }

/** A value; `percent` marks one written as `15%`, since `80 + 15%` adds a share of 80. */
interface Value {
  readonly number: number
  readonly percent: boolean
}

const LONGEST = 300
const DEEPEST = 50

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E }

const FUNCTIONS: Readonly<Record<string, (...numbers: readonly number[]) => number>> = {
  abs: (x = NaN) => Math.abs(x),
  acos: (x = NaN) => Math.acos(x),
  asin: (x = NaN) => Math.asin(x),
  atan: (x = NaN) => Math.atan(x),
  cbrt: (x = NaN) => Math.cbrt(x),
  ceil: (x = NaN) => Math.ceil(x),
  cos: (x = NaN) => Math.cos(x),
  exp: (x = NaN) => Math.exp(x),
  floor: (x = NaN) => Math.floor(x),
  ln: (x = NaN) => Math.log(x),
  log: (x = NaN) => Math.log10(x),
  log2: (x = NaN) => Math.log2(x),
  max: (...numbers) => Math.max(...numbers),
  min: (...numbers) => Math.min(...numbers),
  round: (x = NaN, digits = 0) => Math.round(x * 10 ** digits) / 10 ** digits,
  sin: (x = NaN) => Math.sin(x),
  sqrt: (x = NaN) => Math.sqrt(x),
  tan: (x = NaN) => Math.tan(x),
}

/**
 * Calculates an arithmetic expression: `+ - * / ^`, brackets, `%` (per cent, or the remainder between two numbers),
 * `pi`, `e` and the usual functions; angles in radians, `log` to base 10. Throws `ArithmeticError`.
 */
export function calculate(expression: string): number {
  if (expression.length > LONGEST)
    throw new ArithmeticError(`The expression is longer than ${LONGEST} characters.`)
  const parser = new Parser(readTokens(expression))
  const { number } = parser.parse()
  if (!Number.isFinite(number)) throw new ArithmeticError('The result is not a finite number.')
  // Twelve digits hide the last bits of binary fractions: 0.1 + 0.2 is 0.3.
  return Number(number.toPrecision(12))
}

function readTokens(expression: string): readonly Token[] {
  const text = expression.replaceAll('×', '*').replaceAll('÷', '/').replaceAll('−', '-').replaceAll('**', '^')
  const tokens: Token[] = []
  const pattern =
    /\s*(?:(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)|(?<name>[a-z]+\d*)|(?<sign>[-+*/%^(),]))/iuy
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex
    const groups = pattern.exec(text)?.groups
    if (!groups)
      throw new ArithmeticError(`I cannot read "${text.slice(at).trim().slice(0, 20)}" in the expression.`)
    if (groups['number']) tokens.push({ kind: 'number', text: groups['number'] })
    else if (groups['name']) tokens.push({ kind: 'name', text: groups['name'].toLowerCase() })
    else tokens.push({ kind: 'sign', text: groups['sign'] ?? '' })
  }
  return tokens
}

/** Recursive descent, one method a level of precedence. */
class Parser {
  readonly #tokens: readonly Token[]
  #position = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Value {
    if (this.#tokens.length === 0) throw new ArithmeticError('The expression is empty.')
    const value = this.#sum()
    const rest = this.#peek()
    if (rest) throw new ArithmeticError(`I did not expect "${rest.text}" in the expression.`)
    return value
  }

  #sum(): Value {
    let left = this.#product()
    for (let sign = this.#accept('+', '-'); sign; sign = this.#accept('+', '-')) {
      const right = this.#product()
      const amount = right.percent && !left.percent ? left.number * right.number : right.number
      left = plain(sign === '+' ? left.number + amount : left.number - amount)
    }
    return left
  }

  #product(): Value {
    let left = this.#signed()
    for (let sign = this.#accept('*', '/', '%'); sign; sign = this.#accept('*', '/', '%')) {
      const right = this.#signed().number
      if (right === 0 && sign !== '*') throw new ArithmeticError('Division by zero.')
      const { number } = left
      left = plain(sign === '*' ? number * right : sign === '/' ? number / right : number % right)
    }
    return left
  }

  #signed(): Value {
    const sign = this.#accept('-', '+')
    if (!sign) return this.#power()
    const value = this.#nested(() => this.#signed())
    return { ...value, number: sign === '-' ? -value.number : value.number }
  }

  #power(): Value {
    const base = this.#percent()
    if (!this.#accept('^')) return base
    return plain(base.number ** this.#nested(() => this.#signed()).number)
  }

  /** A `%` is the remainder when an operand follows, else per cent. */
  #percent(): Value {
    const value = this.#operand()
    const next = this.#tokens[this.#position + 1]
    const followed = next !== undefined && (next.kind !== 'sign' || next.text === '(')
    if (this.#peek()?.text !== '%' || followed) return value
    this.#position += 1
    return { number: value.number / 100, percent: true }
  }

  #operand(): Value {
    const token = this.#tokens[this.#position]
    this.#position += 1
    if (token?.kind === 'number') return plain(Number(token.text))
    if (token?.kind === 'name') return plain(this.#named(token.text))
    if (token?.text === '(') {
      const value = this.#nested(() => this.#sum())
      this.#require(')')
      return plain(value.number)
    }
    throw new ArithmeticError(
      token ? `I did not expect "${token.text}" in the expression.` : 'The expression ends too early.',
    )
  }

  #named(name: string): number {
    if (Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name] ?? NaN
    const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (!run)
      throw new ArithmeticError(
        `I do not know "${name}". I know ${Object.keys(FUNCTIONS).join(', ')}, pi and e.`,
      )
    this.#require('(')
    const numbers = [this.#nested(() => this.#sum()).number]
    while (this.#accept(',')) numbers.push(this.#nested(() => this.#sum()).number)
    this.#require(')')
    return run(...numbers)
  }

  #nested(read: () => Value): Value {
    this.#depth += 1
    if (this.#depth > DEEPEST) throw new ArithmeticError('The expression is nested too deeply.')
    const value = read()
    this.#depth -= 1
    return value
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#position]
  }

  #accept(...signs: readonly string[]): string | undefined {
    const token = this.#peek()
    if (token?.kind !== 'sign' || !signs.includes(token.text)) return undefined
    this.#position += 1
    return token.text
  }

  #require(sign: string): void {
    if (!this.#accept(sign)) throw new ArithmeticError(`A "${sign}" is missing in the expression.`)
  }
}

function plain(number: number): Value {
  return { number, percent: false }
}
