import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, puppet, startTelegramApp, type TelegramApp } from '../../../test/telegram-app.ts'
import type { FakeModelServer } from '../../fakes/fake-model-server.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'

let openai: FakeModelServer
let app: TelegramApp

beforeAll(async () => {
  openai = await createFakeOpenAI({
    transcripts: ['say: I heard you.', 'say: Again.', 'say: Once more.', ' '],
  })
  app = await startTelegramApp({
    model: puppet(),
    env: { TTS_ENGINE: 'openai', TTS_BASE_URL: openai.url, STT_BASE_URL: openai.url },
  })
})

afterAll(async () => {
  await app.close()
  await openai.close()
})

const speak = (chat: number) =>
  app.telegram.send(chat, { kind: 'voice', content: 'OggS and so on', duration: 2 })
const voices = (chat: number) => app.telegram.sent(chat).flatMap(({ message }) => message.voice ?? [])
const spoken = () =>
  openai.requests.filter(({ path }) => path === '/v1/audio/speech').map(({ body }) => body['input'])

describe('a voice message', () => {
  test('is transcribed, answered, and answered by voice: Ogg Opus of the answer', async () => {
    speak(60)
    await eventually(() => expect(voices(60)).toHaveLength(1))
    expect(app.texts(60)).toEqual(['I heard you.', ''])
    expect(voices(60)[0]).toMatchObject({ mime_type: 'audio/ogg', duration: 1 })
    expect(spoken()).toEqual(['I heard you.'])
    const recording = openai.requests.find(({ path }) => path === '/v1/audio/transcriptions')
    expect(recording?.body['file']).toMatchObject({
      name: 'recording.ogg',
      bytes: Buffer.from('OggS and so on'),
    })
    const upload = app.telegram.calls.find(({ method }) => method === 'sendVoice')
    expect(upload?.parameters['voice']).toMatch(/^attach:/)
  })

  test('gets text alone after /voice off, and text gets voice after /voice on', async () => {
    app.telegram.say(61, '/voice off')
    await eventually(() => expect(app.texts(61)).toEqual(['🔇 From now on I only write.']))
    speak(61)
    await eventually(() => expect(app.texts(61)).toContain('Again.'))
    app.telegram.say(61, '/voice on')
    app.telegram.say(61, 'say: Written.')
    await eventually(() => expect(voices(61)).toHaveLength(1))
    expect(spoken().at(-1)).toBe('Written.')
  })

  test('whose answer cannot be spoken is answered as text', async () => {
    openai.inject({ kind: 'status', status: 404, failTimes: 2 })
    app.telegram.say(62, '/voice on')
    app.telegram.say(62, 'say: Just text.')
    app.telegram.say(62, 'say: And more.')
    await eventually(() => expect(app.texts(62).slice(1)).toEqual(['Just text.', 'And more.']))
    expect(voices(62)).toEqual([])
    openai.inject(undefined)
  })

  test('without words, or too damaged to be read, gets a sentence', async () => {
    speak(63)
    await eventually(() => expect(app.texts(63)).toContain('Once more.'))
    speak(63)
    await eventually(() => expect(app.texts(63).at(-1)).toMatch(/^🎤 I could not hear any words/))
    openai.inject({ kind: 'status', status: 400, failTimes: 1 })
    speak(63)
    await eventually(() => expect(app.texts(63).at(-1)).toMatch(/^❌ This recording cannot be read/))
  })
})

test('/voice alone says what it takes', async () => {
  app.telegram.say(64, '/voice')
  await eventually(() => expect(app.texts(64)[0]).toMatch(/^Usage: \/voice on/))
})
