import { describe, expect, test } from 'vitest'
import { checkConfig, secretsOf } from './config.ts'

const WHOLE = {
  BITRIX_DOMAIN: 'example.bitrix24.ru',
  BITRIX_CLIENT_ID: 'local.0a1b',
  BITRIX_CLIENT_SECRET: 'the-key',
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  return checkConfig({ NODE_ENV: 'test', ...env }).problems.map(
    ({ variable, problem }) => `${variable} ${problem}`,
  )
}

test.each([
  ['example.bitrix24.ru', 'https://example.bitrix24.ru'],
  ['https://example.bitrix24.ru/', 'https://example.bitrix24.ru'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://example.bitrix24.ru', undefined],
  ['https://example.bitrix24.ru/path', undefined],
  ['ftp://example.bitrix24.ru', undefined],
])('the portal %s is %s', (given, origin) => {
  expect(checkConfig({ ...WHOLE, BITRIX_DOMAIN: given }).config?.BITRIX_DOMAIN).toBe(origin)
})

describe('half a configuration', () => {
  test('names every variable that is missing', () => {
    const because = 'is not set, while BITRIX_DOMAIN is. Missing required configuration.'
    expect(problemsOf({ BITRIX_DOMAIN: WHOLE.BITRIX_DOMAIN })).toEqual([
      `BITRIX_CLIENT_ID ${because}`,
      `BITRIX_CLIENT_SECRET ${because}`,
    ])
    expect(problemsOf({ BITRIX_DOMAIN: WHOLE.BITRIX_DOMAIN, ENABLE_BITRIX: 'false' })).toEqual([])
    expect(problemsOf(WHOLE)).toEqual([])
  })

  test('a webhook without an address is one', () => {
    expect(problemsOf({ ...WHOLE, BITRIX_MODE: 'webhook' })).toHaveLength(1)
    const BITRIX_REDIRECT_URL = 'https://bots.example.com/oauth/bitrix/callback'
    expect(problemsOf({ ...WHOLE, BITRIX_MODE: 'webhook', BITRIX_REDIRECT_URL })).toEqual([])
  })
})

test('a redirect address that leads nowhere is a doubt', () => {
  const { warnings } = checkConfig({ ...WHOLE, BITRIX_REDIRECT_URL: 'https://bots.example.com/callback' })
  expect(warnings.map(({ variable }) => variable)).toContain('BITRIX_REDIRECT_URL')
})

test('further portals and keys are read, and their secrets are known', () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const { config } = checkConfig({
    ...WHOLE,
    BITRIX_MORE_PORTALS: 'a.bitrix24.ru=local.1:first-key, b.bitrix24.by=local.2:second-key',
    BITRIX_TOKEN_KEYS: `2026=${key}`,
    BITRIX_FETCH_SECONDS: '0',
  })
  expect(config?.BITRIX_MORE_PORTALS?.map(({ origin }) => origin)).toEqual([
    'https://a.bitrix24.ru',
    'https://b.bitrix24.by',
  ])
  expect(config?.BITRIX_FETCH_SECONDS).toBe(0.1)
  expect(config && secretsOf(config)).toEqual(
    expect.arrayContaining(['the-key', 'first-key', 'second-key', key]),
  )
  expect(problemsOf({ ...WHOLE, BITRIX_TOKEN_KEYS: '2026=short' })).toHaveLength(1)
})
