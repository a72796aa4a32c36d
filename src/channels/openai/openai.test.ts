import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calls, failing, finish, hanging, scriptedModel, text } from '../../../test/scripted-model.ts'
import { postJson, startTestApp, type TestApp } from '../../../test/test-app.ts'
import { AppError } from '../../errors.ts'

/** The words choose what the model does; a tool result is told back. */
const model = scriptedModel(async function* answer(request, signal) {
  const last = request.messages.at(-1)
  if (last?.role === 'tool') yield* text(`The tool said ${last.output}.`)
  else if (last?.text === 'fail') yield* failing(new AppError('model_rate_limited'), 'Well')(request, signal)
  else if (last?.text === 'hang') yield* hanging('Half')(request, signal)
  else if (last?.text === 'long') yield* [{ type: 'text', text: 'Cut' } as const, finish('length')]
  else if (request.tools.some(({ name }) => name === 'get_weather'))
    yield* calls(['get_weather', { city: 'Oslo' }])
  else yield* text('Hello ', 'there.')
})

let app: TestApp
let client: OpenAI

beforeAll(async () => {
  app = await startTestApp({ model, env: { API_KEYS: 'key-of-the-first-caller,key-of-the-second-caller' } })
  client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'key-of-the-second-caller', maxRetries: 0 })
})

afterAll(() => app.close())

function nested(depth: number): object {
  let schema = {}
  for (let level = 0; level < depth; level++) schema = { properties: schema }
  return schema
}

function ask(content: string) {
  return { model: 'test', messages: [{ role: 'user' as const, content }] }
}

describe('the official client', () => {
  test('lists the bots as models', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id)
    expect(ids).toEqual(['test'])
    expect(await client.models.retrieve('test')).toMatchObject({ object: 'model', owned_by: 'botyard' })
  })

  test('gets a whole completion with its usage', async () => {
    const completion = await client.chat.completions.create(ask('Hello'))
    expect(completion.choices[0]).toMatchObject({
      message: { role: 'assistant', content: 'Hello there.' },
      finish_reason: 'stop',
    })
    expect(completion.usage).toEqual({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 })
  })

  test('reads a stream and, asked for, its usage', async () => {
    const stream = client.chat.completions.stream({
      ...ask('Hello'),
      stream_options: { include_usage: true },
    })
    const deltas: string[] = []
    stream.on('content', (delta) => deltas.push(delta))
    const { choices, usage } = await stream.finalChatCompletion()
    expect(deltas.filter(Boolean)).toEqual(['Hello ', 'there.'])
    expect(choices[0]?.finish_reason).toBe('stop')
    expect(usage?.total_tokens).toBe(15)
  })

  test('runs its own tools round trip, streamed or not', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ]
    const asked = { ...ask('Weather?'), tools }
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion()
    const { message, finish_reason } = (await client.chat.completions.create(asked)).choices[0] ?? {}
    expect(finish_reason).toBe('tool_calls')
    expect(message?.content).toBeNull()
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
    })
    const id = message?.tool_calls?.[0]?.id ?? ''
    const messages = [
      ...asked.messages,
      message as never,
      { role: 'tool' as const, tool_call_id: id, content: 'rain' },
    ]
    const answer = await client.chat.completions.create({ ...asked, messages })
    expect(answer.choices[0]?.message.content).toBe('The tool said rain.')
  })

  test('sees a limit of the model as length', async () => {
    expect((await client.chat.completions.create(ask('long'))).choices[0]?.finish_reason).toBe('length')
  })

  test('throws its own errors for ours', async () => {
    await expect(client.chat.completions.create({ ...ask('x'), model: 'nobody' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
    await expect(client.chat.completions.create(ask('fail'))).rejects.toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
    })
    const stream = client.chat.completions.stream(ask('fail'))
    await expect(stream.finalChatCompletion()).rejects.toThrow(/too many requests/)
    const stranger = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'key-of-nobody', maxRetries: 0 })
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  test('that leaves cancels its answer', async () => {
    const stream = client.chat.completions.stream(ask('hang'))
    const { promise: heard, resolve } = Promise.withResolvers<void>()
    stream.on('content', () => resolve())
    const done = stream.done().catch((error: Error) => error.name)
    await heard
    stream.abort()
    await app.drainTurns(5_000)
    const rows = await app.store.db
      .selectFrom('turns')
      .select('bot')
      .where('outcome', '=', 'stopped')
      .execute()
    expect(await done).toBe('Error')
    expect(rows).toHaveLength(1)
  })
})

describe('a request that cannot be honoured', () => {
  test.each([
    [
      'an answer after an answer',
      { messages: [{ role: 'assistant', content: 'x' }] },
      /must end with a message of the user/,
    ],
    [
      'a tool result without its call',
      { messages: [{ role: 'tool', tool_call_id: 'a', content: 'x' }] },
      /has no call before it/,
    ],
    ['two answers at once', { n: 2 }, /n /],
    [
      'a bottomless tool schema',
      { tools: [{ type: 'function', function: { name: 'x', parameters: nested(5_000) } }] },
      /nested too deeply/,
    ],
    ['a JSON schema', { response_format: { type: 'json_schema' } }, /response_format/],
  ])('with %s is refused in words', async (_case, extra, words) => {
    const response = await postJson(
      `${app.url}/v1/chat/completions`,
      { ...ask('x'), ...extra },
      { authorization: 'Bearer key-of-the-first-caller' },
    )
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string; type: string } }
    expect(error).toMatchObject({ type: 'invalid_request_error', message: expect.stringMatching(words) })
  })
})
