import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApp, type TestApp } from './test-app.ts'

interface Operation {
  readonly summary?: string
  readonly responses?: Readonly<Record<string, unknown>>
}

/** Questions of machines, whose answers are their status. */
const WITHOUT_ERRORS =
  /^\/(?:livez|readyz|healthz?|health\/|metrics|prometheus\/|api\/health|api\/metrics|embed|rerank)/

let app: TestApp
let operations: readonly (readonly [string, Operation])[]
beforeAll(async () => {
  app = await startTestApp()
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
