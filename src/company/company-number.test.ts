import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCompanyNumber, parseCompanyNumber } from './company-number.ts'

const GOOD = [
  '7707083893',
  '7736207543',
  '7719402047',
  '7724261610',
  '500100732259',
  '1027700132195',
  '1027700229193',
  '304500116000157',
]

const digits = (length: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^\\d{${length}}$`)).filter((text) => text.length === length)

/** The last digits of a number, written anew: as the orders put it, not as the code does. */
function completeInn(nine: string): string {
  const weights = [2, 4, 10, 3, 5, 9, 4, 6, 8]
  let sum = 0
  for (let at = 0; at < 9; at++) sum += Number(nine.charAt(at)) * (weights[at] ?? 0)
  return `${nine}${(sum % 11) % 10}`
}

test.each(GOOD)('%s is a number', (number) => {
  expect(parseCompanyNumber(number)).toEqual({
    kind: [10, 12].includes(number.length) ? 'inn' : 'ogrn',
    digits: number,
  })
})

test.each(GOOD)('%s with another last digit is none', (number) => {
  for (let step = 1; step < 10; step++) {
    const last = (Number(number.at(-1)) + step) % 10
    expect(parseCompanyNumber(number.slice(0, -1) + String(last))).toBeUndefined()
  }
})

test.each(['0000000000', '000000000000', '0000000000000', '000000000000000', '', '770708389', '77070838931'])(
  '%j is none, whatever its checksum',
  (number) => expect(parseCompanyNumber(number)).toBeUndefined(),
)

describe('of any number', () => {
  test('nine digits of a region have one checksum', () => {
    fc.assert(
      fc.property(digits(9), (nine) => {
        const inn = completeInn(nine)
        expect(parseCompanyNumber(inn) !== undefined).toBe(!nine.startsWith('00'))
      }),
    )
  })

  test('one of the ten last digits is right for an OGRN', () => {
    fc.assert(
      fc.property(digits(11), (rest) => {
        const begin = `1${rest}`
        fc.pre(begin.slice(3, 5) !== '00')
        const good = Array.from({ length: 10 }, (_, digit) => String(digit)).filter(
          (last) => parseCompanyNumber(begin + last) !== undefined,
        )
        expect(good).toEqual([String((BigInt(begin) % 11n) % 10n)])
      }),
    )
  })

  test('a mistyped digit of an INN of ten is noticed', () => {
    fc.assert(
      fc.property(digits(9), fc.nat(8), fc.integer({ min: 1, max: 9 }), (nine, at, step) => {
        const inn = completeInn(nine)
        fc.pre(!nine.startsWith('00'))
        const typed = (Number(inn.charAt(at)) + step) % 10
        const wrong = `${inn.slice(0, at)}${typed}${inn.slice(at + 1)}`
        // Remainders 10 and 0 share a check digit, so a few mistakes cannot be seen.
        fc.pre(completeInn(wrong.slice(0, 9)) !== wrong)
        expect(parseCompanyNumber(wrong)).toBeUndefined()
      }),
    )
  })
})

test('the good number of a text is found, else the first that looks like one', () => {
  expect(findCompanyNumber('ИНН: 7707083893, спасибо')?.number?.digits).toBe('7707083893')
  expect(findCompanyNumber('тел. 4951234567, ИНН 7707083893')?.number?.digits).toBe('7707083893')
  expect(findCompanyNumber('7707083892')).toEqual({ text: '7707083892', number: undefined })
  expect(findCompanyNumber('77070838931')).toBeUndefined()
  expect(findCompanyNumber('ничего')).toBeUndefined()
})
