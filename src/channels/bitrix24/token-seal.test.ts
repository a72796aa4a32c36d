import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { TokenSeal } from './token-seal.ts'

const ORIGIN = 'https://a.bitrix24.ru'
const key = (id: string): { readonly id: string; readonly key: Buffer } => ({ id, key: randomBytes(32) })

test('what one key has sealed others open after it, and seal anew', () => {
  const [old, fresh] = [key('2025'), key('2026')]
  const sealed = new TokenSeal(ORIGIN, 'secret', [old]).seal('token', 'access')
  const rotated = new TokenSeal(ORIGIN, 'secret', [fresh, old])
  expect([rotated.open(sealed, 'access'), rotated.isCurrent(sealed)]).toEqual(['token', false])
  expect(rotated.isCurrent(rotated.seal('token', 'access'))).toBe(true)
  expect(() => new TokenSeal(ORIGIN, 'secret', [fresh]).open(sealed, 'access')).toThrow()
})

test('without keys of its own it derives one, which still opens when there are some', () => {
  const sealed = new TokenSeal(ORIGIN, 'secret').seal('token', 'access')
  expect(sealed).not.toContain('token')
  expect(new TokenSeal(ORIGIN, 'secret', [key('2026')]).open(sealed, 'access')).toBe('token')
  expect(() => new TokenSeal(ORIGIN, 'another secret').open(sealed, 'access')).toThrow()
})

test('it opens for its portal and purpose alone, and unchanged', () => {
  const seal = new TokenSeal(ORIGIN, 'secret', [key('2026')])
  const sealed = seal.seal('token', 'access')
  const changed = sealed.slice(0, -3) + (sealed.endsWith('AAA') ? 'BBB' : 'AAA')
  for (const open of [
    () => seal.open(sealed, 'refresh'),
    () => seal.open(changed, 'access'),
    () => seal.open('2026.short', 'access'),
    () => new TokenSeal('https://b.bitrix24.ru', 'secret').open(sealed, 'access'),
  ])
    expect(open).toThrow()
})
