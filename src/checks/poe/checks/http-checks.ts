import { describeAnswer } from '../answer-problem.ts'
import type { Exchange, PoeRequest } from '../exchange.ts'
import { isObject } from '../excerpt.ts'
import { broken, judge, pass, type PoeCheck, type Verdict } from '../poe-check.ts'
import type { PoeBot } from '../poe-bot.ts'
import { toSettingsRequest } from '../queries.ts'
import { SOURCES, specification } from '../sources.ts'

const VERSIONS = ['1.0', '1.1', '1.2', '1.9']

/** Rules about the envelope of every request: versions, types, malformed bodies. */
export const HTTP_CHECKS: readonly PoeCheck[] = [
  {
    id: 'http.settings',
    title: 'Settings are answered',
    severity: 'must',
    expected: 'HTTP 200 with a JSON object',
    source: specification('settings'),
    remedy:
      'Answer requests of type "settings" with 200 and a JSON object; otherwise Poe keeps the previous ones.',
    ask: async (bot) => {
      const exchange = await bot.settings()
      const settings = await bot.readSettings()
      if (!settings) return broken(describeAnswer(exchange))
      return pass(`HTTP 200, ${Object.keys(settings).length} keys`)
    },
  },
  {
    id: 'http.unknown-type',
    title: 'A request type nobody knows',
    severity: 'must',
    expected: 'HTTP 501',
    source: specification('Requests'),
    remedy: 'Answer every type you do not know with 501: Poe adds new ones.',
    ask: async (bot) => {
      const body = { version: '1.2', type: 'botyard_unknown_type' }
      const exchange = await bot.send({ kind: 'other', asked: 'an unknown type', valid: false, body })
      return exchange.status === 501 ? pass('HTTP 501') : broken(describeAnswer(exchange))
    },
  },
  {
    id: 'http.wrong-envelope',
    title: 'A body that is no request',
    severity: 'should',
    expected: 'HTTP 400 for an object without type, an array and a string',
    source: SOURCES.practice,
    remedy: 'Check that the body is an object with a type before reading it, and answer 400.',
    ask: (bot) =>
      expectRefusal(bot, [
        { asked: 'no type', body: { version: '1.2' } },
        { asked: 'an array', body: [] },
        { asked: 'a string', body: '"query"' },
      ]),
  },
  {
    id: 'http.invalid-json',
    title: 'A body that is no JSON',
    severity: 'should',
    expected: 'HTTP 400 for broken JSON, an empty body and cut UTF-8',
    source: SOURCES.practice,
    remedy: 'Catch the error of your JSON parser and answer 400.',
    ask: (bot) =>
      expectRefusal(bot, [
        { asked: 'broken JSON', body: '{"type": "settings"' },
        { asked: 'an empty body', body: '' },
        { asked: 'cut UTF-8', body: Buffer.from('{"type": "settings", "x": "\u00E9"}').subarray(0, 27) },
      ]),
  },
  {
    id: 'http.huge-body',
    title: 'A body announced with 1 GB',
    severity: 'should',
    expected: 'HTTP 413 before the body has come',
    source: SOURCES.practice,
    remedy: 'Set a limit for request bodies, such as 20 MB, in the server or the proxy before it.',
    ask: async (bot) => {
      const exchange = await bot.send({
        kind: 'other',
        asked: 'a body announced with 1 GB',
        valid: false,
        body: `{"type": "settings", "x": "${'x'.repeat(65_536)}`,
        headers: { 'Content-Length': '1000000000' },
        leaveAfterMs: bot.limits.firstEventMs / 2,
      })
      const { status = 0, ending, failure } = exchange
      if (status === 413) return pass('HTTP 413')
      if (status >= 400 && status < 500) return pass(`HTTP ${status}`)
      if (status === 0 && ending === 'cut') return pass(`refused: ${failure}`)
      return broken(status === 0 ? 'the server waits for the rest' : describeAnswer(exchange))
    },
  },
  {
    id: 'http.methods',
    title: 'GET and PUT',
    severity: 'should',
    expected: '405 with Allow, or a page for GET',
    source: SOURCES.server,
    remedy: 'Answer methods other than POST with 405 and the header "Allow: POST".',
    ask: async (bot) => {
      const send = (method: string): Promise<Exchange> =>
        bot.send({
          kind: 'other',
          asked: method,
          valid: false,
          method,
          body: undefined,
          headers: { 'Content-Type': undefined },
        })
      const [get, put] = await Promise.all([send('GET'), send('PUT')])
      return judge(
        [...methodProblem(get, [200, 404]), ...methodProblem(put, [404, 501])],
        `GET ${get.status}, PUT ${put.status}`,
      )
    },
  },
  {
    id: 'http.text-plain',
    title: 'JSON that calls itself text/plain',
    severity: 'should',
    expected: 'HTTP 200: the body counts, not its content type',
    source: SOURCES.server,
    remedy: 'Parse the body as JSON whatever its Content-Type says.',
    ask: (bot) =>
      expectSettings(bot, [
        { ...toSettingsRequest('text/plain'), headers: { 'Content-Type': 'text/plain' } },
      ]),
  },
  {
    id: 'http.versions',
    title: 'Versions 1.0 to 1.9',
    severity: 'must',
    expected: 'HTTP 200: a higher second number is compatible',
    source: specification('Versioning'),
    remedy: 'Do not compare the version; at most look at the number before the dot.',
    ask: (bot) =>
      expectSettings(
        bot,
        VERSIONS.map((version) => toSettingsRequest(`version ${version}`, { version })),
      ),
  },
  {
    id: 'http.next-major',
    title: 'Version 2.0',
    severity: 'should',
    expected: 'HTTP 200 or 501',
    source: specification('Versioning'),
    remedy: 'Go on as with version 1, or answer 501.',
    ask: async (bot) => {
      const exchange = await bot.send({
        ...toSettingsRequest('version 2.0', { version: '2.0' }),
        valid: false,
      })
      return [200, 501].includes(exchange.status ?? 0)
        ? pass(`HTTP ${exchange.status}`)
        : broken(describeAnswer(exchange))
    },
  },
  {
    id: 'http.no-version',
    title: 'No version at all',
    severity: 'should',
    expected: 'HTTP 200: common smoke tests send none',
    source: SOURCES.practice,
    remedy: 'Do not require "version".',
    ask: (bot) =>
      expectSettings(bot, [{ ...toSettingsRequest('no version', { version: undefined }), valid: false }]),
  },
]

type Malformed = Pick<PoeRequest, 'asked' | 'body'>

async function expectRefusal(bot: PoeBot, malformed: readonly Malformed[]): Promise<Verdict> {
  const exchanges = await Promise.all(
    malformed.map((one) => bot.send({ kind: 'other', valid: false, ...one })),
  )
  const problems = exchanges
    .filter(({ status = 0 }) => status < 400 || status >= 500)
    .map((exchange) => `${exchange.request.asked}: ${describeAnswer(exchange)}`)
  return judge(problems, exchanges.map(({ request, status }) => `${request.asked}: ${status}`).join(', '))
}

async function expectSettings(bot: PoeBot, requests: readonly PoeRequest[]): Promise<Verdict> {
  const exchanges = await Promise.all(requests.map((request) => bot.send(request)))
  const problems = exchanges
    .filter(({ status, body }) => status !== 200 || !isJsonObject(body))
    .map((exchange) => `${exchange.request.asked}: ${describeAnswer(exchange)}`)
  return judge(problems, 'HTTP 200')
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

function methodProblem(exchange: Exchange, alsoFine: readonly number[]): readonly string[] {
  const { status = 0, headers, request } = exchange
  if (alsoFine.includes(status)) return []
  if (status !== 405) return [`${request.asked}: ${describeAnswer(exchange)}`]
  return headers.allow === undefined ? [`${request.asked}: 405 without the header Allow`] : []
}
