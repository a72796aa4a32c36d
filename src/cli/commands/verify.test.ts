import { describe, expect, test } from 'vitest'
import { startHostileServer, HOSTILE } from '../../../test/poe-servers/hostile-server.ts'
import { KEY, send, startPoeServer, type Behaviour } from '../../../test/poe-servers/poe-server.ts'
import { runCommand, type CommandRun } from '../../../test/run-command.ts'

async function run(words: readonly string[], broken: Partial<Behaviour> = {}): Promise<CommandRun> {
  await using server = await startPoeServer(broken)
  return await runCommand(words.map((word) => word.replace('URL', server.url.href)))
}

describe('verify', () => {
  test('prints a line for each check and leaves with 0 when what must hold does', async () => {
    const { code, out, err } = await run(['verify', 'poe', 'URL', '--key', KEY])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.split('\n').filter((line) => line.startsWith('✓') || line.startsWith('-'))).toHaveLength(140)
    expect(out).toMatch(/\n\d+ passed, 0 with a warning, 0 failed, \d+ skipped\n$/)
    expect(out).not.toContain(KEY)
  })

  test('says what was expected and seen, where it stands and what to change, and leaves with 1', async () => {
    const unknownType: Behaviour['unknownType'] = (response) => send(response, 400, { error: 'malformed' })
    const { code, out } = await run(['verify', 'poe', 'URL', '--key', KEY, '--only', 'http.unknown-type'], {
      unknownType,
    })
    expect(code).toBe(1)
    expect(out).toBe(`✗ http.unknown-type              A request type nobody knows
    must: HTTP 501
    seen: HTTP 400 "{\\"error\\":\\"malformed\\"}"
    source: Poe protocol specification: Requests
  → Answer every type you do not know with 501: Poe adds new ones.
0 passed, 0 with a warning, 1 failed
`)
  })

  test('prints JSON for programs, and what only should hold is a warning', async () => {
    const broken = { settings: { response_version: 2 } }
    const words = ['verify', 'poe', 'URL', '--json', '--key', KEY, '--only', 'settings.explicit-attachments']
    const { code, out } = await run(words, broken)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject([
      { id: 'settings.explicit-attachments', severity: 'should', status: 'warn' },
    ])
  })

  test('asks what it is told to ask', async () => {
    const asked: unknown[] = []
    const intercept: Behaviour['intercept'] = ({ body }) => {
      asked.push(...(body.query ?? []).map(({ content }) => content))
      return false
    }
    await run(['verify', 'poe', 'URL', '--key', KEY, '--only', 'error', '--bot-query', 'one\n\n  two'], {
      intercept,
    })
    expect(asked).toEqual(['one', 'two'])
  })

  test('without a key the checks of keys are skipped', async () => {
    const { code, out } = await run(['verify', 'poe', 'URL', '--only', 'key', '--json'], {
      allows: () => true,
    })
    expect(code).toBe(0)
    expect(new Set(JSON.parse(out).map(({ status }: Record<string, string>) => status))).toEqual(
      new Set(['skip']),
    )
  })

  test.each([
    [['verify', 'telegram', 'x'], '"telegram" cannot be verified. Use botyard verify poe <url>.'],
    [['verify', 'poe'], 'Usage: botyard verify poe <url>'],
    [
      ['verify', 'poe', 'http://'],
      '"http://" is not a URL. Give that of the bot, such as https://bot.example.com/.',
    ],
    [['verify', 'poe', 'http://a:b@c'], 'Give the URL without user and password; the key goes into --key.'],
    [
      ['verify', 'poe', 'x', '--only', 'stream.done'],
      'There is no check "stream.done". Did you mean "stream.done-last"?',
    ],
    [['verify', 'poe', 'x', '--timeout', 'long'], '--timeout takes a number of seconds from 1 to 86400.'],
  ])('%j is not understood', async (words, message) => {
    expect(await runCommand(words)).toEqual({ code: 2, out: '', err: `${message}\n` })
  })
})

describe('smoke', () => {
  test('passes at a server that is right, with its key from the environment', async () => {
    await using server = await startPoeServer()
    const { code, out } = await runCommand(['smoke', server.url.href], { env: { POE_ACCESS_KEY: KEY } })
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^✓ Smoke test passed in \d+ ms: "You said: test"\n$/),
    })
  })

  test.each<readonly [string, Partial<Behaviour>, readonly string[]]>([
    [
      'another key',
      { key: 'x' },
      ['The answer to settings has HTTP status 401', 'the key the server has as POE_ACCESS_KEY'],
    ],
    [
      'no bot',
      { intercept: ({ response }) => (send(response, 404, {}), true) },
      ['HTTP status 404', 'There is no bot at this path.'],
    ],
    [
      'a redirect',
      { intercept: ({ response }) => (send(response.setHeader('Location', '/bot'), 308, {}), true) },
      ['HTTP status 308', 'Use /bot.'],
    ],
    [
      'settings that are no JSON',
      { sendSettings: (response) => response.end('Hello') },
      ['The settings are not JSON: "Hello".', 'Answer with a JSON object'],
    ],
    [
      'a page as answer',
      { streamHeaders: { 'Content-Type': 'text/html' } },
      ['The content type of the answer is text/html', 'Set the header'],
    ],
    [
      'an error',
      { answer: (events) => (events.event('error', { text: 'No model.' }), events.done()) },
      ['The bot answered with an error: "No model."', 'Look into the log'],
    ],
    [
      'no done',
      { answer: (events) => (events.text('Hi'), events.response.end()) },
      ['The answer does not end with done', 'Send "event: done"'],
    ],
    [
      'no text',
      { answer: (events) => events.done() },
      ['The answer has no text.', 'Send at least one text event'],
    ],
    [
      'bytes that are no stream',
      { answer: (events) => (events.raw('Hi\n'), events.done()) },
      ['The stream is broken at event 1, byte 0', 'botyard verify poe'],
    ],
  ])('%s', async (_name, broken, said) => {
    const { code, out } = await run(['smoke', 'URL', '--key', KEY], broken)
    expect(code).toBe(1)
    expect(out.split('\n  → ')).toEqual(said.map((part) => expect.stringContaining(part)))
  })

  test('without a key at a server that wants one', async () => {
    expect((await run(['smoke', 'URL'])).out).toContain(
      'Give the access key with --key, or in POE_ACCESS_KEY.',
    )
  })

  test('nothing listens there', async () => {
    const { code, out } = await runCommand(['smoke', 'http://127.0.0.1:1'])
    expect(code).toBe(1)
    expect(out).toContain('Nothing listens there. Start the server, and check host and port.')
  })

  test.each([
    ['closes at once', 'The server closed the connection.'],
    ['speaks another protocol', 'That is not HTTP.'],
  ])('a server that %s', async (name, remedy) => {
    await using server = await startHostileServer(HOSTILE[name]!)
    expect((await runCommand(['smoke', server.url.href])).out).toContain(remedy)
  })
})
