import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineBot } from '../src/bot.ts'
import { startTestApp, type TestApp } from './test-app.ts'

interface Body {
  readonly example?: unknown
}

interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Body>> }
  readonly responses?: Readonly<Record<string, unknown>>
}

/** Questions of machines, whose answers are their status. */
const WITHOUT_ERRORS =
  /^\/(?:livez|readyz|healthz?|health\/|metrics|prometheus\/|api\/health|api\/metrics|embed|rerank)/

/** Examples name the first of the ready-made bots. */
const ASSISTANT = defineBot({ name: 'assistant', instructions: 'Be brief.' })

let app: TestApp
let operations: readonly (readonly [string, Operation])[]
beforeAll(async () => {
  app = await startTestApp({ moreBots: [ASSISTANT] })
  const { paths } = (await (await fetch(`${app.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => [`${method} ${path}`, one] as const),
  )
})
afterAll(() => app.close())

test('every route that is described says what it does', () => {
  expect(operations.length).toBeGreaterThan(20)
  expect(operations.filter(([, { summary }]) => !summary).map(([name]) => name)).toEqual([])
})

test('every route but those of health describes what a refused request gets', () => {
  const silent = operations.filter(
    ([name, { responses = {} }]) =>
      !WITHOUT_ERRORS.test(name.split(' ')[1] ?? '') &&
      !Object.keys(responses).some((status) => /^4(?:\d\d|XX)$/i.test(status)),
  )
  expect(silent.map(([name]) => name)).toEqual([])
})

/** What people send from the page at `/docs`; operators have the command line. */
const ASKING = new Set(['chat', 'openai', 'conversations', 'auth', 'voice', 'tasks'])

test('what people ask has an example, since made-up ones fit a schema and nothing else', () => {
  const without = operations.filter(([, { tags = [], requestBody }]) => {
    const body = requestBody?.content['application/json']
    return tags.some((tag) => ASKING.has(tag)) && body !== undefined && body.example === undefined
  })
  expect(without.map(([name]) => name)).toEqual([])
})

test.each(['/api/chat/query', '/v1/chat/completions'])('the example of %s is answered', async (path) => {
  const [, operation] = operations.find(([name]) => name === `post ${path}`) ?? []
  const example = operation?.requestBody?.content['application/json']?.example
  const response = await fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(example),
  })
  expect(response.status).toBe(200)
})

test('every reply has a description of its own', () => {
  expect(JSON.stringify(operations)).not.toContain('Default Response')
})

test('every route says what its success looks like', () => {
  const silent = operations.filter(
    ([, { responses = {} }]) => !Object.keys(responses).some((status) => status.startsWith('2')),
  )
  expect(silent.map(([name]) => name)).toEqual([])
})
