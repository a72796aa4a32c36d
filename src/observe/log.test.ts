import { expect, test } from 'vitest'
import { createLog, type Log } from './log.ts'

const CANARY = 'canary-7f"\\3Zq/é+=value'

function record(options: { pretty?: boolean } = {}): { log: Log; lines: string[] } {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return {
    log: createLog({ level: 'trace', pretty: options.pretty ?? false, secrets: [CANARY], destination }),
    lines,
  }
}

const LEAKY_CALLS: readonly (readonly [string, (log: Log, secret: string) => void])[] = [
  ['a message', (log, secret) => log.info(`key is ${secret}.`)],
  ['a message with placeholders', (log, secret) => log.info('key is %s', secret)],
  ['the message of an error', (log, secret) => log.error(new Error(`refused ${secret}`))],
  ['a cause', (log, secret) => log.error({ err: new Error('a', { cause: new Error(secret) }) }, 'failed')],
  ['a cause that is an object', (log, secret) => log.error({ err: new Error('a', { cause: { secret } }) })],
  [
    'a part of an aggregate',
    (log, secret) => log.error({ err: new AggregateError([new Error(secret)], 'all') }),
  ],
  ['a nested object', (log, secret) => log.info({ a: { b: { C: { secret } } } })],
  ['an array', (log, secret) => log.info({ list: [[secret]] })],
  ['a key', (log, secret) => log.info({ [secret]: 1 })],
  ['the bindings of a child', (log, secret) => log.child({ secret }).info('hello')],
  ['a URL', (log, secret) => log.info({ url: `https://example.com/?q=${encodeURIComponent(secret)}` })],
  ['a JSON string', (log, secret) => log.info({ body: JSON.stringify({ secret }) })],
  [
    'a JSON string in a JSON string',
    (log, secret) => log.info({ body: JSON.stringify(JSON.stringify(secret)) }),
  ],
]

test.each(LEAKY_CALLS)('a configured secret in %s does not reach the output', (_, write) => {
  for (const pretty of [false, true]) {
    const { log, lines } = record({ pretty })
    write(log, CANARY)
    expect(lines.join('')).toContain('[secret]')
    expect(lines.join('')).not.toMatch(/canary|3Zq|value/)
    if (!pretty) expect(() => JSON.parse(lines.join(''))).not.toThrow()
  }
})

test.each([
  ['an OpenAI key', 'sk-proj-abcdefghijklmnop_123'],
  ['an Anthropic key', 'sk-ant-api03-abcdefghijklmnop'],
  ['an xAI key', 'xai-abcdefghijklmnop'],
  ['a Telegram token', '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1'],
  ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'],
])('%s is scrubbed although nobody configured it', (_, secret) => {
  for (const [, write] of LEAKY_CALLS) {
    const { log, lines } = record()
    write(log, secret)
    write(log, `\n${secret}\t`)
    expect(lines.join('')).not.toContain(secret)
  }
})

test.each([
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [secret]'],
  ['postgresql://me:p4ss/w:rd@db/x', 'postgresql://me:[secret]@db/x'],
  ['GET /x?api_key=abc&lang=en', 'GET /x?api_key=[secret]&lang=en'],
])('%s is written as %s', (text, expected) => {
  const { log, lines } = record()
  log.info(text)
  expect(JSON.parse(lines.join(''))).toMatchObject({ msg: expected })
})

test('what somebody says cannot steer the terminal that shows the log', () => {
  const { log, lines } = record({ pretty: true })
  const hostile = '\u001b[2J\u009b2J\u007f'
  log.info({ name: hostile, list: [hostile], nested: { hostile } }, `said ${hostile}`)
  log.error({ err: new Error(hostile, { cause: new Error(hostile) }) }, 'failed')
  log.error(new Error(hostile))
  expect(lines.join('')).toContain(String.raw`\u001b[2J`)
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(lines.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('ordinary text is written as it is', () => {
  const { log, lines } = record()
  log.info(
    'The task-sk-list at https://example.com:8080/a took 12:30, ask me@example.com, see risk-management-handbook.',
  )
  expect(lines.join('')).not.toContain('[secret]')
})

test('an error is written with its code, its causes and its stack', () => {
  const { log, lines } = record()
  const root = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
  log.error({ err: new TypeError('cannot answer', { cause: root }) }, 'turn failed')
  expect(JSON.parse(lines.join(''))).toMatchObject({
    level: 'error',
    msg: 'turn failed',
    err: {
      type: 'TypeError',
      message: 'cannot answer',
      stack: expect.stringContaining('log.test.ts'),
      cause: { code: 'ECONNREFUSED', message: 'connection refused' },
    },
  })
})

test('an error that is its own cause is written and ends', () => {
  const { log, lines } = record()
  const error = new Error('loop')
  error.cause = error
  log.error(error)
  expect(lines).toHaveLength(1)
})

test('for people a line is the message with its fields, and an error stands below it', () => {
  const { log, lines } = record({ pretty: true })
  log.info(
    { requestId: 'r1', method: 'GET', path: '/livez', status: 200, ms: 3, code: null, none: [] },
    'request',
  )
  log.info({ name: 'two words', counts: { a: 1 } }, 'said')
  log.error({ err: new Error('no disk') }, 'failed')
  expect(lines[0]).toMatch(
    /^\[[\d:.]+\] INFO: request method=GET path=\/livez status=200 ms=3 requestId=r1\n$/,
  )
  expect(lines[1]).toContain('said name="two words" counts={"a":1}')
  expect(lines[2]).toMatch(/ERROR: failed\s+err: [^]*no disk[^]*log\.test\.ts/)
})
