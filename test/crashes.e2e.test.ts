import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runCommand } from './run-command.ts'
import { startSentryReceiver, type SentryReceiver } from './sentry-receiver.ts'
import { startServerProcess } from './server-process.ts'
import { postJson } from './test-app.ts'

/** A project that does not wait for what fails when it is spoken to. */
const CRASHING_PROJECT = `
import { defineBot, defineConfig } from 'botyard'
async function* answer() {
  for (const what of ['first', 'second']) void Promise.reject(new Error('the ' + what + ' connection broke'))
  yield 'Hello!'
}
const cold = { id: 'cold', async *stream() {}, warm: () => Promise.reject(new Error('no memory')) }
const bots = [
  defineBot({ name: 'greeter', instructions: 'Greet.', answer }),
  defineBot({ name: 'cold', instructions: 'Wait.', model: cold }),
]
export default defineConfig({ bots })
`

/** Of another computer; source: RFC 5737. */
const FOREIGN = { HOST: '203.0.113.1', PORT: '0' }

let sentry: SentryReceiver
beforeAll(async () => {
  sentry = await startSentryReceiver()
})
afterAll(() => sentry[Symbol.asyncDispose]())

test('a crash is reported, and the process ends by it even when Sentry does not answer', async () => {
  await using silent = await startSentryReceiver({ silent: true })
  await using folder = await makeFolder({ 'botyard.config.ts': CRASHING_PROJECT })
  const server = await startServerProcess({ SENTRY_DSN: silent.dsn }, folder.path)
  const left = once(server.child, 'close')
  // Nobody has asked it yet.
  await expect.poll(() => server.output.join('')).toContain('a model could not be warmed up')
  const question = { query: 'Hi', chatbotId: 'greeter', sessionId: crypto.randomUUID() }
  await postJson(`${server.url}/api/chat/query`, question, { 'x-request-id': 'request-1' })
  expect(await left).toEqual([1, null])
  expect(server.output).toContain('Error: the first connection broke')
  expect(silent.events()).toMatchObject(
    ['the first connection broke', 'the second connection broke'].map((value) => {
      return { level: 'fatal', tags: { requestId: 'request-1' }, exception: { values: [{ value }] } }
    }),
  )
})

test.each([
  ['an environment that cannot be used', ['start'], { PORT: 'many' }, 'The environment cannot be used'],
  ['a project that cannot be loaded', ['start'], {}, 'no such bot'],
  ['an address that is not of this computer', ['serve', '--role', 'embed'], FOREIGN, 'EADDRNOTAVAIL'],
])('%s is a start that fails, and is reported', async (...[, words, env, problem]) => {
  await using folder = await makeFolder({ 'botyard.config.ts': 'throw new Error("no such bot")' })
  const run = await runCommand(words, { cwd: folder.path, env: { SENTRY_DSN: sentry.dsn, ...env } })
  expect(run).toMatchObject({ code: 1, err: expect.stringContaining(problem) as string })
  expect(sentry.events().at(-1)).toMatchObject({ level: 'fatal' })
  expect(sentry.envelopes.at(-1)).toContain(problem)
})
