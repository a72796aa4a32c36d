import { afterAll, beforeAll, expect, test } from 'vitest'
import { postJson, startTestApp, type TestApp } from '../../test/test-app.ts'

let app: TestApp
beforeAll(async () => {
  const bot = { site: { allowedOrigins: ['https://shop.example'] } }
  app = await startTestApp({ bot, env: { CORS_ORIGINS: '*' } })
})
afterAll(() => app.close())

test.each([
  '/api/chat/query',
  '/%61pi/chat/query',
  '/api/ch%61t/query',
  '/api/chat/query/',
  '/api/chat/query/stream?chatbotId=other&chatbotId=test',
])('a page that a bot does not name cannot ask it by %s', async (path) => {
  const question = { query: 'Hi', chatbotId: 'test' }
  const ask = async (origin: string): Promise<number> =>
    (await postJson(app.url + path, question, { origin })).status
  expect([await ask('https://evil.example'), await ask('https://shop.example')]).toEqual([403, 200])
})
