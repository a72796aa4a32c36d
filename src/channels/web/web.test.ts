import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failing, hanging, scriptedModel, text } from '../../../test/scripted-model.ts'
import { collectEvents, postJson, readEvents, startTestApp, type TestApp } from '../../../test/test-app.ts'
import { AppError } from '../../errors.ts'

const STREAM = '/api/chat/query/stream'

function ask(words = 'Hello', extra: object = {}) {
  return { query: words, chatbotId: 'test', sessionId: crypto.randomUUID(), ...extra }
}

/** The words choose what the model does. */
const model = scriptedModel(async function* answer(request, signal) {
  const last = request.messages.at(-1)
  const words = last?.role === 'user' ? last.text : ''
  if (words === 'hang') yield* hanging('Half an ')(request, signal)
  else if (words === 'fail') yield* failing(new AppError('model_rate_limited'))(request, signal)
  else yield* text('Hello ', 'there.')
})

let app: TestApp

beforeAll(async () => {
  app = await startTestApp({ model, bot: { suggestions: ['What next?'] }, env: { TTS_ENABLED: 'false' } })
})

afterAll(() => app.close())

describe('a streamed answer', () => {
  test('has the events of guide 002, in order, with the fields its documents and clients read', async () => {
    const events = await collectEvents(await postJson(app.url + STREAM, ask()))
    expect(events.map(({ event }) => event)).toEqual([
      'connected',
      'status',
      'text',
      'text',
      'suggestions',
      'usage',
      'complete',
      'close',
    ])
    const data = Object.fromEntries(events.map(({ event, data }) => [event, data]))
    expect(data.connected).toMatchObject({
      clientId: expect.stringMatching(/^chat-\d+-\w{9}$/),
      message: 'SSE connection established',
      timestamp: expect.any(String),
    })
    expect(data.status).toMatchObject({ message: 'Processing your request...' })
    expect(data.text).toEqual({ content: 'there.', token: 'there.' })
    expect(data.suggestions).toEqual({ items: ['What next?'], count: 1, suggestions: ['What next?'] })
    expect(data.complete).toMatchObject({
      success: true,
      wordCount: 2,
      sentenceCount: 1,
      audioChunks: 0,
      firstAudioLatency: null,
      language: 'en-IN',
    })
    expect(data.close).toMatchObject({ reason: data.connected.clientId })
  })

  test('comes with headers that no proxy buffers or transforms', async () => {
    const { headers } = await postJson(app.url + STREAM, ask())
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(headers.get('x-accel-buffering')).toBe('no')
  })

  test('that fails ends with error and close, and says whether trying again helps', async () => {
    const events = await collectEvents(await postJson(app.url + STREAM, ask('fail')))
    expect(events.map(({ event }) => event)).toEqual(['connected', 'status', 'error', 'close'])
    const message = new AppError('model_rate_limited').message
    expect(events[2]?.data).toMatchObject({ message, error: message, code: 'RATE_LIMIT', canRetry: true })
    expect(events[3]?.data).toMatchObject({ reason: 'error' })
  })

  test('that should be spoken comes whole and unspoken where speech is off', async () => {
    const events = await collectEvents(await postJson(app.url + STREAM, ask('Hello', { enableTTS: true })))
    expect(events.map(({ event }) => event)).not.toContain('audio')
    expect(events.at(-2)).toMatchObject({ event: 'complete', data: { audioChunks: 0 } })
  })
})

test('a message sent again under its name is answered once, however often and however soon', async () => {
  const question = ask('Hello', { messageId: crypto.randomUUID() })
  const asked = model.requests.length
  const answers = await Promise.all(
    [1, 2, 3].map(async () => collectEvents(await postJson(app.url + STREAM, question))),
  )
  const later = await postJson(`${app.url}/api/chat/query`, question)
  expect(answers.map((events) => events.at(-2)?.event)).toEqual(['complete', 'complete', 'complete'])
  expect(await later.json()).toMatchObject({ answer: 'Hello there.' })
  expect(model.requests.length - asked).toBe(1)
})

describe('resuming', () => {
  test.each([0, 1, 2, 3, 5, 6])('after event %i gives exactly the rest, however often', async (index) => {
    const sent = await collectEvents(await postJson(app.url + STREAM, ask()))
    const id = sent[index]?.id ?? ''
    const url = `${app.url}/api/chat/streams/${id.split(':')[0]}`
    for (let time = 0; time < 2; time++) {
      const rest = await collectEvents(await fetch(url, { headers: { 'last-event-id': id } }))
      expect(rest.map(({ event, id }) => [event, id])).toEqual(
        sent.slice(index + 1).map(({ event, id }) => [event, id]),
      )
    }
  })

  test('after the very end repeats how it ended', async () => {
    const sent = await collectEvents(await postJson(app.url + STREAM, ask()))
    const rest = await collectEvents(
      await postJson(app.url + STREAM, ask(), { 'last-event-id': sent.at(-1)?.id ?? '' }),
    )
    expect(rest.map(({ event }) => event)).toEqual(['complete', 'close'])
  })

  test('works on the endpoint that began the stream, too', async () => {
    const sent = await collectEvents(await postJson(app.url + STREAM, ask()))
    const rest = await collectEvents(
      await postJson(app.url + STREAM, ask(), { 'last-event-id': sent[2]?.id ?? '' }),
    )
    expect(rest.map(({ event }) => event)).toEqual(['text', 'suggestions', 'usage', 'complete', 'close'])
  })

  test.each([
    ['an answer nobody wrote', `/api/chat/streams/${crypto.randomUUID()}`, {}, 404, 'stream_not_found'],
    ['something that is no id', '/api/chat/streams/whatever', {}, 404, 'stream_not_found'],
    [
      'an event id that is none',
      `/api/chat/streams/${crypto.randomUUID()}`,
      { 'last-event-id': '; drop table' },
      400,
      'invalid_request',
    ],
  ])('%s is a clear error', async (...[, path, headers, status, code]) => {
    const response = await fetch(app.url + path, { headers })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code })
  })
})

test('leaving does not cancel an answer; stopping does, and keeps what was said', async () => {
  const question = ask('hang')
  const response = await postJson(app.url + STREAM, question)
  let streamId = ''
  for await (const { event, data } of readEvents(response)) {
    if (event === 'connected') streamId = data.streamId
    if (event === 'text') break
  }
  const running = await fetch(`${app.url}/api/chat/sessions/${question.sessionId}?chatbotId=test`)
  expect(await running.json()).toMatchObject({ streamId })
  const stop = await fetch(`${app.url}/api/chat/streams/${streamId}/stop`, { method: 'POST' })
  expect(await stop.json()).toEqual({ stopped: true })
  const rest = await collectEvents(await fetch(`${app.url}/api/chat/streams/${streamId}`))
  expect(rest.find(({ event }) => event === 'complete')?.data).toMatchObject({ reason: 'stopped' })
  const session = await fetch(`${app.url}/api/chat/sessions/${question.sessionId}?chatbotId=test`)
  expect(await session.json()).toMatchObject({
    streamId: null,
    messages: [{ content: 'hang' }, { content: 'Half an ', outcome: 'stopped' }],
  })
})

test('without a stream the whole answer comes in the shape of guide 002', async () => {
  const question = ask()
  const response = await postJson(`${app.url}/api/chat/query`, question)
  expect(await response.json()).toEqual({
    answer: 'Hello there.',
    link: null,
    tokens: 15,
    audio: null,
    sessionId: question.sessionId,
    requiresAuthNext: false,
    auth_method: null,
    typingDelay: 500,
    suggestions: ['What next?'],
  })
  const failed = await postJson(`${app.url}/api/chat/query`, ask('fail'))
  expect(failed.status).toBe(429)
})

describe('a bad request', () => {
  test.each([
    ['an empty question', { query: '  ' }, 'query', '>=1 characters'],
    ['a question of 5001 characters', { query: 'x'.repeat(5_001) }, 'query', '<=5000 characters'],
    ['a phone number with letters', { phone: 'call me' }, 'phone', 'pattern'],
    ['no bot', { chatbotId: undefined }, 'chatbotId', 'is required'],
  ])('with %s names the field', async (...[, extra, field, message]) => {
    const response = await postJson(app.url + STREAM, ask('Hello', extra))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      status: 400,
      error: 'Validation error',
      details: [{ field, message: expect.stringContaining(message), type: expect.any(String) }],
    })
  })

  test.each([
    ['{"query":', 'application/json', 400, 'invalid_request'],
    ['', 'application/json', 400, 'invalid_request'],
    ['query=hi', 'text/csv', 415, 'unsupported_media_type'],
    [`"${'x'.repeat(2_000_000)}"`, 'application/json', 413, 'body_too_large'],
  ])('%.12s as %s is %i', async (...[body, type, status, code]) => {
    const response = await postJson(app.url + STREAM, body, { 'content-type': type })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code })
  })

  test('is answered without a 500 whatever text it holds', async () => {
    const response = await postJson(app.url + STREAM, ask('nul \u0000 and lone \ud800 surrogate'))
    expect((await collectEvents(response)).at(-2)?.event).toBe('complete')
  })
})

test('an unknown bot is the default one in development, and error and close in production', async () => {
  const printed = ask('Hello', { chatbotId: 'TEST_ID', sessionId: 'test-uuid' })
  const lenient = await collectEvents(await postJson(app.url + STREAM, printed))
  expect(lenient.at(-2)?.event).toBe('complete')
  const strict = await startTestApp({ model, env: { NODE_ENV: 'production' } })
  try {
    const response = await postJson(strict.url + STREAM, printed)
    expect(response.status).toBe(200)
    const events = await collectEvents(response)
    expect(events.map(({ event, data }) => [event, data.message])).toEqual([
      ['connected', 'SSE connection established'],
      ['error', 'Chatbot not found'],
      ['close', 'Chatbot not found'],
    ])
    const again = await postJson(strict.url + STREAM, ask(), { 'last-event-id': events.at(-1)?.id ?? '' })
    expect((await collectEvents(again)).at(-2)?.event).toBe('complete')
    expect(new Set(events.map(({ id }) => id)).size).toBe(3)
    const refused = await postJson(strict.url + STREAM, ask('Hello', { sessionId: 'test-uuid' }))
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      details: [{ field: 'sessionId', message: 'has to be a UUID of version 4 or 5' }],
    })
  } finally {
    await strict.close()
  }
})

test('ids that open a conversation or an answer do not reach the log', async () => {
  const lines: string[] = []
  const logged = await startTestApp({ model, log: { write: (line) => lines.push(line) } })
  try {
    const { sessionId } = ask()
    const answer = await collectEvents(await postJson(logged.url + STREAM, ask('Hello', { sessionId })))
    await fetch(`${logged.url}/api/chat/sessions/${sessionId}?chatbotId=test`)
    await fetch(`${logged.url}/api/chat/streams/${answer[0]?.data.streamId}`).then((response) =>
      response.text(),
    )
    expect(lines.join('\n')).toContain('/api/chat/sessions/:sessionId')
    expect(lines.join('\n')).not.toContain(sessionId)
  } finally {
    await logged.close()
  }
})

test('health says which parts are well, with the word that was chosen', async () => {
  expect(await (await fetch(`${app.url}/health`)).json()).toMatchObject({
    status: 'healthy',
    checks: { database: true },
  })
  const other = await startTestApp({ model, env: { HEALTH_OK_WORD: 'ok' } })
  try {
    expect(await (await fetch(`${other.url}/health`)).json()).toMatchObject({ status: 'ok' })
    await other.store.close()
    // What was seen of the database is believed for a second.
    await expect.poll(async () => (await fetch(`${other.url}/readyz`)).status).toBe(503)
    const broken = await fetch(`${other.url}/readyz`)
    expect(await broken.json()).toMatchObject({
      status: 'unhealthy',
      checks: { database: false },
      problems: { database: expect.any(String) },
    })
  } finally {
    await other.close()
  }
})

test('bots are listed without their instructions', async () => {
  const { bots } = (await (await fetch(`${app.url}/api/chat/bots`)).json()) as { bots: object[] }
  expect(bots).toEqual([{ id: 'test', title: 'test', description: '', suggestions: ['What next?'] }])
})
