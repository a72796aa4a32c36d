import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUp, type Person } from '../../../test/people.ts'
import { hanging, scriptedModel, text } from '../../../test/scripted-model.ts'
import {
  collectEvents,
  postJson,
  readEvents,
  startTestApp,
  type SentEvent,
  type TestApp,
} from '../../../test/test-app.ts'
import type { FakeModelServer } from '../../fakes/fake-model-server.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'

const STREAM = '/api/chat/query/stream'

function ask(words: string, extra: object = {}) {
  return { query: words, chatbotId: 'test', sessionId: crypto.randomUUID(), enableTTS: true, ...extra }
}

/** `hang` says two sentences and stays; `say: …` says that, word by word. */
const model = scriptedModel(async function* answer(request, signal) {
  const last = request.messages.at(-1)
  const words = last?.role === 'user' ? last.text : ''
  if (words === 'hang') yield* hanging('Here I am. ', 'And now I wait')(request, signal)
  else yield* text(...(words.replace(/^say: /, '').match(/\S+\s*/g) ?? []))
})

const names = (events: readonly SentEvent[]) => events.map(({ event }) => event)
const audioOf = (events: readonly SentEvent[]) =>
  events.filter(({ event }) => event === 'audio').map(({ data }) => data)
const textOf = (events: readonly SentEvent[]) =>
  events.flatMap(({ event, data }) => (event === 'text' ? data.content : [])).join('')

const idsOf = (events: readonly SentEvent[]) => events.map(({ id = '' }) => id)

/** `<turn>:<seq>.<frame>~<chunks>`: each stands behind the one before it. */
function expectOrder(ids: readonly string[]): void {
  const places = ids.map((id) => {
    const [, seq = 0, frame = 0, chunks = 0] = /:(\d+)(?:\.(\d))?(?:~(\d+))?$/.exec(id) ?? []
    return Number(seq) * 1_000_000 + Number(frame) * 100_000 + Number(chunks)
  })
  expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
}

let openai: FakeModelServer
let app: TestApp

beforeAll(async () => {
  openai = await createFakeOpenAI()
  app = await startTestApp({
    model,
    bot: { voice: { name: 'nova' } },
    env: {
      TTS_ENGINE: 'openai',
      TTS_BASE_URL: openai.url,
      TTS_WAIT_BUDGET_MS: '2000',
      TTS_MAX_CHARS: '200',
      RATE_LIMIT_PER_SECOND: '0',
    },
  })
})

afterAll(async () => {
  await app.close()
  await openai.close()
})

describe('a voiced answer', () => {
  test("has an audio event a sentence, in order, in guide 002's shape, each a WAV file", async () => {
    const events = await collectEvents(
      await postJson(app.url + STREAM, ask('say: One costs $4.50. Привет, мир!')),
    )
    const spoken = audioOf(events)
    expect(spoken.map(({ sequence }) => sequence)).toEqual([0, 1])
    expect(spoken[0]).toEqual({
      chunk: expect.any(String),
      sequence: 0,
      format: 'base64',
      encoding: 'LINEAR16',
      sampleRate: 24_000,
    })
    expect(Buffer.from(spoken[0].chunk, 'base64').toString('latin1', 0, 4)).toBe('RIFF')
    expect(events.find(({ event }) => event === 'complete')?.data).toMatchObject({
      audioChunks: 2,
      firstAudioLatency: expect.any(Number),
    })
    expect(names(events).slice(-2)).toEqual(['complete', 'close'])
    expect(openai.requests.at(-1)?.body).toMatchObject({ voice: 'nova', input: 'Привет, мир!' })
  })

  test('speaks the first sentence while the model still writes, and ends when it is stopped', async () => {
    const events: SentEvent[] = []
    for await (const event of readEvents(await postJson(app.url + STREAM, ask('hang')))) {
      events.push(event)
      if (event.event === 'audio')
        await fetch(`${app.url}/api/chat/streams/${events[0]?.data.streamId}/stop`, { method: 'POST' })
    }
    expect(audioOf(events)).toHaveLength(1)
    expect(events.at(-2)?.data).toMatchObject({ reason: 'stopped', audioChunks: 1 })
  })

  test('whose speech fails has one warning and its whole text', async () => {
    openai.inject({ kind: 'status', status: 400 })
    const words = 'One fails. Two fails. Three fails.'
    const events = await collectEvents(await postJson(app.url + STREAM, ask(`say: ${words}`)))
    openai.inject(undefined)
    expect(names(events).filter((name) => name === 'warning')).toHaveLength(1)
    expect(events.find(({ event }) => event === 'warning')?.data).toMatchObject({
      message: 'Audio generation unavailable',
    })
    expect(textOf(events)).toBe(words)
    expect(events.at(-2)?.data).toMatchObject({ success: true, audioChunks: 0, firstAudioLatency: null })
  })

  test('whose speech hangs ends with its text and a warning when the budget is used up', async () => {
    openai.inject({ kind: 'hang-before-headers' })
    const events = await collectEvents(await postJson(app.url + STREAM, ask('say: Nobody answers. At all.')))
    openai.inject(undefined)
    expect(textOf(events)).toBe('Nobody answers. At all.')
    expect(names(events).slice(-3)).toEqual(['warning', 'complete', 'close'])
  })

  test('counts in the figures of the server', async () => {
    const figures = async () =>
      (await (await fetch(`${app.url}/api/metrics/streaming`)).json()).metrics.resources.totalAudioChunks
    const before = await figures()
    await collectEvents(await postJson(app.url + STREAM, ask('say: One sentence. Two sentences.')))
    await expect.poll(figures).toBe(before + 2)
    const metrics = async () => (await fetch(`${app.url}/metrics`)).text()
    await expect.poll(metrics).toMatch(/chat_first_audio_seconds_count\{bot="test",.*\} [1-9]/)
  })

  test('is not spoken beyond its characters', async () => {
    const events = await collectEvents(
      await postJson(app.url + STREAM, ask(`say: Short one. ${'Long '.repeat(50)}one.`)),
    )
    expect(audioOf(events)).toHaveLength(1)
    expect(names(events)).not.toContain('warning')
  })

  test('is resumed after exactly what was read, audio included', async () => {
    const question = ask('say: First one. Second one. Third one.')
    const whole = await collectEvents(await postJson(app.url + STREAM, question))
    const places = whole.flatMap(({ event, id = '' }, index) =>
      event === 'audio' || event === 'status' ? [{ id, index }] : [],
    )
    for (const { id, index } of places) {
      const url = `${app.url}/api/chat/streams/${id.split(':')[0]}`
      const again = await collectEvents(await fetch(url, { headers: { 'last-event-id': id } }))
      const missed = whole.slice(index + 1)
      expect(textOf(again)).toBe(textOf(missed))
      expect(audioOf(again)).toEqual(audioOf(missed))
      expectOrder([id, ...idsOf(again)])
    }
    expectOrder(idsOf(whole))
    expect(places.length).toBeGreaterThan(3)
  })

  test('is resumed behind its text by who has heard nothing of it yet', async () => {
    const words = `First one. ${'And so on '.repeat(30)}to the end.`
    const whole = await collectEvents(await postJson(app.url + STREAM, ask(`say: ${words}`)))
    const turnId = whole[0]?.data.streamId
    const last = whole.findLast(({ event }) => event === 'text')?.id?.replace(/~\d+$/, '~0') ?? ''
    const url = `${app.url}/api/chat/streams/${turnId}`
    const again = await collectEvents(await fetch(url, { headers: { 'last-event-id': last } }))
    expect([textOf(again), audioOf(again)]).toEqual(['', audioOf(whole)])
    expectOrder([last, ...idsOf(again)])
  })

  test('costs nothing when nobody asked for it', async () => {
    const before = openai.requests.length
    const events = await collectEvents(
      await postJson(app.url + STREAM, ask('say: Silence.', { enableTTS: false })),
    )
    expect(names(events)).not.toContain('audio')
    expect(openai.requests).toHaveLength(before)
  })
})

describe('without a stream', () => {
  const query = '/api/chat/query'

  test('the answer has its recording', async () => {
    const reply = await (await postJson(app.url + query, ask('say: Hello there. Bye.'))).json()
    expect(reply).toMatchObject({ answer: 'Hello there. Bye.', audio: { contentType: 'audio/mpeg' } })
    expect(reply.audio.dataUrl).toBe(`data:audio/mpeg;base64,${reply.audio.data}`)
    expect(reply).not.toHaveProperty('tts_job_id')
  })

  test('a recording that takes longer is fetched later', async () => {
    openai.inject({ kind: 'slow-headers', ms: 4_000, failTimes: 1 })
    const reply = await (await postJson(app.url + query, ask('say: This takes long.'))).json()
    expect(reply).toMatchObject({ audio: null, tts_poll_url: `/api/text-to-speech/${reply.tts_job_id}` })
    const pending = await fetch(app.url + reply.tts_poll_url)
    expect([pending.status, await pending.json()]).toEqual([202, { status: 'pending' }])
    await expect
      .poll(async () => (await (await fetch(app.url + reply.tts_poll_url)).json()).status)
      .toBe('ready')
  })

  test('speech that fails leaves the answer as it is', async () => {
    openai.inject({ kind: 'status', status: 400 })
    const reply = await (await postJson(app.url + query, ask('say: Nothing to hear.'))).json()
    openai.inject(undefined)
    expect(reply).toMatchObject({ answer: 'Nothing to hear.', audio: null })
  })

  test('the recording of any finished answer can be had again by the id of its turn', async () => {
    const [connected] = await collectEvents(
      await postJson(app.url + STREAM, ask('say: Say it again.', { enableTTS: false })),
    )
    const url = `${app.url}/api/text-to-speech/${connected?.data.streamId}`
    expect(await (await fetch(url)).json()).toMatchObject({
      status: 'ready',
      contentType: 'audio/mpeg',
      audio: expect.any(String),
    })
    expect((await fetch(`${app.url}/api/text-to-speech/${crypto.randomUUID()}`)).status).toBe(404)
  })

  test('the recording of an answer to somebody signed in is theirs, made already or not', async () => {
    const [ada, bob] = [await signUp(app, 'Ada'), await signUp(app, 'Bob')]
    const as = ({ token }: Person) => ({ authorization: `Bearer ${token}` })
    const [connected] = await collectEvents(await postJson(app.url + STREAM, ask('say: Hers.'), as(ada)))
    openai.inject({ kind: 'slow-headers', ms: 2_300, failTimes: 1 })
    const reply = await (await postJson(app.url + query, ask('say: Hers, slowly.'), as(ada))).json()
    const statuses = async (id: string) =>
      Promise.all(
        [{}, as(bob), as(ada)].map(
          async (headers) => (await fetch(`${app.url}/api/text-to-speech/${id}`, { headers })).status,
        ),
      )
    // Usually still in the making; a busy machine may have made it by now.
    expect((await statuses(reply.tts_job_id)).slice(0, 2)).toEqual([404, 404])
    await expect.poll(() => statuses(reply.tts_job_id)).toEqual([404, 404, 200])
    for (let time = 0; time < 2; time++)
      expect(await statuses(connected?.data.streamId)).toEqual([404, 404, 200])
  })

  test('an answer of another channel has no recording here', async () => {
    const conversation = { bot: 'test', channel: 'telegram', key: crypto.randomUUID() }
    const request = { conversation, subject: 'telegram:1', text: 'say: In private.' }
    const { turnId, events } = await app.host.converse(request)
    await Array.fromAsync(events)
    const reply = await fetch(`${app.url}/api/text-to-speech/${turnId}`)
    expect((await reply.json()).code).toBe('speech_job_not_found')
  })
})

describe('text to speech', () => {
  const speak = (body: object) => postJson(`${app.url}/api/text-to-speech`, body)

  test('says a text without what is only for the eye', async () => {
    const reply = await (await speak({ text: '**Hello** [you](https://example.com) 🎉.' })).json()
    expect(reply).toMatchObject({
      processedText: 'Hello you.',
      audio: expect.stringMatching(/^data:audio\/mpeg;base64,/),
    })
    const again = await fetch(`${app.url}/api/text-to-speech/${reply.reqId}`)
    expect((await again.json()).status).toBe('ready')
  })

  test.each([[{}], [{ text: ' ' }], [{ text: 'x'.repeat(201) }], [{ text: 5 }]])(
    'refuses %j in plain words',
    async (body) => {
      const reply = await speak(body)
      expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([
        400,
        'text/plain; charset=utf-8',
        'Send `text` of 1 to 200 characters.',
      ])
    },
  )

  test('of one address is limited, as is speech to text', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const statuses = async (path: string, times: number) =>
      Promise.all(
        Array.from({ length: times }, async () => (await postJson(app.url + path, {}, headers)).status),
      )
    expect((await statuses('/api/text-to-speech', 31)).filter((status) => status === 429)).toHaveLength(1)
    expect((await statuses('/api/speech-to-text', 11)).filter((status) => status === 429)).toHaveLength(1)
  })
})
