import Anthropic from '@anthropic-ai/sdk'
import { LLMock } from '@copilotkit/aimock'
import { CohereClientV2 } from 'cohere-ai'
import OpenAI from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, readParts, textOf } from '../../test/read-model.ts'
import { createOpenAIModel } from '../models/openai.ts'
import { createFakeAnthropic } from './anthropic.ts'
import { createFakeCohere } from './cohere.ts'
import type { FakeModelOptions, FakeModelServer } from './fake-model-server.ts'
import { createFakeOpenAI } from './openai.ts'

/**
 * Independent referees: the official clients read our fakes, and a fake of others is read by our client. They stand
 * in one file because importing these packages is slow.
 */
const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

async function started(fake: Promise<FakeModelServer>): Promise<FakeModelServer> {
  open.push(await fake)
  return fake
}

const TEXT = 'Grüße aus Köln, 👋 world.'
const usage = { inputTokens: 7, outputTokens: 5 }
const weather = { id: 'call_a', name: 'weather', arguments: { city: 'Bern' } }
const user = [{ role: 'user', content: 'Weather?' }] as const
const parameters = { type: 'object', properties: { city: { type: 'string' } } } as const
const tools = [{ type: 'function', function: { name: 'weather', parameters } }] as const

describe('the openai client reads the fake OpenAI', () => {
  const connect = async (options: FakeModelOptions): Promise<OpenAI> =>
    new OpenAI({ baseURL: (await started(createFakeOpenAI(options))).url, apiKey: 'sk-right', maxRetries: 0 })
  const request = { model: 'gpt-4o-mini', messages: [...user] }

  test('streamed', async () => {
    const openai = await connect({ replies: [{ text: TEXT, usage }] })
    const stream = openai.chat.completions.stream({ ...request, stream_options: { include_usage: true } })
    expect(await stream.finalContent()).toBe(TEXT)
    expect(await stream.totalUsage()).toMatchObject({ prompt_tokens: 7, completion_tokens: 5 })
  })

  test('whole', async () => {
    const openai = await connect({ replies: [{ text: TEXT, usage }] })
    const { choices, usage: counted } = await openai.chat.completions.create(request)
    expect(choices).toMatchObject([{ message: { content: TEXT }, finish_reason: 'stop' }])
    expect(counted?.total_tokens).toBe(12)
  })

  test.each([true, false])('with a tool, streamed: %s', async (streamed) => {
    const openai = await connect({ replies: [{ toolCalls: [weather, weather] }] })
    const body = { ...request, tools: [...tools] }
    const { choices } = streamed
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body)
    const call = {
      id: 'call_a',
      type: 'function',
      function: { name: 'weather', arguments: '{"city":"Bern"}' },
    }
    expect(choices).toMatchObject([{ finish_reason: 'tool_calls', message: { tool_calls: [call, call] } }])
  })

  test('its errors and its models', async () => {
    const wrong = await connect({ apiKey: 'sk-other' })
    await expect(wrong.chat.completions.create(request)).rejects.toMatchObject({ code: 'invalid_api_key' })
    const limited = await connect({ models: ['m'], fault: { kind: 'status', status: 429 } })
    await expect(limited.chat.completions.create({ ...request, model: 'm' })).rejects.toMatchObject({
      code: 'rate_limit_exceeded',
    })
    await expect(limited.chat.completions.create(request)).rejects.toMatchObject({ code: 'model_not_found' })
    expect((await limited.models.list()).data.map(({ id }) => id)).toEqual(['m'])
  })

  test('a tool result without its call, and a call without its result', async () => {
    const openai = await connect({})
    const result = { role: 'tool', tool_call_id: 'call_a', content: '1' } as const
    const call = { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{}' } } as const
    const asked = { role: 'assistant' as const, tool_calls: [call] }
    const send = (messages: OpenAI.ChatCompletionMessageParam[]): Promise<unknown> =>
      openai.chat.completions.create({ ...request, messages })
    await expect(send([...user, result])).rejects.toThrow('must be a response to a preceeding message')
    await expect(send([...user, asked, ...user])).rejects.toThrow('did not have response messages: call_a')
    await expect(send([...user, asked])).rejects.toThrow('did not have response messages: call_a')
  })
})

describe('the cohere client reads the fake Cohere', () => {
  const connect = async (options: FakeModelOptions): Promise<CohereClientV2> =>
    new CohereClientV2({
      environment: (await started(createFakeCohere(options))).url,
      token: 'co-right',
      maxRetries: 0,
    })
  const request = { model: 'command-a-03-2025', messages: [...user] }

  test('streamed, with citations', async () => {
    const cohere = await connect({ replies: [{ text: TEXT, citations: [0] }] })
    const documents = [{ id: 'doc:0', data: { snippet: 'Hello.' } }]
    let text = ''
    const sources: unknown[] = []
    for await (const event of await cohere.chatStream({ ...request, documents })) {
      if (event.type === 'content-delta') text += event.delta?.message?.content?.text ?? ''
      if (event.type === 'citation-start') sources.push(event.delta?.message?.citations?.sources?.[0])
    }
    expect([text, sources]).toEqual([TEXT, [expect.objectContaining({ type: 'document', id: 'doc:0' })]])
  })

  test('whole, with a tool', async () => {
    const cohere = await connect({ replies: [{ text: TEXT, usage }, { toolCalls: [weather] }] })
    expect(await cohere.chat(request)).toMatchObject({
      finishReason: 'COMPLETE',
      message: { content: [{ text: TEXT }] },
      usage: { tokens: { inputTokens: 7, outputTokens: 5 } },
    })
    const { message } = await cohere.chat({ ...request, tools: [...tools] })
    expect(message.toolCalls?.[0]).toMatchObject({ id: 'call_a', function: { arguments: '{"city":"Bern"}' } })
  })

  test('a tool, streamed', async () => {
    const cohere = await connect({ replies: [{ toolCalls: [weather] }] })
    let input = ''
    const seen: string[] = []
    for await (const event of await cohere.chatStream({ ...request, tools: [...tools] })) {
      seen.push(event.type)
      if (event.type === 'tool-call-delta')
        input += event.delta?.message?.toolCalls?.function?.arguments ?? ''
      if (event.type === 'message-end') seen.push(event.delta?.finishReason ?? '')
    }
    expect([input, seen.slice(-2), seen.includes('tool-plan-delta')]).toEqual([
      '{"city":"Bern"}',
      ['message-end', 'TOOL_CALL'],
      true,
    ])
  })

  test('its errors', async () => {
    const cohere = await connect({ apiKey: 'co-other' })
    await expect(cohere.chat(request)).rejects.toMatchObject({
      statusCode: 401,
      body: { message: 'invalid api token' },
    })
  })
})

describe('the anthropic client reads the fake Anthropic', () => {
  const connect = async (options: FakeModelOptions): Promise<Anthropic> =>
    new Anthropic({
      baseURL: (await started(createFakeAnthropic(options))).url,
      apiKey: 'an-right',
      maxRetries: 0,
    })
  const request = { model: 'claude-haiku-5-5', max_tokens: 100, messages: [...user] }
  const anthropicTools = [{ name: 'weather', input_schema: parameters }]

  test.each([true, false])('text and a tool, streamed: %s', async (streamed) => {
    const anthropic = await connect({ replies: [{ text: TEXT, toolCalls: [weather], usage }] })
    const body = { ...request, tools: anthropicTools }
    const message = streamed
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body)
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: TEXT },
        { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Bern' } },
      ],
      usage: { input_tokens: 7, output_tokens: 5 },
    })
  })

  test('its errors, also inside a stream', async () => {
    const wrong = await connect({ apiKey: 'an-other' })
    await expect(wrong.messages.create(request)).rejects.toMatchObject({
      status: 401,
      type: 'authentication_error',
    })
    const overloaded = await connect({ fault: { kind: 'error-event', after: 3 } })
    await expect(overloaded.messages.stream(request).finalMessage()).rejects.toThrow('Overloaded')
  })
})

describe('our client reads aimock', () => {
  const startMock = async (mock: LLMock): Promise<string> => {
    await mock.start()
    open.push({ close: () => mock.stop() })
    return `${mock.url}/v1`
  }

  test('a text and a tool', async () => {
    const mock = new LLMock({ port: 0 })
    mock.onMessage('hello', { content: TEXT })
    mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Bern"}' }] })
    const model = createOpenAIModel({ model: 'gpt-4o-mini', baseUrl: await startMock(mock), apiKey: 'mock' })
    const say = (text: string): ReturnType<typeof readParts> =>
      readParts(model, ask({ messages: [{ role: 'user', text }] }))
    expect(textOf(await say('hello'))).toBe(TEXT)
    expect(await say('weather')).toMatchObject([
      { type: 'tool-call', tool: 'weather', input: '{"city":"Bern"}' },
      { type: 'finish', reason: 'tool-calls' },
    ])
  })

  test('429', async () => {
    const mock = new LLMock({ port: 0 })
    mock.onMessage('Hi', {
      error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
      status: 429,
      retryAfter: 3,
    })
    const model = createOpenAIModel({ model: 'gpt-4o-mini', baseUrl: await startMock(mock), apiKey: 'mock' })
    await expect(readParts(model)).rejects.toMatchObject({ code: 'model_rate_limited', retryAfterMs: 3_000 })
  })

  test('a stream that is cut', async () => {
    const mock = new LLMock({ port: 0 })
    mock.onMessage('Hi', { content: 'a long answer '.repeat(20) }, { truncateAfterChunks: 3, latency: 5 })
    const model = createOpenAIModel({ model: 'gpt-4o-mini', baseUrl: await startMock(mock), apiKey: 'mock' })
    await expect(readParts(model)).rejects.toMatchObject({ code: 'model_stream_broken' })
  })
})
