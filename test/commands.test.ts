import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BotCommand } from '../src/bot-commands.ts'
import { createFakePoe, type FakePoe } from '../src/fakes/poe.ts'
import { send, signUp } from './people.ts'
import { scriptedModel, text } from './scripted-model.ts'
import { collectEvents, postJson, startTestApp, type TestApp } from './test-app.ts'

const POE_KEY = 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'

const files: BotCommand = {
  name: 'files',
  description: { en: 'The documents of a person', ru: 'Документы человека' },
  run: async (wanted, { language, services }) => {
    const documents = await services.documents.own.list()
    return `${language === 'ru' ? 'Файлов' : 'Files'} like ${wanted}: ${documents.length}`
  },
}

describe('a command of the bot', () => {
  let app: TestApp
  let poe: FakePoe
  const model = scriptedModel(async function* answer() {
    yield* text('The model answers.')
  })
  beforeAll(async () => {
    poe = await createFakePoe()
    const env = { API_KEYS: 'the-key-of-the-caller', POE_ACCESS_KEY: POE_KEY, POE_BASE_URL: poe.url }
    app = await startTestApp({ model, bot: { commands: [files] }, env })
    poe.add('Test', { url: `${app.url}/`, accessKey: POE_KEY })
  })
  afterAll(async () => {
    await app.close()
    await poe.close()
  })

  const stream = async (query: string, more: object = {}) =>
    await collectEvents(
      await postJson(`${app.url}/api/chat/query/stream`, {
        query,
        chatbotId: 'test',
        sessionId: 'web',
        ...more,
      }),
    )
  const contentOf = (events: Awaited<ReturnType<typeof stream>>): string =>
    events.flatMap(({ event, data }) => (event === 'text' ? [String(data.content)] : [])).join('')

  const channels: Readonly<Record<string, (words: string) => Promise<string>>> = {
    'the web API': async (query) => {
      const body = { query, chatbotId: 'test', sessionId: 'web' }
      return await (await postJson(`${app.url}/api/chat/query`, body)).text()
    },
    'the web stream': async (query) => contentOf(await stream(query)),
    'the OpenAI API': async (content) => {
      const body = { model: 'test', messages: [{ role: 'user', content }] }
      const headers = { authorization: 'Bearer the-key-of-the-caller' }
      return await (await postJson(`${app.url}/v1/chat/completions`, body, headers)).text()
    },
    'the REST API': async (message) => {
      const ada = await signUp(app)
      return JSON.stringify((await send(app, `POST /api/${ada.id}/chat`, { ...ada, body: { message } })).body)
    },
    Poe: async (words) => (await poe.chat('Test').say(words)).text,
  }

  test.each(Object.entries(channels))('is run on %s, and others are for the model', async (_, say) => {
    const asked = model.requests.length
    expect(await say('/files *.md')).toContain('Files like *.md: 0')
    expect(model.requests).toHaveLength(asked)
    expect(await say('/elif')).toContain('The model answers.')
  })

  test('is an answer like any other in the stream and in the conversation, in the person’s language', async () => {
    const events = await stream('/files a', { sessionId: 'russian', language: 'ru-RU' })
    expect(contentOf(events)).toBe('Файлов like a: 0')
    expect(events.map(({ event }) => event)).toContain('complete')
    const again = await stream('And now?', { sessionId: 'russian' })
    expect(contentOf(again)).toBe('The model answers.')
    expect(model.requests.at(-1)?.messages).toEqual([
      { role: 'user', text: '/files a' },
      { role: 'assistant', text: 'Файлов like a: 0' },
      { role: 'user', text: 'And now?' },
    ])
  })
})
