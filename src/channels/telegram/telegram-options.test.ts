import { expect, test } from 'vitest'
import { startTestApp } from '../../../test/test-app.ts'
import { checkConfig, loadConfig } from '../../config.ts'
import { describeTelegram, toTelegramOptions } from './telegram-options.ts'

const TOKEN = `123456789:AA${'x'.repeat(33)}`
const OTHER = `987654321:AA${'y'.repeat(33)}`

function describe(env: Readonly<Record<string, string>>): string {
  return describeTelegram(loadConfig(env)).detail
}

test('a start says how messages come, or why none do', () => {
  const secure = { TELEGRAM_TOKEN: TOKEN, APP_URL: 'https://a.example' }
  expect(describe({})).toBe('off: set TELEGRAM_BOT_TOKEN to the token from @BotFather')
  expect(describe({ ...secure, TELEGRAM_MODE: 'off' })).toBe('off: TELEGRAM_MODE is off')
  expect(describe(secure)).toBe('messages come by webhook at https://a.example/webhook/telegram')
  expect(describe({ ...secure, APP_URL: 'http://localhost:3000' })).toBe('messages come by long polling')
  expect(describe({ ...secure, TELEGRAM_MODE: 'polling' })).toBe('messages come by long polling')
})

test('the names the guides use are read; the first that is set wins', () => {
  const bots = (env: Readonly<Record<string, string>>): unknown => {
    const options = toTelegramOptions(loadConfig(env))
    return typeof options === 'string' ? options : options.bots
  }
  const guide003 = { TELEGRAM_TOKEN: OTHER, WEBHOOK_SECRET: 'three' }
  expect(bots(guide003)).toEqual([{ token: OTHER, webhookSecret: 'three' }])
  const guide004 = { ...guide003, TELEGRAM_BOT_TOKEN: TOKEN, TG_WEBHOOK_SECRET: 'four' }
  expect(bots(guide004)).toEqual([{ token: TOKEN, webhookSecret: 'four' }])
  const named = { ...guide004, TELEGRAM_WEBHOOK_SECRET: 'first', TELEGRAM_BOT: 'support' }
  expect(bots({ ...named, TELEGRAM_MORE_BOTS: `sales=${OTHER}` })).toEqual([
    { bot: 'support', token: TOKEN, webhookSecret: 'first' },
    { bot: 'sales', token: OTHER },
  ])
})

test('what cannot work is said, and never shows a secret', () => {
  const { problems } = checkConfig({
    TELEGRAM_BOT_TOKEN: '12345',
    TELEGRAM_MORE_BOTS: `sales:${OTHER}`,
    TELEGRAM_WEBHOOK_SECRET: 'spaces are refused',
  })
  expect(problems.map(({ variable, problem }) => `${variable} ${problem}`)).toEqual([
    'TELEGRAM_BOT_TOKEN is not readable.',
    'TELEGRAM_MORE_BOTS is not readable.',
    'TELEGRAM_WEBHOOK_SECRET is not readable.',
  ])
  expect(() => describe({ TELEGRAM_TOKEN: TOKEN, TELEGRAM_MODE: 'webhook' })).toThrow(/APP_URL is not set/)
})

test.each([
  [{ TELEGRAM_BOT: 'nobody' }, /"nobody", which is not defined. Use one of test/],
  [{ TELEGRAM_MORE_BOTS: `test=${OTHER}` }, /"test" has two Telegram tokens/],
])('a server with %j does not start', async (env, message) => {
  await expect(startTestApp({ env: { TELEGRAM_BOT_TOKEN: TOKEN, ...env } })).rejects.toThrow(message)
})
