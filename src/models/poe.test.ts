import { afterEach, describe, expect, test } from 'vitest'
import { ask, readParts, textOf } from '../../test/read-model.ts'
import { startTestApp } from '../../test/test-app.ts'
import { createFakePoe, type BotReply, type FakePoe, type FakePoeOptions } from '../fakes/poe.ts'
import { createPoeModel } from './poe.ts'

const KEY = 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'
const DONE = { event: 'done', data: {} } as const

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function start(options: FakePoeOptions = {}): Promise<FakePoe> {
  const poe = await createFakePoe(options)
  open.push(poe)
  return poe
}

async function read(reply: BotReply, change: Parameters<typeof ask>[0] = {}) {
  const poe = await start({ answer: () => reply })
  const model = createPoeModel({ model: 'GPT-5', baseUrl: poe.url, apiKey: 'api-key' })
  return { poe, parts: await readParts(model, ask(change)) }
}

test('asks another bot in the words of Poe, with the key of the operator', async () => {
  const call = { callId: 'c1', tool: 'now', input: '{}' }
  const { poe, parts } = await read('Noon.', {
    messages: [
      {
        role: 'user',
        text: 'Time?',
        images: [{ url: 'https://example.com/a.png', contentType: 'image/png' }],
      },
      { role: 'assistant', text: '', toolCalls: [call] },
      { role: 'tool', callId: 'c1', tool: 'now', output: '"noon"' },
    ],
    tools: [{ name: 'now', description: 'The time.', inputSchema: { type: 'object' } }],
  })
  expect(textOf(parts)).toBe('Noon.')
  expect(poe.calls[0]).toMatchObject({ name: 'GPT-5', headers: { authorization: 'Bearer api-key' } })
  const { query, tools } = { ...(poe.calls[0]?.body as { query: object[]; tools: object[] } | undefined) }
  expect(query?.slice(-3)).toEqual([
    {
      role: 'user',
      content: 'Time?',
      content_type: 'text/markdown',
      attachments: [{ url: 'https://example.com/a.png', content_type: 'image/png', name: 'image-1' }],
    },
    {
      role: 'bot',
      message_type: 'function_call',
      content: JSON.stringify([{ id: 'c1', type: 'function', function: { name: 'now', arguments: '{}' } }]),
    },
    {
      role: 'tool',
      content: JSON.stringify([{ role: 'tool', name: 'now', tool_call_id: 'c1', content: '"noon"' }]),
    },
  ])
  expect(tools).toMatchObject([{ type: 'function', function: { name: 'now' } }])
})

test('takes text back when the bot does', async () => {
  const { parts } = await read([
    { event: 'text', data: { text: 'Thinking...' } },
    { event: 'replace_response', data: { text: 'It is' } },
    { event: 'text', data: { text: ' noon.' } },
    DONE,
  ])
  expect(parts.filter(({ type }) => type !== 'finish')).toEqual([
    { type: 'replace', text: 'It is' },
    { type: 'text', text: ' noon.' },
  ])
})

test('takes calls of tools and bears what careless bots send', async () => {
  const fragment = { index: 0, id: 'c1', type: 'function', function: { name: 'now', arguments: '{}' } }
  const { parts } = await read([
    { event: 'unknown', data: { text: 7 } },
    { event: 'text', data: { text: null } },
    {
      event: 'json',
      data: { choices: [{ delta: { content: null, tool_calls: [fragment] }, finish_reason: null }] },
    },
    { event: 'json', data: { choices: [{ delta: {}, finish_reason: 'tool_calls' }] } },
    DONE,
  ])
  expect(parts).toMatchObject([
    { type: 'tool-call', tool: 'now' },
    { type: 'finish', reason: 'tool-calls' },
  ])
})

describe('a failure', () => {
  test.each([
    [{ error_type: 'user_message_too_long' }, 'model_context_too_long'],
    [{ error_type: 'insufficient_fund' }, 'poe_insufficient_funds'],
    [{ allow_retry: false }, 'model_rejected'],
    [{ allow_retry: true }, 'model_unavailable'],
  ])('%j is %s', async (data, code) => {
    await expect(read([{ event: 'error', data }, DONE])).rejects.toMatchObject({ code })
  })

  test('an answer that breaks off is broken', async () => {
    const poe = await start({ fault: { kind: 'truncate' } })
    const model = createPoeModel({ model: 'GPT-5', baseUrl: poe.url, apiKey: 'api-key' })
    await expect(readParts(model)).rejects.toMatchObject({ code: 'model_stream_broken' })
  })

  test('a question that no person of Poe asked needs a key', async () => {
    const model = createPoeModel({ model: 'GPT-5', baseUrl: 'http://127.0.0.1:9' })
    await expect(readParts(model)).rejects.toMatchObject({ code: 'model_unauthorized' })
  })
})

describe('behind a bot on Poe', () => {
  test('a person pays: key, metadata and query of the request are passed on, and the call is declared', async () => {
    const poe = await start()
    const app = await startTestApp({
      model: 'poe/GPT-5',
      bot: { limits: { steps: 3 } },
      env: { POE_ACCESS_KEY: KEY, POE_BASE_URL: poe.url },
    })
    open.unshift(app)
    poe.add('Test', { url: `${app.url}/`, accessKey: KEY })
    const talk = poe.chat('Test')
    const { text, violations } = await talk.say('Hi', { query: { metadata: 'd-1', bot_query_id: 'q-1' } })
    expect([text, violations]).toEqual(['Hello from GPT-5.', []])
    const [call] = poe.calls
    expect(call?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(call?.body).toMatchObject({
      type: 'query',
      metadata: 'd-1',
      bot_query_id: 'q-1',
      user_id: talk.userId,
      message_id: talk.lastMessageId,
    })
    const settings = await poe.send('Test', { type: 'settings' })
    expect(await settings.json()).toMatchObject({ server_bot_dependencies: { 'GPT-5': 6 } })
  })

  test('a bot that is not declared is not called', async () => {
    const poe = await start()
    const app = await startTestApp({
      model: 'poe/GPT-5',
      bot: { poe: { dependencies: { 'GPT-5': 0 } } },
      env: { POE_ACCESS_KEY: KEY, POE_BASE_URL: poe.url },
    })
    open.unshift(app)
    poe.add('Test', { url: `${app.url}/`, accessKey: KEY })
    const { error } = await poe.chat('Test').say('Hi')
    expect(error).toMatchObject({ allow_retry: false })
    expect(poe.calls).toEqual([])
  })
})
