import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countTokens } from './count-tokens.ts'

test.each([
  ['words by their letters', 'sentence, доставка', 2 + 1 + 2],
  ['a word of two scripts as one', 'Яndex', 2],
  ['numbers by their digits', '12 345 6789', 1 + 1 + 2],
  ['signs and Chinese one by one', '…«你好»', 5],
  ['nothing for spaces', ' \t\n\u00a0', 0],
])('counts %s', (_, text, tokens) => {
  expect(countTokens(text)).toBe(tokens)
})

test('a text costs the same, whether a sign of another kind stands beside it or not', () => {
  const plain = fc.string({ unit: fc.constantFrom(...Array.from(`aZz'жЖЁё09 \n\t.,-@[\`{\u0001`)) })
  fc.assert(
    fc.property(plain, (text) => {
      expect(countTokens(`${text}№`)).toBe(countTokens(text) + 1)
    }),
  )
})
