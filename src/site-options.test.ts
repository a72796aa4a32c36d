import { describe, expect, test } from 'vitest'
import { defineBot } from './bot.ts'
import { isOriginPattern, matchesOrigin } from './site-options.ts'

const define = (site: object) => () => defineBot({ name: 'shop', instructions: 'Sell.', site })

describe('the site field of a bot', () => {
  test('takes origins, and says what is wrong with anything else', () => {
    const patterns = ['*', 'https://example.com', 'http://localhost:8080', 'https://*.example.com']
    expect(patterns.filter((pattern) => !isOriginPattern(pattern))).toEqual([])
    const wrong = [
      'example.com',
      'https://example.com/',
      'https://*',
      'ftp://example.com',
      'https://a.*.com',
      '',
    ]
    expect(wrong.filter(isOriginPattern)).toEqual([])
    expect(define({ allowedOrigins: ['example.com'] })).toThrow(
      '`site.allowedOrigins[0]` of "shop" is "example.com"; write an origin without a path',
    )
  })

  test('refuses what is no colour, no address and no number of messages', () => {
    expect(define({ color: 'red' })).toThrow('`site.color` of "shop" is "red"; write a colour as "#2c6152"')
    expect(define({ authUrl: 'javascript:alert(1)' })).toThrow('`site.authUrl` of "shop"')
    expect(define({ freeMessages: -1 })).toThrow('`site.freeMessages` of "shop" is -1')
    expect(define({ greetings: 'Hi' })).toThrow('did you mean `greeting`?')
  })
})

test.each([
  ['https://example.com', true],
  ['HTTPS://Example.com', true],
  ['https://www.example.com', false],
  ['http://example.com', false],
  ['https://shop.example.org', true],
  ['https://a.shop.example.org', true],
  ['https://example.org', false],
  ['https://evil.com/.example.org', false],
  ['https://evilexample.org', false],
  ['null', false],
])('an origin is one of the allowed: %s, %s', (origin, allowed) => {
  expect(matchesOrigin(origin, ['https://example.com', 'https://*.example.org'])).toBe(allowed)
})
