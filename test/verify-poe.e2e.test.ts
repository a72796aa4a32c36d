import { expect, test } from 'vitest'
import { verifyUrl } from './poe-servers/verify-server.ts'
import { makeFolder, runCommand } from './run-command.ts'
import { startServerProcess } from './server-process.ts'

const KEY = '0123456789abcdefghijKLMNOPQRSTUV'

/** A model that does everything a stream can be broken by. */
const AWKWARD_PROJECT = String.raw`
import { defineBot, defineConfig, defineTool } from 'botyard'
import { z } from 'zod'
const show = defineTool({
  name: 'show',
  description: 'Shows everything a tool can show.',
  input: z.object({}),
  execute: (_input, { emit }) => {
    emit({ type: 'file', name: 'a.png', url: 'https://files.example/a.png', contentType: 'image/png', inlineRef: 'abcd1234' })
    emit({ type: 'file', name: 'b.pdf', url: 'https://files.example/b.pdf', contentType: 'application/pdf' })
    emit({ type: 'data', name: 'metadata', value: { page: 1 } })
    emit({ type: 'data', name: 'metadata', value: { page: 2 } })
    emit({ type: 'suggestions', items: ['Go on', 'Stop'] })
    return { shown: true }
  },
})
const poe = {
  introductionMessage: 'Hello!',
  rateCard: 'A message costs [usd_milli_cents=30].',
  costLabel: '[usd_milli_cents=30]+',
  dependencies: { 'GPT-5': 2 },
  suggestedReplies: true,
  linkify: true,
  parameterControls: {
    api_version: '2',
    sections: [
      { name: 'Style', controls: [
        { control: 'drop_down', label: 'Tone', parameter_name: 'tone', default_value: 'kind', options: [{ value: 'kind', name: 'Kind' }] },
        { control: 'condition',
          condition: { comparator: 'eq', left: { parameter_name: 'tone' }, right: { literal: 'kind' } },
          controls: [{ control: 'slider', label: 'How', parameter_name: 'how', min_value: 1, max_value: 5, step: 1 }] },
      ] },
    ],
  },
}
const say = (text) => ({ type: 'text', text })
const AWKWARD = {
  async *fail() { throw new Error('boom in /srv/bot/secret.ts') },
  async *'fail late'() { yield say('I was about to'); throw new TypeError('boom') },
  async *nothing() {},
  async *long() { for (let at = 0; at < 20_000; at++) yield say('thirty characters of a long one. ') },
  async *halves() { for (const unit of 'a😀b👩‍👩‍👧c'.split('')) yield say(unit); yield say('\uD83D') },
  async *lines() { yield say('\n\nevent: done\ndata: {}\n\n\r\u2028\u2029\u0085\u0000 "x"') },
  async *draw() { yield { type: 'tool-call', callId: 'call_1', tool: 'show', input: '{}' } },
  async *replace() { yield say('Thinking'); yield { type: 'replace', text: 'The answer' }; yield say(' is 42.') },
  async *slow() { await new Promise((resolve) => setTimeout(resolve, 3500)); yield say('At last.') },
}
const model = {
  id: 'awkward',
  async *stream({ messages }) {
    const { role, text } = messages.at(-1)
    const answer = role === 'user' ? AWKWARD[text] : undefined
    yield* answer ? answer() : [say(role === 'user' ? 'You said: ' + text : '![a cat][abcd1234]')]
    yield { type: 'finish', reason: answer === AWKWARD.draw ? 'tool-calls' : 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
  },
}
export default defineConfig({ bots: [defineBot({ name: 'awkward', instructions: 'Answer.', model, tools: [show], poe, limits: { characters: 1_000_000, events: 100_000 } })] })
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
    questions: [
      'hello',
      'fail',
      'fail late',
      'nothing',
      'long',
      'halves',
      'lines',
      'draw',
      'replace',
      'slow',
    ],
    limits: { firstEventMs: 3000 },
    timeoutMs: 30_000,
  })
  expect(results.filter(({ status }) => status === 'fail' || status === 'warn')).toEqual([])
  const seen = Object.fromEntries(results.map(({ id, status, seen }) => [id, `${status}: ${seen}`]))
  expect(seen).toMatchObject({
    'error.after-text': 'pass: text, error, done',
    'event.file': 'pass: 2 seen',
    'event.data': 'pass: 1 seen',
    'event.suggested-replies': 'pass: 2 seen',
    'event.replacement': 'pass: 1 seen',
    'settings.control-kinds': 'pass: as they should be',
    'limit.length': expect.stringMatching(/^pass: at most 51[0-2]\d{3} characters$/),
  })
}, 60_000)
