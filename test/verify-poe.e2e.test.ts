import { expect, test } from 'vitest'
import { verifyUrl } from './poe-servers/verify-server.ts'
import { makeFolder, runCommand } from './run-command.ts'
import { startServerProcess } from './server-process.ts'

const KEY = '0123456789abcdefghijKLMNOPQRSTUV'

/** A model that does everything a stream can be broken by. */
const AWKWARD_PROJECT = String.raw`
import { defineBot, defineConfig } from 'botyard'
const say = (text) => ({ type: 'text', text })
const AWKWARD = {
  async *fail() { throw new Error('boom in /srv/bot/secret.ts') },
  async *'fail late'() { yield say('I was about to'); throw new TypeError('boom') },
  async *nothing() {},
  async *long() { for (let at = 0; at < 20_000; at++) yield say('thirty characters of a long one. ') },
  async *halves() { for (const unit of 'a😀b👩‍👩‍👧c'.split('')) yield say(unit); yield say('\uD83D') },
  async *lines() { yield say('\n\nevent: done\ndata: {}\n\n\r\u2028\u2029\u0085\u0000 "x"') },
  async *slow() { await new Promise((resolve) => setTimeout(resolve, 1500)); yield say('At last.') },
}
const model = {
  id: 'awkward',
  async *stream({ messages }) {
    const answer = AWKWARD[messages.at(-1).text]
    yield* answer ? answer() : [say('You said: ' + messages.at(-1).text)]
    yield { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
  },
}
export default defineConfig({ bots: [defineBot({ name: 'awkward', instructions: 'Answer.', model })] })
`

async function startPoe(files: Readonly<Record<string, string>>) {
  const folder = await makeFolder(files)
  const env = { POE_ACCESS_KEY: KEY, DRAIN_LINGER_MS: '0', OFFLINE_PACE_MS: '0', MODEL_RETRIES: '0' }
  const server = await startServerProcess({ ...env, DATA_DIR: `${folder.path}/data` }, folder.path)
  return {
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      await server.end('SIGTERM')
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('our own Poe channel holds every rule that can be looked at, and the smoke test passes', async () => {
  await using server = await startPoe({})
  const { code, out } = await runCommand(['verify', 'poe', server.url, '--key', KEY])
  expect(out.split('\n').filter((line) => /^[✗!]/.test(line))).toEqual([])
  expect(out).toMatch(/\n\d{2,3} passed, 0 with a warning, 0 failed, \d+ skipped\n$/)
  expect(code).toBe(0)
  expect((await runCommand(['smoke', server.url, '--key', KEY])).out).toContain('Smoke test passed')
}, 60_000)

test('no model can make it break a rule', async () => {
  await using server = await startPoe({ 'botyard.config.ts': AWKWARD_PROJECT })
  const results = await verifyUrl(new URL(server.url), {
    key: KEY,
    questions: ['hello', 'fail', 'fail late', 'nothing', 'long', 'halves', 'lines', 'slow'],
    limits: { firstEventMs: 1000 },
    timeoutMs: 30_000,
  })
  expect(results.filter(({ status }) => status === 'fail' || status === 'warn')).toEqual([])
  const looked = results.filter(({ status }) => status === 'pass').map(({ id }) => id)
  expect(looked).toEqual(
    expect.arrayContaining(['error.as-event', 'error.after-text', 'error.no-leak', 'limit.length']),
  )
}, 60_000)
