import { afterEach, describe, expect, test } from 'vitest'
import { eventually, startTelegramApp, WEBHOOK_SECRET } from '../../../test/telegram-app.ts'
import type { TelegramApp, TelegramAppOptions } from '../../../test/telegram-app.ts'
import { postJson } from '../../../test/test-app.ts'
import { failing, hanging, scriptedModel, text } from '../../../test/scripted-model.ts'
import { AppError } from '../../errors.ts'
import type { Model } from '../../models/model.ts'

const open: TelegramApp[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function start(options?: TelegramAppOptions): Promise<TelegramApp> {
  const started = await startTelegramApp(options)
  open.push(started)
  return started
}

/** Answers with what it was asked last. */
function echo(): Model {
  return {
    id: 'echo',
    async *stream({ messages }) {
      const last = messages.at(-1)
      yield { type: 'text', text: `echo ${last?.role === 'user' ? last.text : ''}` }
      yield { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
    },
  }
}

describe.each(['polling', 'webhook'] as const)('by %s', (mode) => {
  test('five quick messages get five answers, in order', async () => {
    const { telegram, texts } = await start({ mode, model: echo() })
    for (const number of [1, 2, 3, 4, 5]) telegram.say(42, `message ${number}`)
    await eventually(() =>
      expect(texts(42)).toEqual([1, 2, 3, 4, 5].map((number) => `echo message ${number}`)),
    )
    await eventually(() => expect(telegram.updates).toEqual([]))
  })

  test('updates that come twice are answered once', async () => {
    const { telegram, texts, app } = await start({ mode, model: echo() })
    telegram.inject({ kind: 'duplicate-updates' })
    const update = telegram.say(42, 'once')
    await eventually(() => expect(texts(42)).toEqual(['echo once']))
    const again = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, update)
    expect([again.status, await again.json()]).toEqual([200, { ok: true }])
    telegram.say(42, 'then')
    await eventually(() => expect(texts(42)).toEqual(['echo once', 'echo then']))
  })
})

describe('commands', () => {
  test('/start greets with what the bot says of itself, and its suggestions are buttons', async () => {
    const { telegram } = await start({
      model: echo(),
      bot: { title: 'DocuRAG Bot', description: 'Knows documents.', suggestions: ['What is new?'] },
    })
    telegram.say(42, '/start')
    const { text, message } = await eventually(() => {
      const [sent] = telegram.sent(42)
      if (!sent || sent.text === '…') throw new Error('not yet')
      return sent
    })
    expect(text).toMatch(/^👋 Welcome to DocuRAG Bot!\n\nKnows documents.\n\n/)
    const [button] = message.reply_markup?.inline_keyboard.flat() ?? []
    expect(button?.text).toBe('What is new?')
    telegram.press(42, message.message_id, { data: button?.callback_data ?? '' })
    await eventually(() => expect(telegram.sent(42)[1]?.text).toBe('What is new?\necho What is new?'))
    expect(telegram.calls.some(({ method }) => method === 'answerCallbackQuery')).toBe(true)
  })

  test('/ask answers, and without a question says how it is used', async () => {
    const { telegram, texts } = await start({ model: echo() })
    telegram.say(42, '/ask why?')
    telegram.say(42, '/ask')
    await eventually(() =>
      expect(texts(42)).toEqual(['echo why?', 'Please provide a question. Usage: /ask <your question>']),
    )
  })

  test('/clear forgets the conversation', async () => {
    const model = scriptedModel(text('One.'), text('Two.'))
    const { telegram, texts } = await start({ model })
    telegram.say(42, 'first')
    telegram.say(42, '/clear')
    telegram.say(42, 'second')
    await eventually(() =>
      expect(texts(42)).toEqual(['One.', '✅ Your conversation history has been cleared.', 'Two.']),
    )
    expect(model.requests[1]?.messages).toEqual([{ role: 'user', text: 'second' }])
  })

  test('/stop ends the running answer and keeps what was said', async () => {
    const { telegram, texts } = await start({ model: scriptedModel(hanging('So far.'), text('Next.')) })
    telegram.say(42, 'tell me')
    await eventually(() => expect(telegram.draft(42)?.text).toBe('So far.'))
    telegram.say(42, '/stop')
    telegram.say(42, '/stop')
    await eventually(() =>
      expect(texts(42)).toEqual(['So far.', '⏹ Stopped.', 'I am not writing an answer right now.']),
    )
  })

  test('the Stop button under a draft does the same', async () => {
    const { telegram, texts } = await start({ model: scriptedModel(hanging('So far.')) })
    telegram.say(42, 'tell me')
    await eventually(() => expect(telegram.draft(42)?.canStop).toBe(true))
    telegram.stop(42)
    await eventually(() => expect(texts(42)).toEqual(['So far.']))
  })

  test('an unknown one gets the help, in the language of the person', async () => {
    const { telegram, texts } = await start({ model: echo() })
    telegram.say(42, '/what', { from: { id: 42, is_bot: false, first_name: 'Аня', language_code: 'ru' } })
    await eventually(() => expect(texts(42)[0]).toMatch(/^Что я понимаю\n\n• Любое сообщение/))
    const menu = telegram.calls.filter(({ method }) => method === 'setMyCommands')
    expect(menu.map(({ parameters }) => parameters['language_code'])).toEqual([undefined, 'ru'])
  })
})

describe('groups', () => {
  test('are answered when they mention the bot, reply to it, or command it; as replies', async () => {
    const model = scriptedModel(text('One.'), text('Two.'), text('Three.'))
    const { telegram, texts } = await start({ model })
    telegram.say(-5, 'nobody asks you')
    telegram.say(-5, '/help@other_bot')
    telegram.say(-5, '/unknown')
    const asked = telegram.say(-5, '@fake_bot, how are you?')
    await eventually(() => expect(texts(-5)).toEqual(['One.']))
    const [first] = telegram.sent(-5)
    expect(first?.message.reply_to_message?.message_id).toBe(asked.message?.message_id)
    telegram.say(-5, 'and you?', { replyTo: first?.messageId ?? 0, from: 7 })
    telegram.say(-5, '/ask@fake_bot really?')
    await eventually(() => expect(texts(-5)).toEqual(['One.', 'Two.', 'Three.']))
    expect(model.requests.map(({ messages }) => messages.at(-1))).toEqual([
      { role: 'user', text: 'User 1001: how are you?' },
      { role: 'user', text: 'User 7: and you?' },
      { role: 'user', text: 'User 1001: really?' },
    ])
  })

  test('topics are conversations of their own', async () => {
    const model = scriptedModel(text('Answer.'))
    const { telegram } = await start({ model })
    const forum = { id: -1_001_234_567_890, type: 'supergroup', title: 'Forum', is_forum: true } as const
    telegram.say(forum, '/ask one', { threadId: 5 })
    telegram.say(forum, '/ask two', { threadId: 9 })
    await eventually(() =>
      expect(telegram.sent(forum.id).map(({ text }) => text)).toEqual(['Answer.', 'Answer.']),
    )
    expect(
      telegram
        .sent(forum.id)
        .map(({ message }) => message.message_thread_id)
        .sort(),
    ).toEqual([5, 9])
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([1, 1])
  })

  test('one that becomes a supergroup gets its answer there', async () => {
    const { telegram, texts } = await start({ model: scriptedModel(slow('Here I am.')) })
    telegram.say(-5, '/ask where are you?')
    await eventually(() =>
      expect(telegram.calls.some(({ method }) => method === 'sendChatAction')).toBe(true),
    )
    const moved = telegram.migrate(-5)
    go()
    await eventually(() => expect(texts(moved)).toEqual(['Here I am.']))
  })
})

/** Says nothing before `go`. */
function slow(words: string) {
  return async function* answer() {
    await gate.promise
    gate = Promise.withResolvers<void>()
    yield* text(words)
  }
}
let gate = Promise.withResolvers<void>()
function go(): void {
  gate.resolve()
}

describe('an answer', () => {
  test('is shown as a draft while it is written, then is a message with its format', async () => {
    const { telegram } = await start({ model: scriptedModel(hanging('**So** far')) })
    telegram.say(42, 'tell me')
    await eventually(() =>
      expect(telegram.draft(42)).toMatchObject({ text: 'So far', entities: [{ type: 'bold' }] }),
    )
    telegram.say(42, '/stop')
    await eventually(() =>
      expect(telegram.sent(42)[0]).toMatchObject({
        text: 'So far',
        entities: [{ type: 'bold' }],
        earlier: ['…'],
      }),
    )
  })

  test('is shown by edits where the server knows no drafts', async () => {
    const { telegram } = await start({ model: scriptedModel(hanging('So far')) })
    telegram.inject({
      kind: 'status',
      status: 404,
      description: 'Not Found: method not found',
      methods: ['sendMessageDraft'],
    })
    telegram.say(42, 'tell me')
    await eventually(() => expect(telegram.sent(42)[0]).toMatchObject({ text: 'So far', earlier: ['…'] }))
    telegram.say(42, '/stop')
    await eventually(() => expect(telegram.sent(42)).toHaveLength(2))
    expect(telegram.calls.filter(({ method }) => method === 'sendMessageDraft').length).toBeLessThanOrEqual(1)
  })

  test('a long one becomes several messages, and its code stays code', async () => {
    const code = Array.from({ length: 400 }, (_, line) => `let line${line} = ${line}`).join('\n')
    const { telegram } = await start({
      model: scriptedModel(text(`Look:\n\n\`\`\`js\n${code}\n\`\`\`\n\nDone.`)),
    })
    telegram.say(42, 'code, please')
    await eventually(() => expect(telegram.sent(42).at(-1)?.text).toMatch(/Done\.$/))
    const sent = telegram.sent(42)
    expect(sent.map(({ entities }) => entities.map(({ type, language }) => [type, language]))).toEqual([
      [['pre', 'js']],
      [['pre', 'js']],
    ])
    expect(sent.map(({ text }) => text).join('\n')).toBe(`Look:\n\n${code}\n\nDone.`)
  })

  test('a 429 delays it and loses nothing', async () => {
    const { telegram, texts } = await start({ model: echo() })
    telegram.inject({
      kind: 'status',
      status: 429,
      retryAfter: 1,
      failTimes: 2,
      methods: ['editMessageText', 'sendMessage'],
    })
    telegram.say(42, 'hello')
    await eventually(() => expect(texts(42)).toEqual(['echo hello']))
    const refused = telegram.calls.filter(({ status }) => status === 429)
    expect(refused.length).toBe(2)
  })

  test('keeps the pace Telegram asks for, without a 429', { timeout: 30_000 }, async () => {
    const { telegram, texts } = await start({
      model: echo(),
      fake: { rateLimits: { perChatPerSecond: 3, perSecond: 30 } },
      env: { TELEGRAM_CHAT_MESSAGES_PER_SECOND: '2.9' },
    })
    for (const number of [1, 2, 3]) telegram.say(42, `message ${number}`)
    await eventually(() => expect(texts(42)).toEqual([1, 2, 3].map((number) => `echo message ${number}`)))
  })

  test('a model that fails is told in the language of the person', async () => {
    const { telegram, texts } = await start({
      model: scriptedModel(failing(new AppError('model_unauthorized'))),
    })
    telegram.say(42, 'hello')
    telegram.say(43, 'привет', { from: { id: 43, is_bot: false, first_name: 'Аня', language_code: 'ru' } })
    await eventually(() => expect(texts(42)[0]).toMatch(/^⚠️ The language model refused our credentials/))
    await eventually(() => expect(texts(43)[0]).toMatch(/^⚠️ Языковая модель не приняла ключ/))
  })

  test('nobody who blocked the bot holds anything up', async () => {
    const { telegram, texts, app } = await start({ model: scriptedModel(slow('Too late.'), text('Hello.')) })
    telegram.say(42, 'hello')
    await eventually(() =>
      expect(telegram.calls.some(({ method }) => method === 'sendChatAction')).toBe(true),
    )
    telegram.block(42)
    go()
    await eventually(() => expect(telegram.calls.some(({ status }) => status === 403)).toBe(true))
    telegram.unblock(42)
    telegram.say(42, 'again')
    await eventually(() => expect(texts(42)).toEqual(['Hello.']))
    expect((await fetch(`${app.url}/health`)).status).toBe(200)
  })

  test('a placeholder that was deleted is replaced', async () => {
    const { telegram, texts } = await start({ model: scriptedModel(hanging('So far')) })
    telegram.inject({
      kind: 'status',
      status: 404,
      description: 'Not Found: method not found',
      methods: ['sendMessageDraft'],
    })
    telegram.say(42, 'tell me')
    const sent = await eventually(() => {
      const [first] = telegram.sent(42)
      expect(first?.text).toBe('So far')
      return first
    })
    await callApi(telegram, 'deleteMessage', { chat_id: 42, message_id: sent?.messageId })
    telegram.say(42, '/stop')
    await eventually(() => expect(texts(42)).toEqual(['So far', '⏹ Stopped.']))
  })

  test('of an unknown fate is put into a new placeholder, once', async () => {
    const { telegram, texts } = await start({ model: echo() })
    telegram.inject({ kind: 'reset', when: 'after', failTimes: 1, methods: ['sendMessage'] })
    telegram.say(42, 'hello')
    await eventually(() => expect(texts(42)).toEqual(['…', 'echo hello']))
  })
})

describe('what people send', () => {
  test('documents and photos are named to the bot, the caption is the question', async () => {
    const model = scriptedModel(text('Seen.'))
    const { telegram, texts } = await start({ model })
    telegram.send(42, {
      kind: 'document',
      content: 'x'.repeat(2_048),
      name: 'report.pdf',
      mimeType: 'application/pdf',
      caption: 'Sum up',
    })
    telegram.send(42, { kind: 'photo', content: 'x' })
    await eventually(() => expect(texts(42)).toEqual(['Seen.', 'Seen.']))
    expect(model.requests.map(({ messages }) => messages.at(-1))).toEqual([
      { role: 'user', text: 'Sum up\n\n[Attached document: report.pdf, application/pdf, 2 kB]' },
      { role: 'user', text: '[Attached photo: photo.jpg, image/jpeg, 1 bytes]' },
    ])
  })

  test('what cannot be read gets a polite sentence, and so does too large a file', async () => {
    const { telegram, texts } = await start({ model: echo() })
    telegram.send(42, { kind: 'voice', content: 'x' })
    telegram.send(42, { kind: 'document', content: Buffer.alloc(21 * 1024 * 1024), name: 'big.bin' })
    await eventually(() =>
      expect(texts(42)).toEqual([
        'I cannot read this kind of message yet. Please write to me, or send a photo or a document.',
        '❌ File too large. Maximum size is 20 MB.',
      ]),
    )
  })

  test('an edit is answered as a correction; an edit that changes nothing is not', async () => {
    const model = scriptedModel(text('One.'), text('Two.'))
    const { telegram, texts } = await start({ model })
    const { message } = telegram.say(42, 'helo')
    await eventually(() => expect(texts(42)).toEqual(['One.']))
    telegram.edit(42, message?.message_id ?? 0, 'helo')
    telegram.edit(42, message?.message_id ?? 0, 'hello')
    await eventually(() => expect(texts(42)).toEqual(['One.', 'Two.']))
    expect(model.requests.at(-1)?.messages.at(-1)).toEqual({
      role: 'user',
      text: '[Corrected message] hello',
    })
    expect(telegram.sent(42)[1]?.message.reply_to_message?.message_id).toBe(message?.message_id)
  })
})

async function callApi(
  telegram: { readonly url: string; readonly token: string },
  method: string,
  parameters: object = {},
): Promise<unknown> {
  const reply = await postJson(`${telegram.url}/bot${telegram.token}/${method}`, parameters)
  return ((await reply.json()) as { readonly result?: unknown }).result
}

describe('the webhook', () => {
  test('is set with its secret, and stays where an operator led it', async () => {
    const { telegram, publicUrl } = await start({ mode: 'webhook', model: echo() })
    expect(await callApi(telegram, 'getWebhookInfo')).toMatchObject({
      url: `${publicUrl}/webhook/telegram`,
      max_connections: 100,
      allowed_updates: ['message', 'edited_message', 'callback_query', 'stopped_message_generation'],
    })
  })

  test("works as guide 004's operator sets it: the secret in the path, no header", async () => {
    const { telegram, publicUrl, texts } = await start({ mode: 'webhook', model: echo() })
    const url = `${publicUrl}/webhook/telegram/${WEBHOOK_SECRET}`
    await callApi(telegram, 'setWebhook', { url })
    expect(await callApi(telegram, 'getWebhookInfo')).toMatchObject({ url })
    telegram.say(42, 'hello')
    await eventually(() => expect(texts(42)).toEqual(['echo hello']))
  })

  test('is closed to whoever does not know the secret, before the body is read', async () => {
    const { app } = await start({ mode: 'webhook', model: echo() })
    const header = { 'x-telegram-bot-api-secret-token': WEBHOOK_SECRET }
    const statusOf = async (path: string, headers = {}): Promise<number> =>
      (await postJson(`${app.url}${path}`, 'not json', headers)).status
    expect(await statusOf('/webhook/telegram')).toBe(403)
    expect(await statusOf('/webhook')).toBe(403)
    expect(await statusOf('/webhook/telegram/wrong')).toBe(403)
    expect(await statusOf('/webhook/telegram/wrong', header)).toBe(403)
    expect(await statusOf('/webhook/telegram', { 'x-telegram-bot-api-secret-token': 'wrong' })).toBe(403)
    expect(await statusOf('/webhook/telegram', header)).toBe(400)
    const refused = await postJson(`${app.url}/webhook/telegram/wrong`, {})
    expect(await refused.json()).toMatchObject({
      code: 'webhook_secret_invalid',
      error: 'Invalid webhook secret',
    })
  })

  test('acknowledges what is no update, so that it does not come back for a day', async () => {
    const { app } = await start({ mode: 'webhook', model: echo() })
    for (const junk of [
      {},
      [],
      { update_id: 'x' },
      { update_id: 1, message: { text: 5 } },
      { update_id: 2 },
    ]) {
      const reply = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, junk)
      expect([reply.status, await reply.json()]).toEqual([200, { ok: true }])
    }
  })

  test('acknowledges nothing while the database is away', async () => {
    const { app, telegram } = await start({ mode: 'webhook', model: echo() })
    const update = telegram.say(43, 'first')
    await eventually(() => expect(telegram.sent(43)[0]?.text).toBe('echo first'))
    await app.store.close()
    const lost = { ...update, update_id: 99, message: { ...update.message, message_id: 99 } }
    const reply = await postJson(`${app.url}/webhook/telegram/${WEBHOOK_SECRET}`, lost)
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

describe('long polling', () => {
  test('takes a webhook away that was left behind', async () => {
    const { telegram, texts, app } = await start({ model: echo() })
    await callApi(telegram, 'setWebhook', { url: 'https://example.com/old' })
    await app.close()
    const { telegram: other } = await start({ model: echo() })
    expect(await callApi(other, 'getWebhookInfo')).toMatchObject({ url: '' })
    expect(texts(42)).toEqual([])
  })

  test('says when another process polls, and goes on', async () => {
    const { telegram, app, texts } = await start({ model: echo() })
    await callApi(telegram, 'getUpdates', { timeout: 0 })
    await eventually(async () =>
      expect(JSON.stringify(await (await fetch(`${app.url}/health`)).json())).toContain('another process'),
    )
    expect(texts(42)).toEqual([])
  })

  test('does not spin at a server that answers at once', async () => {
    const { telegram } = await start({ model: echo(), fake: { timeFactor: 1_000_000 } })
    const before = telegram.calls.length
    const until = Date.now() + 1_500
    await eventually(() => expect(Date.now()).toBeGreaterThan(until))
    expect(telegram.calls.length - before).toBeLessThanOrEqual(3)
  })

  test('a refused token is seen in health, and Telegram is left alone', async () => {
    const { telegram, app } = await start({ model: echo(), fake: { timeFactor: 100 } })
    telegram.revokeToken()
    telegram.say(42, 'hello')
    await eventually(async () =>
      expect(JSON.stringify(await (await fetch(`${app.url}/health`)).json())).toContain('refuses the token'),
    )
  })
})
