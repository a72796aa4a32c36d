import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually, puppet, startTelegramApp, WEBHOOK_SECRET } from '../../../test/telegram-app.ts'
import type { Puppet, TelegramApp, TelegramAppOptions } from '../../../test/telegram-app.ts'
import { postJson, startTestApp } from '../../../test/test-app.ts'
import { defineBot } from '../../bot.ts'
import { ChatOrigins } from './chat-origins.ts'
import { createFakeTelegram, type FakeTelegram } from '../../fakes/telegram.ts'

const open: TelegramApp[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** A server for one test. */
async function start(options?: TelegramAppOptions): Promise<TelegramApp> {
  const started = await startTelegramApp({ model: puppet(), ...options })
  open.push(started)
  return started
}

/** The server most tests share; each has a chat of its own. */
let model: Puppet
let shared: TelegramApp
let telegram: FakeTelegram
let texts: TelegramApp['texts']
beforeAll(async () => {
  model = puppet()
  const bot = {
    title: 'DocuRAG Bot',
    description: 'Knows documents.',
    suggestions: ['What is new?'],
    telegram: { texts: { ru: { cleared: 'Всё забыто.' } } },
  }
  shared = await startTelegramApp({ model, bot })
  ;({ telegram, texts } = shared)
}, 60_000)
afterAll(() => shared.close())

/** What the model was asked last in conversations with these words. */
function asked(...words: readonly string[]): readonly unknown[] {
  const last = model.requests.map(({ messages }) => messages.at(-1))
  return last.flatMap((message) =>
    message?.role === 'user' && words.some((word) => message.text.includes(word)) ? message.text : [],
  )
}

function isTyping(chat: number): boolean {
  return telegram.calls.some(
    ({ method, parameters }) => method === 'sendChatAction' && parameters['chat_id'] === chat,
  )
}

const ANNA = { is_bot: false, first_name: 'Аня', language_code: 'ru' } as const

describe.each(['polling', 'webhook'] as const)('by %s', (mode) => {
  test('five quick messages get five answers, in order; what comes twice is answered once', async () => {
    const { telegram, texts, app } = await start({ mode })
    telegram.inject({ kind: 'duplicate-updates' })
    const [first] = [1, 2, 3, 4, 5].map((number) => telegram.say(42, `message ${number}`))
    const answers = [1, 2, 3, 4, 5].map((number) => `echo message ${number}`)
    await eventually(() => expect(texts(42)).toEqual(answers))
    const again = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, first)
    expect([again.status, await again.json()]).toEqual([200, { ok: true }])
    telegram.say(42, 'then')
    await eventually(() => expect(texts(42)).toEqual([...answers, 'echo then']))
    await eventually(() => expect(telegram.updates).toEqual([]))
  })
})

describe('commands', () => {
  test('/start greets with what the bot says of itself; its suggestions are buttons', async () => {
    telegram.say(10, '/start')
    await eventually(() =>
      expect(texts(10)[0]).toMatch(/^👋 Welcome to DocuRAG Bot!\n\nKnows documents.\n\n/),
    )
    const [greeting] = telegram.sent(10)
    const [button] = greeting?.message.reply_markup?.inline_keyboard.flat() ?? []
    expect(button?.text).toBe('What is new?')
    telegram.press(10, greeting?.messageId ?? 0, { data: button?.callback_data ?? '' })
    await eventually(() => expect(texts(10)[1]).toBe('What is new?\necho What is new?'))
    await eventually(() =>
      expect(telegram.calls.some(({ method }) => method === 'answerCallbackQuery')).toBe(true),
    )
  })

  test('/ask answers, and without a question says how it is used', async () => {
    telegram.say(11, '/ask why?')
    telegram.say(11, '/ask')
    const usage = 'Please provide a question. Usage: /ask <your question>'
    await eventually(() => expect(texts(11)).toEqual(['echo why?', usage]))
  })

  test('/clear forgets the conversation', async () => {
    for (const words of ['first', '/clear', 'after all']) telegram.say(12, words)
    const cleared = '✅ Your conversation history has been cleared.'
    await eventually(() => expect(texts(12)).toEqual(['echo first', cleared, 'echo after all']))
    expect(model.requests.at(-1)?.messages).toEqual([{ role: 'user', text: 'after all' }])
  })

  test('a bot says things in its own words', async () => {
    telegram.say(17, '/clear', { from: { id: 17, ...ANNA } })
    await eventually(() => expect(texts(17)).toEqual(['Всё забыто.']))
  })

  test('/stop ends the running answer and keeps what was said', async () => {
    telegram.say(13, 'hang: So far.')
    await eventually(() => expect(telegram.draft(13)?.text).toBe('So far.'))
    telegram.say(13, '/stop')
    await eventually(() => expect(texts(13)).toEqual(['So far.', '⏹ Stopped.']))
    telegram.say(13, '/stop')
    await eventually(() => expect(texts(13)[2]).toBe('I am not writing an answer right now.'))
  })

  test('the Stop button under a draft does the same', async () => {
    telegram.say(14, 'hang: So far.')
    await eventually(() => expect(telegram.draft(14)?.canStop).toBe(true))
    telegram.stop(14)
    await eventually(() => expect(texts(14)).toEqual(['So far.']))
  })

  test('/link asks for a code that is good, and for privacy', async () => {
    telegram.say(16, '/link ABCD-EFGH')
    telegram.say(-16, '/link ABCD-EFGH')
    await eventually(() => expect(texts(16)[0]).toMatch(/^This code is wrong, used or expired/))
    await eventually(() => expect(texts(-16)[0]).toMatch(/^Send me the code in our private chat/))
  })

  test('an unknown one gets the help, in the language of the person', async () => {
    telegram.say(15, '/what', { from: { id: 15, ...ANNA } })
    await eventually(() => expect(texts(15)[0]).toMatch(/^Что я понимаю\n\n• Любое сообщение/))
    const menus = telegram.calls.filter(({ method }) => method === 'setMyCommands')
    expect(menus.map(({ parameters }) => parameters['language_code'])).toEqual([undefined, 'ru'])
  })
})

describe('groups', () => {
  test('are answered when they mention the bot, reply to it, or command it; as replies', async () => {
    telegram.say(-20, 'nobody asks you')
    telegram.say(-20, '/help@other_bot')
    telegram.say(-20, '/unknown')
    const question = telegram.say(-20, '@fake_bot, say: one')
    await eventually(() => expect(texts(-20)).toEqual(['one']))
    const [first] = telegram.sent(-20)
    expect(first?.message.reply_to_message?.message_id).toBe(question.message?.message_id)
    telegram.say(-20, 'say: two', { replyTo: first?.messageId ?? 0, from: 7 })
    telegram.say(-20, '/ask@fake_bot say: three')
    await eventually(() => expect(texts(-20)).toEqual(['one', 'two', 'three']))
    expect(asked('say: one', 'say: two', 'say: three')).toEqual([
      'User 1001: say: one',
      'User 7: say: two',
      'User 1001: say: three',
    ])
  })

  test('a message that is replied to is shown to the bot', async () => {
    const { message } = telegram.say(-21, 'The moon is made of cheese.')
    telegram.say(-21, '@fake_bot is that true?', { replyTo: message?.message_id ?? 0 })
    await eventually(() => expect(texts(-21)).toHaveLength(1))
    expect(asked('is that true')).toEqual(['> The moon is made of cheese.\n\nUser 1001: is that true?'])
  })

  test('topics are conversations of their own', async () => {
    const forum = { id: -1_001_234_567_890, type: 'supergroup', title: 'Forum', is_forum: true } as const
    telegram.say(forum, '/ask topic five', { threadId: 5 })
    telegram.say(forum, '/ask topic nine', { threadId: 9 })
    const answers = () =>
      telegram.sent(forum.id).map(({ text, message }) => `${message.message_thread_id}: ${text}`)
    await eventually(() =>
      expect(answers().toSorted()).toEqual([
        '5: echo User 1001: topic five',
        '9: echo User 1001: topic nine',
      ]),
    )
    const topics = model.requests.filter(({ messages }) => JSON.stringify(messages).includes('topic'))
    expect(topics.map(({ messages }) => messages.length)).toEqual([1, 1])
  })

  test('one that becomes a supergroup gets its answer there, and its conversation goes on', async () => {
    telegram.say(-22, '/ask wait: Here I am.')
    await eventually(() => expect(isTyping(-22)).toBe(true))
    const moved = telegram.migrate(-22)
    model.go()
    await eventually(() => expect(texts(moved)).toEqual(['Here I am.']))
    telegram.say(moved, '/ask say: Still here.')
    await eventually(() => expect(texts(moved)).toEqual(['Here I am.', 'Still here.']))
    expect(model.requests.at(-1)?.messages).toHaveLength(3)
  })
})

describe('an answer', () => {
  test('is shown as a draft while it is written, then is a message with its format', async () => {
    telegram.say(30, 'hang: **So** far')
    const shown = { text: 'So far', entities: [{ type: 'bold' }] }
    await eventually(() => expect(telegram.draft(30)).toMatchObject(shown))
    telegram.say(30, '/stop')
    await eventually(() => expect(telegram.sent(30)[0]).toMatchObject({ ...shown, earlier: ['…'] }))
  })

  test('is shown by edits where the server knows no drafts, also in a placeholder that was deleted', async () => {
    const { telegram, texts } = await start()
    telegram.inject(NO_DRAFTS)
    telegram.say(42, 'hang: So far')
    await eventually(() => expect(telegram.sent(42)[0]).toMatchObject({ text: 'So far', earlier: ['…'] }))
    await callApi(telegram, 'deleteMessage', { chat_id: 42, message_id: telegram.sent(42)[0]?.messageId })
    telegram.say(42, '/stop')
    await eventually(() => expect(texts(42)).toEqual(['So far', '⏹ Stopped.']))
    expect(telegram.calls.filter(({ method }) => method === 'sendMessageDraft')).toHaveLength(1)
  })

  test('a long one becomes several messages, and its code stays code', async () => {
    const code = Array.from({ length: 380 }, (_, line) => `let line = ${line}`).join('\n')
    telegram.say(31, `say: Look:\n\n\`\`\`js\n${code}\n\`\`\`\n\nDone.`)
    await eventually(() => expect(texts(31).at(-1)).toMatch(/Done\.$/))
    const sent = telegram.sent(31)
    const code1 = [['pre', 'js']]
    expect(sent.map(({ entities }) => entities.map(({ type, language }) => [type, language]))).toEqual([
      code1,
      code1,
    ])
    expect(sent.map(({ text }) => text).join('\n')).toBe(`Look:\n\n${code}\n\nDone.`)
  })

  test('a 429 delays it and loses nothing', async () => {
    const methods = ['editMessageText', 'sendMessage']
    telegram.inject({ kind: 'status', status: 429, retryAfter: 1, failTimes: 2, methods })
    telegram.say(32, 'hello')
    await eventually(() => expect(texts(32)).toEqual(['echo hello']))
    expect(telegram.calls.filter(({ status }) => status === 429)).toHaveLength(2)
  })

  test('comes through at the rates of Telegram', { timeout: 60_000 }, async () => {
    const { telegram, texts } = await start({
      fake: { rateLimits: true },
      env: { TELEGRAM_MESSAGES_PER_SECOND: '30', TELEGRAM_CHAT_MESSAGES_PER_SECOND: '1' },
    })
    for (const number of [1, 2]) telegram.say(42, `message ${number}`)
    await eventually(() => expect(texts(42)).toEqual([1, 2].map((number) => `echo message ${number}`)))
  })

  test('a model that fails is told in the language of the person', async () => {
    telegram.say(33, 'fail')
    telegram.say(34, 'fail', { from: { id: 34, ...ANNA } })
    await eventually(() => expect(texts(33)[0]).toMatch(/^⚠️ The language model refused our credentials/))
    await eventually(() => expect(texts(34)[0]).toMatch(/^⚠️ Языковая модель не приняла ключ/))
  })

  test('of a model that is away for a while is given when it is back', async () => {
    telegram.say(39_001, 'away: Here I am again.')
    await eventually(() => expect(texts(39_001)).toEqual(['Here I am again.']))
  })

  test('for somebody who blocked the bot holds nothing up', async () => {
    telegram.say(35, 'wait: Too late.')
    await eventually(() => expect(isTyping(35)).toBe(true))
    telegram.block(35)
    model.go()
    await eventually(() => expect(telegram.calls.some(({ status }) => status === 403)).toBe(true))
    telegram.unblock(35)
    telegram.say(35, 'again')
    await eventually(() => expect(texts(35)).toEqual(['echo again']))
  })

  test('whose placeholder may have been sent is put into a new one, once', async () => {
    telegram.inject({ kind: 'reset', when: 'after', failTimes: 1, methods: ['sendMessage'] })
    telegram.say(36, 'hello')
    await eventually(() => expect(texts(36)).toEqual(['…', 'echo hello']))
  })

  test('whose edit may have been made is edited again', async () => {
    telegram.inject({ kind: 'reset', when: 'after', failTimes: 1, methods: ['editMessageText'] })
    telegram.say(37, 'hello')
    await eventually(() => expect(telegram.calls.filter(({ status }) => status === 400)).toHaveLength(1))
    const ledger = shared.app.store.db.selectFrom('deliveries').select('state')
    const ofChat = ledger.where('external_id', 'like', '37/%')
    await eventually(async () => expect(await ofChat.execute()).toEqual([{ state: 'confirmed' }]))
    expect(texts(37)).toEqual(['echo hello'])
  })
})

const NO_DRAFTS = {
  kind: 'status',
  status: 404,
  description: 'Not Found: method not found',
  methods: ['sendMessageDraft'],
} as const

describe('what people send', () => {
  test('documents and photos are named to the bot, the caption is the question', async () => {
    const report = {
      kind: 'document',
      name: 'report.pdf',
      mimeType: 'application/pdf',
      caption: 'Sum up',
    } as const
    telegram.send(50, { ...report, content: 'x'.repeat(2_048) })
    telegram.send(50, { kind: 'photo', content: 'x' })
    await eventually(() => expect(texts(50)).toHaveLength(2))
    expect(asked('[Attached')).toEqual([
      'Sum up\n\n[Attached document: report.pdf, application/pdf, 2 kB]',
      '[Attached photo: photo.jpg, image/jpeg, 1 bytes]',
    ])
  })

  test('an album is answered once', async () => {
    const picture = { kind: 'photo', content: 'x' } as const
    telegram.send(53, { ...picture, caption: 'wait: Nice pictures.' }, { albumId: '1' })
    await eventually(() => expect(isTyping(53)).toBe(true))
    for (const _ of [2, 3]) telegram.send(53, picture, { albumId: '1' })
    await eventually(() => expect(asked('Nice pictures').at(-1)).toMatch(/(\[Attached photo.*\s*){3}/))
    model.go()
    await eventually(() => expect(texts(53).join()).toMatch(/^Nice pictures\./))
    telegram.say(53, 'then')
    await eventually(() => expect(texts(53)).toHaveLength(2))
  })

  test('what cannot be read gets a polite sentence, and so does a file that is too large', async () => {
    telegram.send(51, { kind: 'voice', content: 'x' })
    telegram.send(51, { kind: 'document', content: Buffer.alloc(21 * 1_024 * 1_024) })
    await eventually(() =>
      expect(texts(51)).toEqual([
        'I cannot listen to voice messages here. Please write to me.',
        '❌ File too large. Maximum size is 20 MB.',
      ]),
    )
  })

  test('an edit is answered as a correction; an edit that changes nothing is not', async () => {
    const { message } = telegram.say(52, 'helo world')
    const id = message?.message_id ?? 0
    await eventually(() => expect(texts(52)).toEqual(['echo helo world']))
    telegram.edit(52, id, 'helo world')
    telegram.edit(52, id, 'hello world')
    await eventually(() => expect(texts(52)[1]).toBe('echo [Corrected message] hello world'))
    expect(texts(52)).toHaveLength(2)
    expect(telegram.sent(52)[1]?.message.reply_to_message?.message_id).toBe(id)
  })
})

async function callApi(
  { url, token }: Pick<FakeTelegram, 'url' | 'token'>,
  method: string,
  parameters: object = {},
): Promise<unknown> {
  const reply = await postJson(`${url}/bot${token}/${method}`, parameters)
  return ((await reply.json()) as { readonly result?: unknown }).result
}

describe('the webhook', () => {
  let hooked: TelegramApp
  beforeAll(async () => {
    hooked = await startTelegramApp({ mode: 'webhook', model: puppet() })
  }, 60_000)
  afterAll(() => hooked.close())

  test('is set with its secret', async () => {
    expect(await callApi(hooked.telegram, 'getWebhookInfo')).toMatchObject({
      url: `${hooked.publicUrl}/webhook/telegram`,
      max_connections: 100,
      allowed_updates: ['message', 'edited_message', 'callback_query', 'stopped_message_generation'],
    })
  })

  test("works as guide 004's operator sets it: the secret in the path, no header", async () => {
    const url = `${hooked.publicUrl}/webhook/telegram/${WEBHOOK_SECRET}`
    await callApi(hooked.telegram, 'setWebhook', { url })
    expect(await callApi(hooked.telegram, 'getWebhookInfo')).toMatchObject({ url })
    hooked.telegram.say(60, 'hello')
    await eventually(() => expect(hooked.texts(60)).toEqual(['echo hello']))
  })

  test('is closed to whoever does not know the secret, before the body is read', async () => {
    const header = { 'x-telegram-bot-api-secret-token': WEBHOOK_SECRET }
    const statusOf = async (path: string, headers = {}): Promise<number> =>
      (await postJson(`${hooked.app.url}${path}`, 'not json', headers)).status
    expect(await statusOf('/webhook/telegram')).toBe(403)
    expect(await statusOf('/webhook')).toBe(403)
    expect(await statusOf('/webhook/telegram/wrong')).toBe(403)
    expect(await statusOf('/webhook/telegram/wrong', header)).toBe(403)
    expect(await statusOf('/webhook/telegram', { 'x-telegram-bot-api-secret-token': 'wrong' })).toBe(403)
    expect(await statusOf('/webhook/telegram', header)).toBe(400)
    const refused = await postJson(`${hooked.app.url}/webhook/telegram/wrong`, {})
    const { code, error } = (await refused.json()) as Record<string, unknown>
    expect([code, error]).toEqual(['webhook_secret_invalid', 'Invalid webhook secret'])
  })

  test('acknowledges what is no update, so that it does not come back for a day', async () => {
    const junk = [{}, [], { update_id: 'x' }, { update_id: 1, message: { text: 5 } }, { update_id: 2 }]
    for (const body of junk) {
      const reply = await postJson(`${hooked.app.url}/webhook/telegram/${WEBHOOK_SECRET}`, body)
      expect([reply.status, await reply.json()]).toEqual([200, { ok: true }])
    }
  })

  test('acknowledges nothing while the database is away', async () => {
    const { app, telegram, texts } = await start({ mode: 'webhook' })
    const update = telegram.say(42, 'first')
    await eventually(() => expect(texts(42)).toEqual(['echo first']))
    await app.store.close()
    const next = { ...update, message: { ...update.message, message_id: 99 } }
    const reply = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, next)
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

describe('long polling', () => {
  test('takes a webhook away that was left behind', async () => {
    const telegram = await createFakeTelegram()
    await callApi(telegram, 'setWebhook', { url: 'https://example.com/old' })
    const { texts } = await start({ telegram })
    expect(await callApi(telegram, 'getWebhookInfo')).toMatchObject({ url: '' })
    telegram.say(42, 'hello')
    await eventually(() => expect(texts(42)).toEqual(['echo hello']))
  })

  test('says when another process polls', async () => {
    const { telegram, app } = await start()
    await callApi(telegram, 'getUpdates', { timeout: 0 })
    await eventually(async () => expect(await healthOf(app)).toContain('another process'))
  })

  test('does not spin at a server that answers at once', async () => {
    const { telegram } = await start({ fake: { timeFactor: 1_000_000 } })
    const before = telegram.calls.length
    const until = Date.now() + 1_500
    await eventually(() => expect(Date.now()).toBeGreaterThan(until))
    expect(telegram.calls.length - before).toBeLessThanOrEqual(3)
  })

  test('says when Telegram cannot be reached, and never the token', async () => {
    const lines: string[] = []
    const telegram = await createFakeTelegram()
    await telegram.close()
    const app = await startTestApp({
      env: { TELEGRAM_API_ROOT: telegram.url, TELEGRAM_BOT_TOKEN: telegram.token },
      log: { write: (line) => lines.push(line) },
    })
    await eventually(async () => expect(await healthOf(app)).toContain('cannot be reached'))
    const log = lines.join('')
    expect(log).toContain('Telegram did not answer (ECONNREFUSED)')
    // Neither as it is nor scrubbed: it was never there.
    expect(log).not.toMatch(new RegExp(`${telegram.token}|\\[secret\\]`))
    await app.close()
  })

  test('says when Telegram refuses the token, and leaves it alone', async () => {
    const { telegram, app } = await start({ fake: { timeFactor: 100 } })
    telegram.revokeToken()
    await eventually(async () => expect(await healthOf(app)).toContain('refuses the token'))
  })
})

async function healthOf({ url }: { readonly url: string }): Promise<string> {
  return (await fetch(`${url}/health`)).text()
}

test('another replica, and the next start, know which group a supergroup was', async () => {
  const { notes } = shared.app.host
  const moved = -1_000_000_000_077
  await new ChatOrigins(notes).note(moved, -77)
  expect(await new ChatOrigins(notes).find(moved)).toBe(-77)
  expect(await new ChatOrigins(notes).find(-1_000_000_000_078)).toBe(-1_000_000_000_078)
})

test('several bots are on Telegram at once, each with its token', async () => {
  const sales = await createFakeTelegram({ username: 'sales_bot' })
  const bot = defineBot({ name: 'sales', instructions: 'Sell.', model: puppet() })
  const { telegram, texts } = await start({ mode: 'webhook', moreBots: [bot], more: [['sales', sales]] })
  await eventually(async () =>
    expect(await callApi(sales, 'getWebhookInfo')).toMatchObject({ max_connections: 100 }),
  )
  telegram.say(42, 'help')
  sales.say(42, 'buy')
  await eventually(() => expect(texts(42)).toEqual(['echo help']))
  await eventually(() => expect(sales.sent(42).map(({ text }) => text)).toEqual(['echo buy']))
})
