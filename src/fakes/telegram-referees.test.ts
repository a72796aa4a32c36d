import { createServer } from 'node:http'
import { autoRetry } from '@grammyjs/auto-retry'
import { Bot, GrammyError, InputFile, webhookCallback } from 'grammy'
import { Api, Bot as OtherBot, InputFile as OtherFile, TelegramApiError } from 'node-telegram-bot-api'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS } from '../../test/patience.ts'
import { createFakeTelegram } from './telegram.ts'
import type { FakeTelegram, FakeTelegramOptions } from './telegram.ts'

/** Independent referees: two clients that know nothing of the fake, one that sends JSON, one that sends forms. */
const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: 10 })
}

/** Ten times faster: grammY asks once more when it stops, and the server lets it wait for three seconds. */
async function start(options?: FakeTelegramOptions): Promise<FakeTelegram> {
  const fake = await createFakeTelegram({ timeFactor: 10, ...options })
  open.push(fake)
  return fake
}

function createGrammy(fake: FakeTelegram): Bot {
  return new Bot(fake.token, { client: { apiRoot: fake.url } })
}

function poll(bot: Bot): Promise<void> {
  const running = bot.start()
  open.push({ close: () => bot.stop() })
  return running
}

const textsOf = (fake: FakeTelegram): readonly string[] => fake.sent().map(({ text }) => text)

describe('grammY', () => {
  test('polls, answers, replies and edits', async () => {
    const fake = await start()
    const bot = createGrammy(fake)
    bot.command('start', (context) => context.reply('Welcome'))
    bot.on('message:text', async (context) => {
      const { message_id } = await context.reply('…', { reply_parameters: { message_id: context.msgId } })
      await context.replyWithChatAction('typing')
      await context.api.editMessageText(context.chatId, message_id, `You said ${context.msg.text}`)
    })
    void poll(bot)
    fake.say(42, '/start')
    fake.say(43, 'Grüße 👋')
    await eventually(() => expect(textsOf(fake)).toEqual(['Welcome', 'You said Grüße 👋']))
    expect(fake.sent(43)).toMatchObject([
      { earlier: ['…'], message: { reply_to_message: { text: 'Grüße 👋' } } },
    ])
    await eventually(() => expect(fake.updates).toEqual([]))
    // It polls, it does not spin.
    expect(fake.calls.filter(({ method }) => method === 'getUpdates').length).toBeLessThan(5)
  })

  test('gives way to another poller', async () => {
    const fake = await start()
    const first = poll(createGrammy(fake))
    const pollers = (): number => fake.calls.filter(({ method }) => method === 'getUpdates').length
    await eventually(() => expect(pollers()).toBe(1))
    void poll(createGrammy(fake))
    await expect(first).rejects.toThrow('terminated by other getUpdates request')
  })

  test('is served by webhook, also after a failure', async () => {
    const fake = await start({ timeFactor: 100 })
    const bot = createGrammy(fake)
    let failures = 1
    bot.on('message', async (context) => {
      if (failures-- > 0) throw new Error('not yet')
      await context.reply('Got it')
    })
    const handle = webhookCallback(bot, 'http', { secretToken: 'secret-1' })
    const server = createServer((request, response) => {
      handle(request, response).catch(() => response.writeHead(500).end())
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    open.push({ close: () => (server.closeAllConnections(), server.close()) })
    const { port } = server.address() as { port: number }
    await bot.api.setWebhook(`http://127.0.0.1:${port}/`, { secret_token: 'secret-1' })
    fake.say(42, 'Hello')
    await eventually(() => expect(textsOf(fake)).toEqual(['Got it']))
    await eventually(() => expect(fake.updates).toEqual([]))
    expect(await bot.api.getWebhookInfo()).toMatchObject({
      last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
    })
    await bot.api.deleteWebhook()
    await bot.api.setWebhook(`http://127.0.0.1:${port}/`, { secret_token: 'wrong' })
    fake.say(42, 'Hello again')
    await eventually(async () =>
      expect(await bot.api.getWebhookInfo()).toMatchObject({
        last_error_message: 'Wrong response from the webhook: 401 Unauthorized',
      }),
    )
  })

  test('waits as long as 429 says, with auto-retry', async () => {
    const fake = await start()
    fake.open(42)
    const bot = createGrammy(fake)
    bot.api.config.use(autoRetry())
    fake.inject({ kind: 'status', status: 429, retryAfter: 1, failTimes: 1 })
    const before = Date.now()
    await bot.api.sendMessage(42, 'Hello')
    expect(Date.now() - before).toBeGreaterThanOrEqual(995)
    expect(fake.calls.map(({ status }) => status)).toEqual([429, 200])
  })

  test('uploads and downloads', async () => {
    const fake = await start()
    fake.open(42)
    const bot = createGrammy(fake)
    const content = Buffer.from('OggS and so on')
    const { voice } = await bot.api.sendVoice(42, new InputFile(content, 'v.ogg'), {
      duration: 2,
      caption: 'Listen',
    })
    expect(voice).toMatchObject({ duration: 2, file_size: content.length })
    await expect(bot.api.sendDocument(42, voice.file_id)).rejects.toBeInstanceOf(GrammyError)
    const { file_path } = await bot.api.getFile(voice.file_id)
    const file = await fetch(`${fake.url}/file/bot${fake.token}/${file_path}`)
    expect(Buffer.from(await file.arrayBuffer())).toEqual(content)
  })

  test('streams a draft, presses buttons and reads errors', async () => {
    const fake = await start()
    const bot = createGrammy(fake)
    fake.open(42)
    await bot.api.sendMessageDraft(42, 1, 'Once', { can_stop: true })
    const reply_markup = { inline_keyboard: [[{ text: 'More', callback_data: 'more' }]] }
    const { message_id } = await bot.api.sendMessage(42, 'Once upon a time', { reply_markup })
    bot.on('callback_query:data', (context) => context.answerCallbackQuery(context.callbackQuery.data))
    void poll(bot)
    fake.press(42, message_id, { data: 'more' })
    const answered = expect.objectContaining({ method: 'answerCallbackQuery', status: 200 }) as object
    await eventually(() => expect(fake.calls).toContainEqual(answered))
    fake.block(42)
    await expect(bot.api.sendMessage(42, 'Hello?')).rejects.toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    })
  })
})

describe('node-telegram-bot-api', () => {
  const options = (fake: FakeTelegram) => ({ apiRoot: fake.url, maxRetries: 0 })

  test('polls, answers and edits', async () => {
    const fake = await start()
    const bot = new OtherBot(fake.token, options(fake))
    bot.on('message', async (context) => {
      const { message_id } = (await context.reply('…')) as { message_id: number }
      const text = `You said ${context.message?.text}`
      const entities = [{ type: 'bold' as const, offset: 0, length: 3 }]
      await bot.api.editMessageText({ chat_id: 42, message_id, text, entities })
    })
    const running = bot.startPolling()
    open.push({ close: () => (bot.stop(), running) })
    fake.say(42, 'Grüße 👋')
    await eventually(() =>
      expect(fake.sent()).toMatchObject([
        { text: 'You said Grüße 👋', entities: [{ type: 'bold', length: 3 }] },
      ]),
    )
    await eventually(() => expect(fake.updates).toEqual([]))
  })

  test('uploads, downloads and reads errors', async () => {
    const fake = await start()
    fake.open(42)
    const api = new Api(fake.token, options(fake))
    const file = new OtherFile(new Blob(['%PDF']), { filename: 'a.pdf', contentType: 'application/pdf' })
    const { document } = await api.sendDocument({ chat_id: 42, document: file, caption: 'Read' })
    expect(document).toMatchObject({ file_name: 'a.pdf', mime_type: 'application/pdf', file_size: 4 })
    const { file_path } = await api.getFile({ file_id: document?.file_id ?? '' })
    expect(await (await fetch(`${fake.url}/file/bot${fake.token}/${file_path}`)).text()).toBe('%PDF')
    await expect(api.sendMessage({ chat_id: 42, text: 'x'.repeat(4_097) })).rejects.toThrow(
      'message is too long',
    )
    await expect(api.sendMessage({ chat_id: 1, text: 'x' })).rejects.toBeInstanceOf(TelegramApiError)
  })

  test('waits as long as 429 says', async () => {
    const fake = await start({ rateLimits: true, timeFactor: 1 })
    fake.open(42)
    const api = new Api(fake.token, { ...options(fake), maxRetries: 1 })
    for (const text of ['one', 'two']) await api.sendMessage({ chat_id: 42, text })
    expect(textsOf(fake)).toEqual(['one', 'two'])
    expect(fake.calls.map(({ status }) => status)).toEqual([200, 429, 200])
  })
})
