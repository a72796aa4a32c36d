import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../../test/run-command.ts'
import { failing, scriptedModel, text } from '../../../test/scripted-model.ts'
import { startTestApp, type TestApp } from '../../../test/test-app.ts'
import { judgeLoad } from '../../checks/stream/judge-load.ts'
import { AppError } from '../../errors.ts'
import type { Model } from '../../models/model.ts'

let app: TestApp
let current: Model
const SMALL = ['--users', '2', '--requests', '4', '--ramp-up', '1']

beforeAll(async () => {
  const model: Model = { id: 'scripted', stream: (request, options) => current.stream(request, options) }
  app = await startTestApp({ model, env: { MODEL_RETRIES: '0' } })
})

afterAll(() => app.close())

const broken = () => failing(new AppError('model_stream_broken'), 'It begins')

describe('smoke stream', () => {
  test('shows the events with their times and what was answered', async () => {
    current = scriptedModel(text('Hello', ' there.'))
    const { code, out } = await runCommand(['smoke', 'stream', app.url, 'test', 'Hi'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /ms {2}connected\n.*ms {2}status\n.*ms {2}text\n(.*\n)*.*ms {2}close\n\nHello there\.\n/,
    )
    expect(out).toMatch(/✓ Answered in \d+ ms: first token after \d+ ms, \d × text\n$/)
  })

  test('fails on an error event, though the stream ended well', async () => {
    current = scriptedModel(broken())
    const { code, out } = await runCommand(['smoke', 'stream', app.url, 'test', 'Hi'])
    expect(code).toBe(1)
    expect(out).toContain('✗ MODEL_STREAM_BROKEN: The language model stopped in the middle of its answer.')
  })

  test('fails where no server or no stream is, and says what it needs', async () => {
    const away = await runCommand(['smoke', 'stream', 'http://127.0.0.1:1', 'test', 'Hi'])
    expect([away.code, away.out]).toEqual([
      1,
      expect.stringContaining('✗ CONNECTION: http://127.0.0.1:1 could not'),
    ])
    const elsewhere = await runCommand(['smoke', 'stream', `${app.url}/docs`, 'test', 'Hi'])
    expect([elsewhere.code, elsewhere.out]).toEqual([
      1,
      '✗ ROUTE_NOT_FOUND: The server answered 404: API route not found\n',
    ])
    expect((await runCommand(['smoke', 'stream', app.url])).err).toBe(
      'Usage: botyard smoke stream <url> <chatbotId> "<query>"\n',
    )
  })
})

describe('load', () => {
  test('asks as often as the profile says and passes within the thresholds', async () => {
    current = scriptedModel(...Array.from({ length: 4 }, () => text('Hello.')))
    const { code, out } = await runCommand(['load', app.url, 'test', 'spike', ...SMALL])
    expect(out).toMatch(/^spike: 4 questions in [\d.]+ s \([\d.]+ a second\), [12] at once\n/)
    expect(out).toMatch(
      /✓ answered +100\.0 % +at least 95 %\n✓ first token, average +\d+ ms +less than 1000 ms\n/,
    )
    expect([code, out.endsWith('Passed.\n')]).toEqual([0, true])
  })

  test('fails when answers fail, and counts why', async () => {
    current = scriptedModel(text('Hello.'), text('Hello.'), text('Hello.'), broken())
    const { code, out } = await runCommand(['load', app.url, 'test', ...SMALL, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      profile: 'quick',
      passed: false,
      requests: 4,
      gates: [{ name: 'answered', passed: false, measured: '75.0 %' }, {}, {}, {}],
      problems: [{ code: 'MODEL_STREAM_BROKEN', count: 1 }],
    })
  })

  test.each([
    [
      ['load', 'http://localhost', 'test', 'huge'],
      'There is no profile "huge". Use one of quick, sustained, spike, endurance.',
    ],
    [['load', 'http://localhost', 'test', '--users', '0'], '--users takes a whole number from 1 to 5000.'],
  ])('%j is not understood', async (words, message) => {
    expect(await runCommand(words)).toEqual({ code: 2, out: '', err: `${message}\n` })
  })
})

test('a load test passes below each threshold and fails at it; without answers it fails', () => {
  const judge = (firstTokenMs: number, totalMs: number, failed = 0) => {
    const good = { problem: undefined, text: 'Hi', firstTokenMs, firstAudioMs: null, totalMs, events: {} }
    const bad = { ...good, problem: { code: 'TIMEOUT', wrong: 'Late.' } }
    const answers = Array.from({ length: 100 }, (_, index) => (index < failed ? bad : good))
    return judgeLoad({ answers, totalMs: 1_000, mostAtOnce: 1 }).gates.map(({ passed }) => passed)
  }
  expect(judge(999, 2_999, 5)).toEqual([true, true, true, true])
  expect(judge(1_000, 3_000, 6)).toEqual([false, false, true, false])
  expect(judge(1_500, 2_000)).toEqual([true, false, false, true])
  expect(judgeLoad({ answers: [], totalMs: 1, mostAtOnce: 0 }).passed).toBe(false)
})
