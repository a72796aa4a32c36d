import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ANNA,
  eventually,
  isTyping,
  puppet,
  startTelegramApp,
  WEBHOOK_SECRET,
} from '../../../test/telegram-app.ts'
import { postJson } from '../../../test/test-app.ts'
import type { Puppet, TelegramApp } from '../../../test/telegram-app.ts'
import type { FakeTelegram } from '../../fakes/telegram.ts'
import { ChatOrigins } from './chat-origins.ts'

/** The server most tests share; each has a chat of its own. */
let model: Puppet
let shared: TelegramApp
let telegram: FakeTelegram
let texts: TelegramApp['texts']
/** How often the command `/count` was run. */
let runs = 0
beforeAll(async () => {
  model = puppet()
  const bot = {
    title: 'DocuRAG Bot',
    description: 'Knows documents.',
    suggestions: ['What is new?'],
    telegram: { texts: { ru: { cleared: 'Всё забыто.' } } },
    commands: [{ name: 'count', description: { en: 'Counts.' }, run: () => `run ${++runs}` }],
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

test('a message for a bot whose token only other servers have is left to them', async () => {
  telegram.say(9, 'hello')
  const { inbox } = shared.app.store
  const known = await eventually(async () => {
    const answered = await inbox.list({ states: ['answered'], limit: 1 })
    expect(answered).toHaveLength(1)
    return answered
  })
  const conversation = { channel: 'telegram', bot: 'new', key: '9' }
  await inbox.accept(known.map((message) => ({ ...message, trace: undefined, conversation })))
  const list = () => inbox.list({ states: ['waiting', 'dead'], bot: 'new', limit: 1 })
  await eventually(async () =>
    expect(await list()).toMatchObject([{ state: 'waiting', error: expect.any(String) }]),
  )
})

test('a wish to stop that comes again stops no later answer', async () => {
  const secret = { 'x-telegram-bot-api-secret-token': WEBHOOK_SECRET }
  const again = (update: object): Promise<Response> =>
    postJson(`${shared.app.url}/webhook/telegram`, update, secret)
  telegram.say(8, 'hang: one')
  await eventually(() => expect(telegram.draft(8)).toMatchObject({ text: 'one' }))
  const pressed = telegram.stop(8)
  await eventually(() => expect(texts(8)).toEqual(['one']))
  telegram.say(8, 'hang: two')
  await eventually(() => expect(telegram.draft(8)).toMatchObject({ text: 'two' }))
  const said = telegram.say(8, '/stop')
  await eventually(() => expect(texts(8)).toEqual(['one', 'two', '⏹ Stopped.']))
  telegram.say(8, 'wait: three')
  await eventually(() => expect(asked('wait: three')).toHaveLength(1))
  const statuses = await Promise.all([pressed, said].map(async (update) => (await again(update)).status))
  expect(statuses).toEqual([200, 200])
  model.go()
  await eventually(() => expect(texts(8)).toEqual(['one', 'two', '⏹ Stopped.', 'three']))
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

  test('one of the bot is not run again because its reply could not be sent', async () => {
    telegram.inject({ kind: 'reset', when: 'before', failTimes: 1, methods: ['sendMessage'] })
    telegram.say(150, '/count')
    await eventually(() => expect(texts(150)).toEqual(['run 1']))
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
    await eventually(() => expect(texts(-21)).toEqual([expect.stringContaining('is that true')]))
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
    await eventually(() => expect(isTyping(telegram, -22)).toBe(true))
    const moved = telegram.migrate(-22)
    model.go()
    await eventually(() => expect(texts(moved)).toEqual(['Here I am.']))
    telegram.say(moved, '/ask say: Still here.')
    await eventually(() => expect(texts(moved)).toEqual(['Here I am.', 'Still here.']))
    expect(model.requests.at(-1)?.messages).toHaveLength(3)
  })
})

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
    const echo = expect.stringMatching(/^echo /)
    await eventually(() => expect(texts(50)).toEqual([echo, echo]))
    expect(asked('[Attached')).toEqual([
      'Sum up\n\n[Attached document: report.pdf, application/pdf, 2 kB]',
      '[Attached photo: photo.jpg, image/jpeg, 1 bytes]',
    ])
  })

  test('an album is answered once', async () => {
    const picture = { kind: 'photo', content: 'x' } as const
    telegram.send(53, { ...picture, caption: 'wait: Nice pictures.' }, { albumId: '1' })
    await eventually(() => expect(isTyping(telegram, 53)).toBe(true))
    for (const _ of [2, 3]) telegram.send(53, picture, { albumId: '1' })
    await eventually(() => expect(asked('Nice pictures').at(-1)).toMatch(/(\[Attached photo.*\s*){3}/))
    model.go()
    await eventually(() => expect(texts(53).join()).toMatch(/^Nice pictures\./))
    telegram.say(53, 'then')
    await eventually(() => expect(texts(53)).toHaveLength(2))
  })

  test('albums that wait one behind another are a message each', async () => {
    const picture = { kind: 'photo', content: 'x' } as const
    telegram.say(59, 'wait: Busy.')
    await eventually(() => expect(isTyping(telegram, 59)).toBe(true))
    for (const albumId of ['1', '2', '2'])
      telegram.send(59, { ...picture, caption: `Album ${albumId}` }, { albumId })
    await eventually(() => expect(telegram.updates).toEqual([]))
    model.go()
    const answers = [/^Busy/, /^echo Album 1/, /^echo Album 2/].map((text) => expect.stringMatching(text))
    await eventually(() => expect(texts(59)).toEqual(answers))
    expect(asked('Album 2')).toEqual([expect.not.stringContaining('Album 1')])
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

test('another replica, and the next start, know which group a supergroup was', async () => {
  const { notes } = shared.app.host
  const moved = -1_000_000_000_077
  await new ChatOrigins(notes).note(moved, -77)
  expect(await new ChatOrigins(notes).find(moved)).toBe(-77)
  expect(await new ChatOrigins(notes).find(-1_000_000_000_078)).toBe(-1_000_000_000_078)
})
