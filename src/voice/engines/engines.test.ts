import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFakeGoogleSpeech, type FakeGoogleSpeech } from '../../fakes/google-speech.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'
import type { FakeModelServer } from '../../fakes/fake-model-server.ts'
import { secondsOf, toWav } from '../audio/wav.ts'
import { spokenSentences } from '../text/spoken-sentences.ts'
import type { SpeechEngine, SpeechRequest, SpokenVoice } from '../voice.ts'
import { createEspeakProgram } from './espeak-program.ts'
import { findEspeak } from './find-espeak.ts'
import { createGoogleEngine } from './google-engine.ts'
import { parseServiceAccount } from './google-token.ts'
import { createOpenAIEngine } from './openai-engine.ts'

const { signal } = new AbortController()

async function say(
  engine: SpeechEngine,
  text: string,
  asked: Partial<SpokenVoice & Pick<SpeechRequest, 'format'>> = {},
): Promise<Buffer> {
  const { format = 'pcm', language = 'en-IN', speed = 1, ...voice } = asked
  const parts = await Array.fromAsync(
    engine.synthesize({ text, format, voice: { ...voice, language, speed } }, signal),
  )
  return Buffer.concat(parts)
}

/** What the log gets to know of a failure. */
async function failureOf(
  saying: Promise<unknown>,
): Promise<{ readonly code: string; readonly cause: string }> {
  const error = (await saying.catch((thrown: unknown) => thrown)) as { code: string; cause: Error }
  return { code: error.code, cause: error.cause.message }
}

describe('Google', () => {
  let google: FakeGoogleSpeech
  let engine: SpeechEngine

  beforeAll(async () => {
    google = await createFakeGoogleSpeech({ apiKey: 'AIza-the-right-key' })
    const account = await parseServiceAccount(google.credentials)
    engine = createGoogleEngine({ baseUrl: google.url, concurrency: 4, access: { account } })
  })
  afterAll(() => google.close())

  test('speaks with a service account, whose token serves many sentences, and without the WAV header', async () => {
    const pcm = await say(engine, 'Ten signs.')
    await say(engine, 'Ten more.')
    expect(secondsOf(pcm)).toBeCloseTo(0.6)
    expect(google.tokens).toBe(1)
    expect(google.requests[0]).toMatchObject({
      text: 'Ten signs.',
      headers: { 'x-goog-user-project': 'fake-project' },
      voice: { languageCode: 'en-IN', name: 'en-IN-Chirp3-HD-Leda' },
      audioConfig: { audioEncoding: 'LINEAR16', sampleRateHertz: 24_000 },
    })
  })

  test('gets a voice of the language, never one of another', async () => {
    await say(engine, 'Привет', { language: 'ru-RU', name: 'en-IN-Chirp3-HD-Leda', speed: 1.25 })
    await say(engine, 'Hello', { language: 'en', name: 'en-GB-Wavenet-A' })
    const [russian, english] = google.requests.slice(-2)
    expect(russian).toMatchObject({ voice: { languageCode: 'ru-RU' }, audioConfig: { speakingRate: 1.25 } })
    expect(russian?.voice).not.toHaveProperty('name')
    expect(english?.voice).toEqual({ languageCode: 'en-GB', name: 'en-GB-Wavenet-A' })
  })

  test('never gets more than its 5,000 bytes, however long a text in Hindi is', async () => {
    const sentences = spokenSentences(`${'नमस्ते '.repeat(900)}।`, 100_000)
    for (const sentence of sentences) await say(engine, sentence, { language: 'hi-IN', format: 'mp3' })
    expect(sentences.length).toBeGreaterThan(10)
    expect(Buffer.byteLength(sentences[0] ?? '')).toBeGreaterThan(1_000)
  })

  test('that refuses a key or is away fails with what may pass and what does not, and no secret', async () => {
    const access = { apiKey: 'AIza-a-wrong-key-1234' }
    const wrong = createGoogleEngine({ baseUrl: google.url, concurrency: 1, access })
    const refused = await failureOf(say(wrong, 'Hello.'))
    expect(refused.code).toBe('speech_rejected')
    expect(refused.cause).not.toContain('wrong-key')
    google.inject({ kind: 'status', status: 503, failTimes: 1 })
    expect(await failureOf(say(engine, 'Hello.'))).toMatchObject({ code: 'speech_unavailable' })
    google.inject({ kind: 'html', failTimes: 1 })
    expect(await failureOf(say(engine, 'Hello.'))).toMatchObject({ code: 'speech_unavailable' })
  })

  test('credentials that are none are refused without being shown', async () => {
    await expect(parseServiceAccount('{"private_key":"hush"}')).rejects.toThrow(
      /GOOGLE_CLOUD_CREDENTIALS is neither/,
    )
    await expect(parseServiceAccount('/nowhere/google.json')).rejects.not.toThrow(/hush/)
  })
})

describe('OpenAI', () => {
  let openai: FakeModelServer
  let engine: SpeechEngine

  beforeAll(async () => {
    openai = await createFakeOpenAI({ apiKey: 'sk-right' })
    engine = createOpenAIEngine({
      baseUrl: openai.url,
      apiKey: 'sk-right',
      model: 'gpt-4o-mini-tts',
      concurrency: 2,
    })
  })
  afterAll(() => openai.close())

  test('speaks in its bytes as they come, in the voice and manner of the bot', async () => {
    const request = {
      text: 'Ten signs.',
      format: 'pcm',
      voice: { language: 'en', speed: 1.5, name: 'nova', style: 'calm' },
    } as const
    const parts = await Array.fromAsync(engine.synthesize(request, signal))
    expect(secondsOf(Buffer.concat(parts))).toBeCloseTo(0.6)
    expect(openai.requests.at(-1)?.body).toEqual({
      model: 'gpt-4o-mini-tts',
      input: 'Ten signs.',
      response_format: 'pcm',
      voice: 'nova',
      speed: 1.5,
      instructions: 'calm',
    })
  })

  test("is not asked for Google's voices", async () => {
    await say(engine, 'Hello.', { name: 'en-IN-Chirp3-HD-Leda', format: 'mp3' })
    expect(openai.requests.at(-1)?.body).toMatchObject({ voice: 'alloy', response_format: 'mp3' })
  })

  test.each([
    ['rate_limit_exceeded', 'speech_unavailable'],
    ['insufficient_quota', 'speech_rejected'],
  ])('that answers 429 %s fails with %s', async (code, expected) => {
    openai.inject({ kind: 'status', status: 429, code, failTimes: 1 })
    expect(await failureOf(say(engine, 'Hello.'))).toMatchObject({ code: expected })
  })

  test('is left in the middle when nobody listens any more', async () => {
    openai.inject({ kind: 'hang-before-headers', failTimes: 1 })
    const left = new AbortController()
    const request = { text: 'Hello.', format: 'pcm', voice: { language: 'en', speed: 1 } } as const
    const saying = Array.fromAsync(engine.synthesize(request, left.signal))
    const before = openai.requests.length
    await expect.poll(() => openai.requests.length).toBeGreaterThan(before)
    left.abort(new Error('left'))
    await expect(saying).rejects.toThrow('left')
    expect(await openai.requests.at(-1)?.outcome).toBe('cut')
  })
})

describe('eSpeak NG as a package', () => {
  let engine: SpeechEngine

  beforeAll(async () => {
    const found = await findEspeak('no-such-program')
    if (!found) throw new Error('the package is not installed')
    engine = found.engine
  })
  afterAll(() => engine.close())

  test.each([
    ['en-IN', 'Hello there, this is a test sentence.', 1.5],
    ['ru-RU', 'Здравствуйте, это проверка речи.', 1.4],
    ['hi-IN', 'नमस्ते, यह एक परीक्षण है।', 1.2],
    ['cmn-CN', '你好，今天怎么样？', 0.8],
  ])('speaks %s aloud', async (language, text, leastSeconds) => {
    const pcm = await say(engine, text, { language })
    expect(secondsOf(pcm)).toBeGreaterThan(leastSeconds)
    const samples = new Int16Array(new Uint8Array(pcm).buffer)
    expect(samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)).toBeGreaterThan(5_000)
  })

  test('speaks faster when it is asked to', async () => {
    const [usual, fast] = [
      await say(engine, 'Hello there, my friend.'),
      await say(engine, 'Hello there, my friend.', { speed: 2 }),
    ]
    expect(fast.length).toBeLessThan(usual.length * 0.7)
  })

  test('says which language it does not speak', async () => {
    expect(await failureOf(say(engine, 'Hm', { language: 'xx-YY' }))).toEqual({
      code: 'speech_rejected',
      cause: 'eSpeak NG has no voice xx-yy or xx',
    })
  })
})

describe('eSpeak NG as a program', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'botyard-espeak-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** A program with the options and the habits of espeak-ng: a WAV file whose sizes it does not know. */
  async function program(name: string, body: string): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, `#!/bin/sh\n${body}\n`)
    await chmod(path, 0o755)
    return path
  }

  test('speaks what comes out of it, at our rate', async () => {
    const wav = toWav(Buffer.alloc(22_050 * 2), 22_050)
    wav.writeUInt32LE(0x7f_ff_f0_00, 40)
    await writeFile(join(folder, 'one.wav'), wav)
    const path = await program(
      'speaks',
      `[ "$2" = en ] || exit 1; [ "$(cat)" = "Hello." ] || exit 1; cat ${join(folder, 'one.wav')}`,
    )
    expect(secondsOf(await say(createEspeakProgram(path), 'Hello.'))).toBeCloseTo(1)
  })

  test('that fails or is gone is told', async () => {
    const path = await program('fails', 'echo "no voice" >&2; exit 1')
    expect(await failureOf(say(createEspeakProgram(path), 'Hello.'))).toMatchObject({
      code: 'speech_rejected',
      cause: expect.stringContaining('no voice'),
    })
    expect(await failureOf(say(createEspeakProgram(join(folder, 'none')), 'Hello.'))).toMatchObject({
      code: 'speech_rejected',
    })
  })
})
