import { expect, test } from 'vitest'
import { createKeyHider } from './hide-key.ts'

const KEY = '0123456789abcdefghijKLMNOPQRSTUV'

test.each([
  [`Bearer ${KEY}.`, 'Bearer [key].'],
  [`${KEY}${KEY}`, '[key][key]'],
  [`cut: ${KEY.slice(0, 20)}…`, 'cut: [key]…'],
  [`${KEY}x and ${KEY.slice(0, -1)}`, '[key]x and [key]'],
  ['nothing to hide', 'nothing to hide'],
])('%j', (text, shown) => {
  expect(createKeyHider(KEY)(text)).toBe(shown)
})

test('a short key is hidden as a whole, and no key hides nothing', () => {
  expect(createKeyHider('abc')('xabcx')).toBe('x[key]x')
  expect(createKeyHider(undefined)('abc')).toBe('abc')
})
