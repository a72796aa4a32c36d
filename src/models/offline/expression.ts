import type { Span } from './phrases.ts'

/** Operators in words; each replacement keeps spaces so that numbers never run together. */
const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/(?<!\p{L})(?:the\s+)?square root of\s+(\d+(?:\.\d+)?)/giu, ' sqrt($1) '],
  [/(?<!\p{L})(?:квадратн\p{L}+\s+)?корень(?:\s+квадратный)?\s+из\s+(\d+(?:[.,]\d+)?)/giu, ' sqrt($1) '],
  [/\s*(?:%|percent|процент\p{L}{0,2})\s+(?:of|от)(?!\p{L})/giu, '% * '],
  [/(?<=\d)\s*(?:percent|процент\p{L}{0,2})(?!\p{L})/giu, '% '],
  [/(?<!\p{L})(?:plus|плюс|прибавить)(?!\p{L})/giu, ' + '],
  [/(?<!\p{L})(?:minus|минус|отнять)(?!\p{L})/giu, ' - '],
  [/(?<!\p{L})(?:times|multiplied by|умножить на|умноженное на|умножь на|помножить на)(?!\p{L})/giu, ' * '],
  [/(?<!\p{L})(?:divided by|разделить на|делить на|поделить на|разделённое на)(?!\p{L})/giu, ' / '],
  [/(?<!\p{L})(?:to the power of|в степени)(?!\p{L})/giu, ' ^ '],
  [/(?<!\p{L})(?:squared|в квадрате)(?!\p{L})/giu, ' ^ 2 '],
  [/(?<!\p{L})(?:cubed|в кубе)(?!\p{L})/giu, ' ^ 3 '],
  [/[×·]|(?<=\d\s*)[xх](?=\s*\d)/giu, ' * '],
  [/÷/gu, ' / '],
  [/[−–]/gu, '-'],
  [/(?<=\d),(?=\d{3}(?!\d))/gu, ''],
  [/(?<=\d),(?=\d)/gu, '.'],
]

const TERM = String.raw`(?:\d[\d.]*|[-+*/%^(),!]|\b(?:sqrt|cbrt|sin|cos|tan|asin|acos|atan|log|log2|log10|ln|exp|abs|round|floor|ceil|min|max)(?=\s*\()|\b(?:pi|e)\b)`
const EXPRESSION = new RegExp(String.raw`${TERM}(?:\s*${TERM})*`, 'gi')

/**
 * The longest arithmetic expression in `text`, with operators in words written as signs ("15 percent of 80" ->
 * `15% * 80`). The span covers the original words.
 */
export function findExpression(text: string): (Span & { readonly expression: string }) | undefined {
  let spoken = text
  for (const [pattern, sign] of SPOKEN) spoken = spoken.replaceAll(pattern, sign)
  const candidates = [...spoken.matchAll(EXPRESSION)]
    .map((match) => match[0].replaceAll(/\s+/g, ' ').replaceAll(/^[\s*/^),%!.+]+|[\s(,+*/^.-]+$/g, ''))
    .filter((candidate) => isExpression(candidate))
  const expression = candidates.toSorted((a, b) => b.length - a.length)[0]
  if (expression === undefined) return undefined
  const firstNumber = /\d+/.exec(expression)?.[0] ?? ''
  // The words around the first number may have been rewritten, so everything from there on counts as read.
  return { expression, start: Math.max(0, text.indexOf(firstNumber)), end: text.length }
}

function isExpression(candidate: string): boolean {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(candidate)
  return (
    !isDate &&
    /\d/.test(candidate) &&
    /[a-z(]|\S\s*[-+*/^%]/i.test(candidate) &&
    !/^-?[\d.]+$/.test(candidate)
  )
}
