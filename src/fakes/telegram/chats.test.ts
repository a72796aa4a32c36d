import { describe, expect, test } from 'vitest'
import { startFakeTelegram } from '../../../test/fake-telegram.ts'

describe('chats', () => {
  test('groups, topics, mentions and replies', async () => {
    const { fake, call } = await startFakeTelegram({ username: 'fake_bot' })
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
    const { fake } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram()
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
    const { fake, call } = await startFakeTelegram({ maxDownload: 5 })
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
    const { fake, call } = await startFakeTelegram()
    fake.open(42)
    expect(await call('sendPhoto', form({ chat_id: '42', ...fields }))).toMatchObject({
      description: `Bad Request: ${sentence}`,
    })
  })
})
