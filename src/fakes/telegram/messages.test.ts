import { describe, expect, test } from 'vitest'
import { eventually, startFakeTelegram } from '../../../test/fake-telegram.ts'

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
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    expect(await call('sendMessage', parameters)).toMatchObject({
      status: 400,
      description: `Bad Request: ${sentence}`,
    })
    expect(fake.sent()).toEqual([])
  })

  test('4,096 characters are counted after trimming, as code points', async () => {
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    const text = '👋'.repeat(4_096)
    expect(await call('sendMessage', { chat_id: 42, text: `  ${text}\n` })).toMatchObject({
      result: { text },
    })
  })

  test('are kept as they stand, with what they were', async () => {
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
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

describe('drafts', () => {
  test('are shown until the message comes', async () => {
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    await call('sendMessageDraft', { chat_id: 42, draft_id: 7, text: 'Once', can_stop: true })
    expect(fake.stop(42)).toMatchObject({ stopped_message_generation: { chat: { id: 42 }, draft_id: 7 } })
    expect(fake.draft(42)).toBeUndefined()
    expect(() => fake.stop(42)).toThrow('no draft')
  })

  test('end after 30 seconds', async () => {
    const { fake, call } = await startFakeTelegram({ timeFactor: 1_000 })
    fake.open(42)
    await call('sendMessageDraft', { chat_id: 42, draft_id: 7, text: 'Once' })
    await eventually(() => expect(fake.draft(42)).toBeUndefined())
  })

  test('are refused in groups and without an id', async () => {
    const { fake, call } = await startFakeTelegram()
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
