import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFakeTelegram } from './telegram.ts'
import type { FakeTelegram, FakeTelegramOptions, TelegramFault, TelegramUpdate } from './telegram.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** Long enough for a busy machine. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 })
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly ok: boolean
  readonly result?: never
  readonly description?: string
  readonly parameters?: object
}

type Call = (method: string, parameters?: object) => Promise<Answer>

async function start(options?: FakeTelegramOptions): Promise<{ fake: FakeTelegram; call: Call }> {
  const fake = await createFakeTelegram(options)
  open.push(fake)
  const call: Call = async (method, parameters = {}) => {
    const response = await fetch(`${fake.url}/bot${fake.token}/${method}`, {
      method: 'POST',
      ...(parameters instanceof FormData
        ? { body: parameters }
        : { body: JSON.stringify(parameters), headers: { 'content-type': 'application/json' } }),
    })
    const answer = (await response.json()) as Answer
    return { ...answer, status: response.status, headers: response.headers }
  }
  return { fake, call }
}

interface Received {
  readonly update: TelegramUpdate
  readonly headers: IncomingHttpHeaders
}

/** A bot's web server; `answer` says what it replies to an update, `[status, headers, body]`. */
async function receive(
  answer: (update: TelegramUpdate, count: number) => readonly [number, object?, string?] | undefined,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    void (async () => {
      const body = (await request.toArray()).join('')
      const update = JSON.parse(body) as TelegramUpdate
      received.push({ update, headers: request.headers })
      const reply = answer(update, received.length)
      if (reply) response.writeHead(reply[0], { ...reply[1] }).end(reply[2])
      else request.socket.destroy()
    })()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  open.push({ close: () => (server.closeAllConnections(), server.close()) })
  const address = server.address()
  return { url: `http://127.0.0.1:${(address as { port: number }).port}/hook`, received }
}

function textsOf(received: readonly { update: TelegramUpdate }[]): readonly (string | undefined)[] {
  return received.map(({ update }) => update.message?.text)
}

describe('the transport', () => {
  test('takes methods in any case, by GET, form and JSON', async () => {
    const { fake } = await start({ username: 'right_bot' })
    const url = `${fake.url}/bot${fake.token}`
    fake.open(42)
    const bodies = [
      await fetch(`${url}/GETME`),
      await fetch(`${url}/sendMessage?chat_id=42&text=a%20b`),
      await fetch(`${url}/sendMessage`, {
        method: 'POST',
        body: new URLSearchParams({ chat_id: '42', text: 'c' }),
      }),
    ]
    expect(await Promise.all(bodies.map((body) => body.json()))).toMatchObject([
      { ok: true, result: { is_bot: true, username: 'right_bot', can_join_groups: true } },
      {
        ok: true,
        result: { text: 'a b', chat: { id: 42, type: 'private' }, from: { username: 'right_bot' } },
      },
      { ok: true, result: { text: 'c' } },
    ])
    expect(fake.calls.map(({ method, status }) => [method, status])).toEqual([
      ['getMe', 200],
      ['sendMessage', 200],
      ['sendMessage', 200],
    ])
  })

  test('refuses unknown paths, methods and tokens', async () => {
    const { fake, call } = await start()
    const answer = async (path: string): Promise<object> =>
      (await fetch(`${fake.url}${path}`)).json() as never
    expect(await answer('/')).toEqual({ ok: false, error_code: 404, description: 'Not Found' })
    expect(await call('noSuch')).toMatchObject({ status: 404, description: 'Not Found: method not found' })
    expect(await answer('/botx/getMe')).toMatchObject({
      description: 'Unauthorized: invalid token specified',
    })
    const old = fake.token
    fake.revokeToken()
    expect(await answer(`/bot${old}/getMe`)).toMatchObject({ error_code: 401, description: 'Unauthorized' })
    expect(await call('getMe')).toMatchObject({ ok: true })
  })

  test('refuses what it cannot read', async () => {
    const { fake } = await start()
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${fake.url}/bot${fake.token}/getMe`, { method: 'POST', body: '{', headers })
    expect(await response.json()).toMatchObject({ description: "Bad Request: can't parse JSON object" })
  })
})

describe('getUpdates', () => {
  test('gives updates again until an offset confirms them', async () => {
    const { fake, call } = await start()
    const ids = ['a', 'b', 'c'].map((text) => fake.say(42, text).update_id)
    expect(await call('getUpdates', { limit: 2 })).toMatchObject({
      result: [{ update_id: ids[0], message: { text: 'a', from: { id: 42 } } }, { update_id: ids[1] }],
    })
    expect(await call('getUpdates', { offset: ids[1] })).toMatchObject({
      result: [{ update_id: ids[1] }, { update_id: ids[2] }],
    })
    expect(fake.updates).toHaveLength(2)
    expect(await call('getUpdates', { offset: -1 })).toMatchObject({ result: [{ update_id: ids[2] }] })
    expect(fake.updates).toHaveLength(1)
  })

  test('waits for an update, and no longer than it is told', async () => {
    const { fake, call } = await start({ timeFactor: 20 })
    const waiting = call('getUpdates', { timeout: 50 })
    await eventually(() => expect(fake.calls).toHaveLength(1))
    fake.say(42, 'now')
    expect(await waiting).toMatchObject({ result: [{ message: { text: 'now' } }] })
    const before = Date.now()
    expect(await call('getUpdates', { offset: 800_000_000, timeout: 5 })).toMatchObject({ result: [] })
    expect(Date.now() - before).toBeGreaterThanOrEqual(245)
  })

  test('keeps the kinds that were asked for', async () => {
    const { fake, call } = await start()
    await call('getUpdates', { allowed_updates: ['edited_message'] })
    const { message } = fake.say(42, 'unheard')
    await call('getUpdates', { offset: 1 })
    fake.edit(42, message?.message_id ?? 0, 'heard')
    expect(fake.updates).toMatchObject([{ edited_message: { text: 'heard' } }])
    await call('getUpdates', { allowed_updates: '[]', offset: 2 })
    fake.say(42, 'heard again')
    expect(fake.updates).toHaveLength(2)
  })

  test('a second poller ends the first, a webhook ends both', async () => {
    const { fake, call } = await start({ timeFactor: 20 })
    const first = call('getUpdates', { timeout: 50 })
    await eventually(() => expect(fake.calls).toHaveLength(1))
    const second = call('getUpdates', { timeout: 50 })
    expect(await first).toMatchObject({
      status: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    })
    await call('setWebhook', { url: 'http://127.0.0.1:1/' })
    expect(await second).toMatchObject({ description: 'Conflict: terminated by setWebhook request' })
    expect(await call('getUpdates')).toMatchObject({
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    })
  })

  test('who asks the same again at once is slowed down', async () => {
    const { call } = await start({ timeFactor: 10 })
    await call('getUpdates')
    const before = Date.now()
    await call('getUpdates')
    expect(Date.now() - before).toBeGreaterThanOrEqual(280)
  })

  test('a day later an update is gone', async () => {
    const { fake } = await start({ timeFactor: 1e6 })
    fake.say(42, 'old')
    await eventually(() => expect(fake.updates).toEqual([]))
  })
})

describe('messages', () => {
  test.each([
    [{ text: 'x' }, 'chat_id is empty'],
    [{ chat_id: 7, text: 'x' }, 'chat not found'],
    [{ chat_id: 42 }, 'message text is empty'],
    [{ chat_id: 42, text: ' \n ' }, 'text must be non-empty'],
    [{ chat_id: 42, text: '👋'.repeat(4_097) }, 'message is too long'],
    [{ chat_id: 42, text: 'x', reply_parameters: { message_id: 9 } }, 'message to be replied not found'],
    [{ chat_id: 42, text: 'x', message_thread_id: 9 }, 'message thread not found'],
    [
      {
        chat_id: 42,
        text: 'x',
        reply_markup: { inline_keyboard: [[{ text: 'y', callback_data: 'é'.repeat(33) }]] },
      },
      'BUTTON_DATA_INVALID',
    ],
    [{ chat_id: 42, text: 'x', entities: '[{' }, "can't parse message entities JSON object"],
  ])('%o is refused: %s', async (parameters, sentence) => {
    const { fake, call } = await start()
    fake.open(42)
    expect(await call('sendMessage', parameters)).toMatchObject({
      status: 400,
      description: `Bad Request: ${sentence}`,
    })
    expect(fake.sent()).toEqual([])
  })

  test('4,096 characters are counted after trimming, as code points', async () => {
    const { fake, call } = await start()
    fake.open(42)
    const text = '👋'.repeat(4_096)
    expect(await call('sendMessage', { chat_id: 42, text: `  ${text}\n` })).toMatchObject({
      result: { text },
    })
  })

  test('are kept as they stand, with what they were', async () => {
    const { fake, call } = await start()
    const asked = fake.say(42, 'Hello')
    const reply_parameters = { message_id: asked.message?.message_id }
    const reply_markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] }
    const { result } = await call('sendMessage', { chat_id: 42, text: 'One', reply_parameters })
    expect(result).toMatchObject({ reply_to_message: { text: 'Hello' } })
    const { message_id } = result as unknown as { message_id: number }
    const entities = [{ type: 'bold', offset: 0, length: 3 }]
    await call('editMessageText', { chat_id: 42, message_id, text: 'Two', entities, reply_markup })
    await call('sendMessage', { chat_id: 42, text: 'gone' })
    await call('deleteMessage', { chat_id: 42, message_id: message_id + 1 })
    expect(fake.sent(42)).toMatchObject([
      { text: 'Two', entities, earlier: ['One'], deleted: false, message: { reply_markup } },
      { text: 'gone', deleted: true },
    ])
  })

  test('edits that Telegram refuses', async () => {
    const { fake, call } = await start()
    const { message } = fake.say(42, 'mine')
    await call('sendMessage', { chat_id: 42, text: 'Same' })
    const edit = async (message_id: number, text: string): Promise<string | undefined> =>
      (await call('editMessageText', { chat_id: 42, message_id, text })).description
    expect(await edit(2, ' Same ')).toBe(
      'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
    expect(await edit(99, 'x')).toBe('Bad Request: message to edit not found')
    expect(await edit(message?.message_id ?? 0, 'x')).toBe("Bad Request: message can't be edited")
    await call('deleteMessage', { chat_id: 42, message_id: 2 })
    expect(await edit(2, 'x')).toBe('Bad Request: message to edit not found')
    expect(await call('deleteMessage', { chat_id: 42, message_id: 2 })).toMatchObject({
      description: 'Bad Request: message to delete not found',
    })
  })

  test('buttons are pressed and answered once', async () => {
    const { fake, call } = await start()
    fake.open(42)
    const reply_markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] }
    await call('sendMessage', { chat_id: 42, text: 'Go?', reply_markup })
    const { callback_query } = fake.press(42, 1, { data: 'go' })
    expect(callback_query).toMatchObject({ data: 'go', from: { id: 42 }, message: { text: 'Go?' } })
    const answer = { callback_query_id: callback_query?.id }
    expect(await call('answerCallbackQuery', answer)).toMatchObject({ result: true })
    expect(await call('answerCallbackQuery', answer)).toMatchObject({ status: 400 })
    expect(() => fake.press(42, 1, { data: 'other' })).toThrow('no button')
  })

  test('chat actions and commands', async () => {
    const { fake, call } = await start()
    fake.open(42)
    expect(await call('sendChatAction', { chat_id: 42, action: 'typing' })).toMatchObject({ result: true })
    expect(await call('sendChatAction', { chat_id: 42, action: 'dance' })).toMatchObject({
      description: 'Bad Request: wrong parameter action in request',
    })
    const commands = [{ command: 'start', description: 'Begin' }]
    expect(await call('setMyCommands', { commands })).toMatchObject({ result: true })
    expect(await call('getMyCommands')).toMatchObject({ result: commands })
    expect(await call('setMyCommands', { commands: [{ command: 'Ü', description: 'x' }] })).toMatchObject({
      description: 'Bad Request: BOT_COMMAND_INVALID',
    })
  })
})

/** `type from-to`; the cases are those of tdlib/td, test/message_entities.cpp. */
describe('entities', () => {
  const parse = (short: string): object => {
    const [type, from, to] = short.split(/[ -]/)
    const url = type === 'text_link' && { url: 'https://t.me/' }
    return { type, offset: Number(from), length: Number(to) - Number(from), ...url }
  }
  const format = async (text: string, entities: readonly object[]): Promise<unknown> => {
    const { fake, call } = await start()
    fake.open(42)
    const { description } = await call('sendMessage', { chat_id: 42, text, entities })
    const [sent] = fake.sent()
    const places = sent?.entities.map(({ type, offset, length }) => `${type} ${offset}-${offset + length}`)
    return description ?? [sent?.text, ...(places ?? [])]
  }

  test.each([
    ['abc', ['italic 1-2', 'italic 0-1'], ['abc', 'italic 0-2']],
    ['abc', ['italic 0-2', 'italic 1-3'], ['abc', 'italic 0-3']],
    ['abc', ['italic 0-2', 'bold 1-3'], ['abc', 'italic 0-1', 'bold 1-3', 'italic 1-2']],
    ['abc', ['italic 0-2', 'bold 2-3'], ['abc', 'italic 0-2', 'bold 2-3']],
    [
      'ab',
      ['underline 0-2', 'strikethrough 1-2'],
      ['ab', 'underline 0-1', 'underline 1-2', 'strikethrough 1-2'],
    ],
    ['ab', ['underline 0-2', 'spoiler 0-1'], ['ab', 'underline 0-2', 'spoiler 0-1']],
    [
      'ab',
      ['strikethrough 0-2', 'underline 1-2'],
      ['ab', 'strikethrough 0-1', 'underline 1-2', 'strikethrough 1-2'],
    ],
    ['a\rb', ['bold 0-1', 'italic 0-1', 'bold 2-3', 'italic 2-3'], ['ab', 'bold 0-2', 'italic 0-2']],
    ['abadcaba', ['text_link 0-4', 'text_link 2-6'], ['abadcaba', 'text_link 0-4']],
    ['a ', ['italic 0-2', 'bold 0-1'], ['a', 'bold 0-1', 'italic 0-1']],
    [
      '  /test @abaca #ORD $ABC  telegram.org ',
      [],
      [
        '/test @abaca #ORD $ABC  telegram.org',
        'bot_command 0-5',
        'mention 6-12',
        'hashtag 13-17',
        'cashtag 18-22',
        'url 24-36',
      ],
    ],
    [
      '@tests @tests',
      ['italic 0-13'],
      ['@tests @tests', 'mention 0-6', 'italic 0-6', 'italic 6-7', 'mention 7-13', 'italic 7-13'],
    ],
    ['code b', ['code 0-4', 'bold 0-6'], ['code b', 'code 0-4', 'bold 4-6']],
    ['quoted', ['blockquote 0-6', 'bold 0-6'], ['quoted', 'blockquote 0-6', 'bold 0-6']],
    ['a\u0007b', ['unknown 0-1', 'url 0-1'], ['a b']],
  ] as const)('%j with %j becomes %j', async (text, entities, expected) => {
    expect(await format(text, entities.map(parse))).toEqual(expected)
  })

  test.each([
    [
      'ab',
      'bold 0-3',
      'entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 3',
    ],
    ['ab', 'bold 2-3', 'entity begins after the end of the text at UTF-16 offset 2'],
    ['👉 a', 'bold 1-2', 'entity begins in a middle of a UTF-16 symbol at byte offset 4'],
    [
      '👉 a',
      'bold 0-1',
      'entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4',
    ],
  ])('%j with %s is refused', async (text, entity, sentence) => {
    expect(await format(text, [parse(entity)])).toBe(`Bad Request: ${sentence}`)
  })
})

test('a link that leads nowhere is refused', async () => {
  const { fake, call } = await start()
  fake.open(42)
  const entities = [{ type: 'text_link', offset: 0, length: 1, url: 'localhost' }]
  expect(await call('sendMessage', { chat_id: 42, text: 'x', entities })).toMatchObject({
    description: "Bad Request: entity URL 'localhost' is invalid: Wrong HTTP URL",
  })
})

describe('parse_mode', () => {
  const format = async (text: string, parse_mode: string): Promise<unknown> => {
    const { fake, call } = await start()
    fake.open(42)
    const { description } = await call('sendMessage', { chat_id: 42, text, parse_mode })
    const [sent] = fake.sent()
    const places = sent?.entities.map(({ type, offset, length, url, language }) =>
      [type, `${offset}-${offset + length}`, url, language].filter(Boolean).join(' '),
    )
    return description ?? [sent?.text, ...(places ?? [])]
  }

  test.each([
    ['a &lt;b&gt; &amp; &#128075; &nbsp;', ['a <b> & 👋 &nbsp;']],
    ['👋 <b>bold <i>both</i></b>', ['👋 bold both', 'bold 3-8', 'bold 8-12', 'italic 8-12']],
    ['<a href="t.me">here</a>, <a>nowhere</a>', ['here, nowhere', 'text_link 0-4 http://t.me/']],
    ['<pre><code class="language-ts">let</code></pre>', ['let', 'pre 0-3 ts']],
    ['<span class="tg-spoiler">x</span> <code>y</code>', ['x y', 'spoiler 0-1', 'code 2-3']],
    ['<blockquote expandable>q</blockquote>', ['q', 'expandable_blockquote 0-1']],
    ['ä <x>', `Unsupported start tag "x" at byte offset 3`],
    ['<b>x', `Can't find end tag corresponding to start tag "b"`],
    ['<b>x</i>', `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`],
    ['x</i>', 'Unexpected end tag at byte offset 1'],
    ['<a href="x', 'Unclosed start tag at byte offset 0'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ])('HTML: %s', async (text, expected) => {
    const sentence = typeof expected === 'string' && `Bad Request: can't parse entities: ${expected}`
    expect(await format(text, 'HTML')).toEqual(sentence || expected)
  })

  test.each([
    [
      '*b* _i_ __u__ ~s~ ||p|| `c`',
      [
        'b i u s p c',
        'bold 0-1',
        'italic 2-3',
        'underline 4-5',
        'strikethrough 6-7',
        'spoiler 8-9',
        'code 10-11',
      ],
    ],
    ['👋 \\*x\\. \\_', ['👋 *x. _']],
    ['[he*r*e](https://t.me/a\\)b)', ['here', 'text_link 0-4 https://t.me/a)b', 'bold 2-3']],
    ['```ts\nlet a*\n```', ['let a*', 'pre 0-6 ts']],
    ['`a.b`', ['a.b', 'code 0-3']],
    ['_a __b__ c_', ['a b c', 'italic 0-2', 'italic 2-5', 'underline 2-3']],
    ['>one\n>two\nthree', ['one\ntwo\nthree', 'blockquote 0-8']],
    ['>one||', ['one', 'expandable_blockquote 0-3']],
    ['Hi.', `Character '.' is reserved and must be escaped with the preceding '\\'`],
    ['a > b', `Character '>' is reserved and must be escaped with the preceding '\\'`],
    ['ä *x', `Can't find end of Bold entity at byte offset 3`],
    ['[x](y', `Can't find end of a URL at byte offset 4`],
  ])('MarkdownV2: %s', async (text, expected) => {
    const sentence = typeof expected === 'string' && `Bad Request: can't parse entities: ${expected}`
    expect(await format(text, 'MarkdownV2')).toEqual(sentence || expected)
  })

  test('others are refused', async () => {
    expect(await format('x', 'BBCode')).toBe('Bad Request: unsupported parse_mode')
    expect(await format('x', 'Markdown')).toContain('use MarkdownV2')
  })
})

describe('drafts', () => {
  test('are shown until the message comes', async () => {
    const { fake, call } = await start()
    fake.open(42)
    for (const text of ['', 'Once', 'Once upon'])
      expect(await call('sendMessageDraft', { chat_id: 42, draft_id: 7, text })).toMatchObject({
        result: true,
      })
    expect(fake.draft(42)).toMatchObject({ draftId: 7, text: 'Once upon', version: 3 })
    expect(fake.sent()).toEqual([])
    await call('sendMessage', { chat_id: 42, text: 'Once upon a time' })
    expect(fake.draft(42)).toBeUndefined()
  })

  test('are stopped by the person', async () => {
    const { fake, call } = await start()
    fake.open(42)
    await call('sendMessageDraft', { chat_id: 42, draft_id: 7, text: 'Once', can_stop: true })
    expect(fake.stop(42)).toMatchObject({ stopped_message_generation: { chat: { id: 42 }, draft_id: 7 } })
    expect(fake.draft(42)).toBeUndefined()
    expect(() => fake.stop(42)).toThrow('no draft')
  })

  test('end after 30 seconds', async () => {
    const { fake, call } = await start({ timeFactor: 1_000 })
    fake.open(42)
    await call('sendMessageDraft', { chat_id: 42, draft_id: 7, text: 'Once' })
    await eventually(() => expect(fake.draft(42)).toBeUndefined())
  })

  test('are refused in groups and without an id', async () => {
    const { fake, call } = await start()
    fake.open(-5)
    fake.open(42)
    expect(await call('sendMessageDraft', { chat_id: -5, draft_id: 7, text: 'x' })).toMatchObject({
      description: 'Bad Request: TEXTDRAFT_PEER_INVALID',
    })
    expect(await call('sendMessageDraft', { chat_id: 42, text: 'x' })).toMatchObject({
      description: 'Bad Request: RANDOM_ID_INVALID',
    })
  })
})

describe('files', () => {
  const PNG = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const form = (fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>): FormData => {
    const data = new FormData()
    for (const [name, value] of Object.entries(fields))
      if (typeof value === 'string') data.set(name, value)
      else data.set(name, new Blob([value]), `${name}.bin`)
    return data
  }

  test('are sent directly, as an attachment and again by their id', async () => {
    const { fake, call } = await start()
    fake.open(42)
    const { result } = await call(
      'sendDocument',
      form({ chat_id: '42', document: Buffer.from('one'), caption: 'One' }),
    )
    expect(result).toMatchObject({ caption: 'One', document: { file_name: 'document.bin', file_size: 3 } })
    const { document } = result as unknown as { document: { file_id: string } }
    await call('sendDocument', { chat_id: 42, document: document.file_id })
    await call('sendPhoto', form({ chat_id: '42', photo: 'attach://part', part: PNG }))
    await call('sendVoice', form({ chat_id: '42', voice: Buffer.from('OggS'), duration: '3' }))
    expect(fake.sent().map(({ message }) => message)).toMatchObject([
      { document },
      { document },
      { photo: [{ width: 90 }, { width: 1_280, file_size: PNG.length }] },
      { voice: { duration: 3, mime_type: 'audio/ogg' } },
    ])
    expect(fake.calls[2]?.uploads).toMatchObject([{ field: 'part', bytes: PNG.length }])
  })

  test('are downloaded, unless they are too big', async () => {
    const { fake, call } = await start({ maxDownload: 5 })
    const ids = ['small', 'larger'].map(
      (content) => fake.send(42, { kind: 'voice', content, duration: 2 }).message?.voice?.file_id,
    )
    const { result } = await call('getFile', { file_id: ids[0] })
    const { file_path } = result as unknown as { file_path: string }
    const link = `${fake.url}/file/bot${fake.token}/${file_path}`
    expect(await (await fetch(link)).text()).toBe('small')
    expect((await fetch(`${link}x`)).status).toBe(404)
    expect(await call('getFile', { file_id: ids[1] })).toMatchObject({
      description: 'Bad Request: file is too big',
    })
    expect(await call('getFile', { file_id: 'x' })).toMatchObject({
      description: 'Bad Request: invalid file_id',
    })
  })

  test.each([
    [{}, 'there is no photo in the request'],
    [{ photo: new Uint8Array() }, 'file must be non-empty'],
    [{ photo: Buffer.from('no picture') }, 'IMAGE_PROCESS_FAILED'],
    [{ photo: PNG, caption: 'x'.repeat(1_025) }, 'message caption is too long'],
    [{ photo: 'AgAC' }, 'wrong remote file identifier specified: Wrong string length'],
    [
      { photo: new Uint8Array(10_485_761) },
      'file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes',
    ],
  ])('a photo is refused %#', async (fields, sentence) => {
    const { fake, call } = await start()
    fake.open(42)
    expect(await call('sendPhoto', form({ chat_id: '42', ...fields }))).toMatchObject({
      description: `Bad Request: ${sentence}`,
    })
  })
})

describe('chats', () => {
  test('groups, topics, mentions and replies', async () => {
    const { fake, call } = await start({ username: 'fake_bot' })
    const forum = { id: -1_001_234_567_890, type: 'supergroup', title: 'Forum', is_forum: true } as const
    const first = fake.say(forum, '@fake_bot help /now', { from: 7, threadId: 5 })
    expect(first.message).toMatchObject({
      chat: { type: 'supergroup', is_forum: true },
      from: { id: 7 },
      message_thread_id: 5,
      is_topic_message: true,
      entities: [
        { type: 'mention', offset: 0, length: 9 },
        { type: 'bot_command', offset: 15, length: 4 },
      ],
    })
    await call('sendMessage', { chat_id: forum.id, text: 'Here.', message_thread_id: 5 })
    const second = fake.say(forum, 'Thanks', { from: 7, threadId: 5, replyTo: 2 })
    expect(second.message?.reply_to_message).toMatchObject({ text: 'Here.', from: { username: 'fake_bot' } })
  })

  test('photos and documents of people', async () => {
    const { fake } = await start()
    const photo = fake.send(42, { kind: 'photo', content: 'x', caption: 'See #this' }).message
    expect(photo).toMatchObject({
      caption: 'See #this',
      caption_entities: [{ type: 'hashtag' }],
      photo: [{}, {}],
    })
    const document = fake.send(42, {
      kind: 'document',
      content: 'x',
      name: 'a.pdf',
      mimeType: 'application/pdf',
    })
    expect(document.message?.document).toMatchObject({ file_name: 'a.pdf', mime_type: 'application/pdf' })
  })

  test('a bot that is blocked, removed or left without a person', async () => {
    const { fake, call } = await start()
    const send = async (chat_id: number): Promise<unknown> =>
      (await call('sendMessage', { chat_id, text: 'x' })).description
    expect(fake.block(42).my_chat_member).toMatchObject({
      chat: { id: 42 },
      old_chat_member: { status: 'member', user: { is_bot: true } },
      new_chat_member: { status: 'kicked' },
    })
    fake.block(-5)
    fake.open(43)
    fake.deactivate(43)
    expect(await Promise.all([42, -5, 43].map(send))).toEqual([
      'Forbidden: bot was blocked by the user',
      'Forbidden: bot was kicked from the group chat',
      'Forbidden: user is deactivated',
    ])
    expect(() => fake.say(42, 'x')).toThrow('blocked')
    expect(fake.unblock(42).my_chat_member).toMatchObject({ new_chat_member: { status: 'member' } })
    expect(await send(42)).toBeUndefined()
  })

  test('a group that becomes a supergroup', async () => {
    const { fake, call } = await start()
    fake.say(-5, 'Hello')
    const id = fake.migrate(-5)
    expect(await call('sendMessage', { chat_id: -5, text: 'x' })).toMatchObject({
      status: 400,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: id },
    })
    expect(await call('sendMessage', { chat_id: id, text: 'x' })).toMatchObject({
      result: { chat: { id, type: 'supergroup' } },
    })
    expect(fake.updates.slice(1)).toMatchObject([
      { message: { chat: { id: -5 }, migrate_to_chat_id: id } },
      { message: { chat: { id }, migrate_from_chat_id: -5 } },
    ])
  })
})

describe('the webhook', () => {
  test('is set, described and deleted', async () => {
    const { fake, call } = await start()
    const { url } = await receive(() => [500])
    const settings = { url, max_connections: 5, secret_token: 's', allowed_updates: ['message'] }
    expect(await call('setWebhook', settings)).toMatchObject({ result: true, description: 'Webhook was set' })
    expect(await call('setWebhook', settings)).toMatchObject({ description: 'Webhook is already set' })
    fake.say(42, 'Hello')
    await eventually(async () =>
      expect(await call('getWebhookInfo')).toMatchObject({
        result: {
          url,
          has_custom_certificate: false,
          pending_update_count: 1,
          max_connections: 5,
          last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
          last_error_date: expect.any(Number),
          allowed_updates: ['message'],
        },
      }),
    )
    expect(await call('deleteWebhook', { drop_pending_updates: true })).toMatchObject({
      description: 'Webhook was deleted',
    })
    expect(await call('deleteWebhook')).toMatchObject({ description: 'Webhook is already deleted' })
    expect(await call('getWebhookInfo')).toMatchObject({ result: { url: '', pending_update_count: 0 } })
  })

  test.each([
    [{ url: 'nonsense' }, 'invalid webhook URL specified'],
    [{ url: 'http://example.org/' }, 'bad webhook: An HTTPS URL must be provided for webhook'],
    [
      { url: 'https://example.org:8080/' },
      'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    ],
    [{ url: 'https://example.org/', secret_token: 'ü' }, 'secret token contains unallowed characters'],
    [{ url: 'https://example.org/', secret_token: 'x'.repeat(257) }, 'secret token is too long'],
  ])('%o is refused', async (parameters, sentence) => {
    const { call } = await start()
    expect(await call('setWebhook', parameters)).toMatchObject({ description: `Bad Request: ${sentence}` })
  })

  test('gets updates with the secret, one by one in each chat', async () => {
    const { fake, call } = await start({ timeFactor: 100 })
    const { url, received } = await receive(() => [200])
    for (const text of ['a', 'b', 'c']) fake.say(42, text)
    await call('setWebhook', { url: url.replace('//', '//user:pass@'), secret_token: 'secret-1' })
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(textsOf(received)).toEqual(['a', 'b', 'c'])
    expect(received[0]?.headers).toMatchObject({
      'x-telegram-bot-api-secret-token': 'secret-1',
      'content-type': 'application/json',
      'accept-encoding': 'gzip, deflate',
      connection: 'keep-alive',
      authorization: `Basic ${btoa('user:pass')}`,
    })
  })

  test('an update that fails holds up its own chat and no other', async () => {
    const { fake, call } = await start({ timeFactor: 100 })
    let broken = true
    const { url, received } = await receive(({ message }) => [broken && message?.text === 'bad' ? 500 : 200])
    await call('setWebhook', { url })
    for (const [chat, text] of [
      [42, 'bad'],
      [42, 'after'],
      [43, 'other'],
    ] as const)
      fake.say(chat, text)
    await eventually(() =>
      expect(textsOf(received).filter((text) => text === 'bad').length).toBeGreaterThan(2),
    )
    expect([textsOf(received).includes('other'), textsOf(received).includes('after')]).toEqual([true, false])
    broken = false
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(textsOf(received).slice(-2)).toEqual(['bad', 'after'])
  })

  test('tries again at once, then ever later, and when Retry-After says', async () => {
    const { fake, call } = await start({ timeFactor: 10 })
    const at: number[] = []
    const answers = [[500], [503], undefined, [429, { 'retry-after': '6' }], [201]] as const
    const { url } = await receive((_, count) => {
      at.push(Date.now())
      return answers[count - 1]
    })
    await call('setWebhook', { url })
    fake.say(42, 'Hello')
    await eventually(() => expect(fake.updates).toEqual([]))
    const seconds = at.slice(1).map((time, index) => ((time - (at[index] ?? 0)) * 10) / 1_000)
    const [first = 9, second = 0, third = 0, fourth = 0] = seconds
    expect([first < 2, second >= 1.9, third >= 3.9, fourth >= 5.9]).toEqual([true, true, true, true])
  })

  test('drops an update that failed for a day, and goes on', async () => {
    const { fake, call } = await start({ timeFactor: 2e5 })
    const { url, received } = await receive(({ message }) => [message?.text === 'old' ? 500 : 200])
    await call('setWebhook', { url })
    fake.say(42, 'old')
    await eventually(() => expect(fake.updates).toEqual([]))
    fake.say(42, 'new')
    await eventually(() => expect(textsOf(received).at(-1)).toBe('new'))
    expect(received.length).toBeGreaterThan(3)
  })

  test('is removed when it says 410 for 23 hours', async () => {
    const { fake, call } = await start({ timeFactor: 2e5 })
    const { url } = await receive(() => [410])
    await call('setWebhook', { url })
    fake.say(42, 'Hello')
    const info = async (): Promise<unknown> => (await call('getWebhookInfo')).result
    expect(await info()).toMatchObject({ url })
    await eventually(async () => expect(await info()).toMatchObject({ url: '' }))
  })

  test('may answer with a call', async () => {
    const { fake, call } = await start()
    const json = { 'content-type': 'application/json' }
    const { url } = await receive(({ message }) => [
      200,
      json,
      JSON.stringify({ method: message?.text, chat_id: 42, text: 'In the answer' }),
    ])
    await call('setWebhook', { url })
    for (const method of ['getMe', 'sendmessage']) fake.say(42, method)
    await eventually(() => expect(fake.sent(42)).toMatchObject([{ text: 'In the answer' }]))
    expect(fake.calls.filter(({ viaWebhook }) => viaWebhook)).toMatchObject([
      { method: 'sendMessage', status: 200 },
    ])
  })

  test('has no more requests at a time than max_connections', async () => {
    const { fake, call } = await start()
    let busy = 0
    let most = 0
    const server = createServer((request, response) => {
      most = Math.max(most, ++busy)
      request.resume().on('end', () => setTimeout(() => (busy--, response.end()), 10))
    }).listen(0, '127.0.0.1')
    open.push({ close: () => (server.closeAllConnections(), server.close()) })
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await call('setWebhook', { url: `http://127.0.0.1:${port}/`, max_connections: 2 })
    for (let chat = 1; chat <= 8; chat++) fake.say(chat, 'Hello')
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(most).toBe(2)
  })

  test('gets duplicates when told to', async () => {
    const { fake, call } = await start({ fault: { kind: 'duplicate-updates', copies: 10, failTimes: 1 } })
    const { url, received } = await receive(() => [200])
    await call('setWebhook', { url })
    const { update_id } = fake.say(42, 'a')
    fake.say(42, 'b')
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(received.filter(({ update }) => update.update_id === update_id)).toHaveLength(10)
    expect(textsOf(received).at(-1)).toBe('b')
  })
})

describe('limits', () => {
  test.each([
    ['chat', {}, { chats: [42, 42], seconds: 1 }],
    ['group', { perChatPerSecond: 100 }, { chats: Array.from({ length: 21 }, () => -5), seconds: 60 }],
    ['bot', {}, { chats: Array.from({ length: 31 }, (_, index) => index + 1), seconds: 1 }],
  ])('of a %s', async (_, rateLimits, { chats, seconds }) => {
    const { fake, call } = await start({ rateLimits, timeFactor: 0.1 })
    for (const chat of chats) fake.open(chat)
    const answers: Answer[] = []
    for (const chat_id of chats) answers.push(await call('sendMessage', { chat_id, text: 'x' }))
    expect(answers.slice(0, -1).every(({ ok }) => ok)).toBe(true)
    expect(answers.at(-1)).toMatchObject({
      status: 429,
      description: `Too Many Requests: retry after ${seconds}`,
      parameters: { retry_after: seconds },
    })
    expect(answers.at(-1)?.headers.get('retry-after')).toBe(String(seconds))
  })

  test('are over when the time has passed', async () => {
    const { fake, call } = await start({ rateLimits: true, timeFactor: 50 })
    fake.open(42)
    const send = (): Promise<Answer> => call('sendMessage', { chat_id: 42, text: 'x' })
    await send()
    await eventually(async () => expect(await send()).toMatchObject({ ok: true }))
    expect(fake.sent()).toHaveLength(2)
  })
})

describe('faults', () => {
  const send = async (fault: TelegramFault): Promise<{ fake: FakeTelegram; outcome: unknown }> => {
    const { fake, call } = await start({ fault })
    fake.open(42)
    const outcome = await call('sendMessage', { chat_id: 42, text: 'x' }).catch((error: unknown) => error)
    return { fake, outcome }
  }

  test.each([
    [{ kind: 'status', status: 429, retryAfter: 7 }, 0, { status: 429, parameters: { retry_after: 7 } }],
    [{ kind: 'status', status: 500 }, 0, { status: 500, description: 'Internal Server Error' }],
    [{ kind: 'html' }, 0, expect.any(SyntaxError)],
    [{ kind: 'reset', when: 'before' }, 0, expect.any(TypeError)],
    [{ kind: 'reset', when: 'after' }, 1, expect.any(TypeError)],
    [{ kind: 'truncate' }, 1, expect.any(TypeError)],
    [{ kind: 'garbage' }, 1, expect.any(SyntaxError)],
    [{ kind: 'delay', ms: 1 }, 1, { ok: true }],
  ] as const)('%o: %i messages are sent', async (fault, count, expected) => {
    const { fake, outcome } = await send(fault)
    expect(fake.sent()).toHaveLength(count)
    if (outcome instanceof Error) expect(outcome).toEqual(expected)
    else expect(outcome).toMatchObject(expected)
  })

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a hang %s the effect', async (when, count) => {
    const { fake } = await start({ fault: { kind: 'hang', when } })
    fake.open(42)
    const url = `${fake.url}/bot${fake.token}/sendMessage?chat_id=42&text=x`
    const left = new AbortController()
    const waiting = fetch(url, { signal: left.signal }).catch((error: unknown) => error)
    await eventually(() => expect(fake.calls).toHaveLength(1))
    await eventually(() => expect(fake.sent()).toHaveLength(count))
    left.abort()
    expect(await waiting).toMatchObject({ name: 'AbortError' })
  })

  test('concern the methods they name, as often as they say', async () => {
    const { fake, call } = await start()
    fake.open(42)
    fake.inject({ kind: 'status', status: 502, methods: ['sendMessage'], failTimes: 1 })
    const statuses = []
    for (const method of ['getMe', 'sendMessage', 'sendMessage'])
      statuses.push((await call(method, { chat_id: 42, text: 'x' })).status)
    expect(statuses).toEqual([200, 502, 200])
  })
})
