import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FakeModelServer } from './fake-model-server.ts'
import { createFakeGoogleSpeech } from './google-speech.ts'
import { createFakeOpenAI } from './openai.ts'

describe('the fake of OpenAI, driven by its official client', () => {
  let fake: FakeModelServer
  let client: OpenAI

  beforeAll(async () => {
    fake = await createFakeOpenAI({ transcripts: ['Good day.', 'Добрый день.'] })
    client = new OpenAI({ apiKey: 'sk-test', baseURL: fake.url, maxRetries: 0 })
  })
  afterAll(() => fake.close())

  test('speaks', async () => {
    const reply = await client.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: 'Hello',
      response_format: 'wav',
    })
    const bytes = Buffer.from(await reply.arrayBuffer())
    expect([reply.headers.get('content-type'), bytes.toString('latin1', 0, 4)]).toEqual(['audio/wav', 'RIFF'])
  })

  test('refuses what the API refuses', async () => {
    const speech = { model: 'tts-1', voice: 'alloy', input: 'x'.repeat(4_097) } as const
    await expect(client.audio.speech.create(speech)).rejects.toThrow(/maximum length 4096/)
    await expect(client.audio.speech.create({ ...speech, input: 'x', voice: 'nobody' })).rejects.toThrow(
      /Supported values/,
    )
    const file = await toFile(Buffer.from('x'), 'a.txt')
    await expect(client.audio.transcriptions.create({ model: 'whisper-1', file })).rejects.toThrow(
      /Invalid file format/,
    )
  })

  test('hears one text after the other', async () => {
    const hear = async () =>
      client.audio.transcriptions.create({
        model: 'whisper-1',
        file: await toFile(Buffer.from('sound'), 'a.ogg', { type: 'audio/ogg' }),
        response_format: 'verbose_json',
      })
    expect(await hear()).toMatchObject({ text: 'Good day.', language: 'english' })
    expect(await hear()).toMatchObject({ text: 'Добрый день.', language: 'russian' })
    expect(fake.requests.at(-1)?.body['file']).toMatchObject({ name: 'a.ogg', bytes: Buffer.from('sound') })
  })
})

test('the fake of Google refuses more than 5,000 bytes, and a voice of another language', async () => {
  const google = await createFakeGoogleSpeech()
  const ask = async (text: string, voice: object) => {
    const reply = await fetch(`${google.url}/v1/text:synthesize`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'any' },
      body: JSON.stringify({ input: { text }, voice, audioConfig: { audioEncoding: 2 } }),
    })
    return { status: reply.status, body: await reply.text() }
  }
  expect(await ask('Привет', { languageCode: 'ru-RU' })).toMatchObject({
    status: 200,
    body: expect.stringContaining('audioContent'),
  })
  expect(await ask('я'.repeat(2_501), { languageCode: 'ru-RU' })).toMatchObject({
    status: 400,
    body: expect.stringContaining('5000 bytes'),
  })
  expect(await ask('Hi', { languageCode: 'ru-RU', name: 'en-IN-Chirp3-HD-Leda' })).toMatchObject({
    status: 400,
  })
  await google.close()
})
