import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ANNA,
  callApi,
  eventually,
  isTyping,
  puppet,
  startTelegramApp,
  startTelegramForTest,
} from '../../../test/telegram-app.ts'
import type { Puppet, TelegramApp } from '../../../test/telegram-app.ts'
import type { FakeTelegram } from '../../fakes/telegram.ts'

/** The server most tests share; each has a chat of its own. */
let model: Puppet
let shared: TelegramApp
let telegram: FakeTelegram
let texts: TelegramApp['texts']
beforeAll(async () => {
  model = puppet()
  shared = await startTelegramApp({ model })
  ;({ telegram, texts } = shared)
}, 60_000)
afterAll(() => shared.close())

/** Calls of one chat that Telegram refused so. */
function refusals(chat: number, status: number): FakeTelegram['calls'] {
  return telegram.calls.filter((call) => call.status === status && call.parameters['chat_id'] === chat)
}

const NO_DRAFTS = {
  kind: 'status',
  status: 404,
  description: 'Not Found: method not found',
  methods: ['sendMessageDraft'],
} as const

describe('an answer', () => {
  test('is shown as a draft while it is written, then is a message with its format', async () => {
    telegram.say(30, 'hang: **So** far')
    const shown = { text: 'So far', entities: [{ type: 'bold' }] }
    await eventually(() => expect(telegram.draft(30)).toMatchObject(shown))
    telegram.say(30, '/stop')
    await eventually(() => expect(telegram.sent(30)[0]).toMatchObject({ ...shown, earlier: ['…'] }))
  })

  test('is shown by edits where the server knows no drafts, also in a placeholder that was deleted', async () => {
    const { telegram, texts } = await startTelegramForTest()
    telegram.inject(NO_DRAFTS)
    telegram.say(42, 'hang: So far')
    await eventually(() => expect(telegram.sent(42)[0]).toMatchObject({ text: 'So far', earlier: ['…'] }))
    await callApi(telegram, 'deleteMessage', { chat_id: 42, message_id: telegram.sent(42)[0]?.messageId })
    telegram.say(42, '/stop')
    await eventually(() => expect(texts(42)).toEqual(['So far', '⏹ Stopped.']))
    expect(telegram.calls.filter(({ method }) => method === 'sendMessageDraft')).toHaveLength(1)
  })

  test('that is being written when its group becomes a supergroup is put there', async () => {
    telegram.say(-31, '/ask hang: So far')
    // Its placeholder is enough: whether a preview fits in between is up to Telegram's limits.
    await eventually(() => expect(texts(-31)).toHaveLength(1))
    const moved = telegram.migrate(-31)
    telegram.say(moved, '/stop@fake_bot')
    await eventually(() => expect(texts(moved)).toContain('So far'))
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
    expect(refusals(32, 429)).toHaveLength(2)
  })

  test('comes through at the rates of Telegram', { timeout: 60_000 }, async () => {
    const { telegram, texts } = await startTelegramForTest({
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
    await eventually(() => expect(isTyping(telegram, 35)).toBe(true))
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
    await eventually(() => expect(refusals(37, 400)).toHaveLength(1))
    const ledger = shared.app.store.db.selectFrom('deliveries').select('state')
    const ofChat = ledger.where('external_id', 'like', '37/%')
    await eventually(async () => expect(await ofChat.execute()).toEqual([{ state: 'confirmed' }]))
    expect(texts(37)).toEqual(['echo hello'])
  })
})
