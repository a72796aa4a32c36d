import { randomUUID } from 'node:crypto'
import { startTestApp, type TestApp, type TestAppOptions } from './test-app.ts'
import { testDatabases, type TestDatabase } from './test-databases.ts'

/** A whole server on a database: the embedded one always, PostgreSQL when TEST_DATABASE_URL names a server. */
export interface AppBackend {
  readonly name: TestDatabase['name']
  start(options?: TestAppOptions): Promise<TestApp>
}

export function appBackends(): readonly AppBackend[] {
  return testDatabases().map(({ name }) => ({
    name,
    start: (options) => startTestApp({ ...options, database: name }),
  }))
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever was sent
  readonly body: any
}

/** Sends JSON and reads JSON, as somebody or as nobody. */
export async function send(
  { url }: Pick<TestApp, 'url'>,
  request: string,
  { body, token, headers }: { body?: unknown; token?: string | undefined; headers?: object } = {},
): Promise<Reply> {
  const [method = 'GET', path = '/'] = request.split(' ')
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

export const PASSWORD = 'correct horse battery'

export interface Person {
  readonly id: number
  readonly email: string
  readonly token: string
}

/** Somebody new, signed in. */
export async function signUp(app: Pick<TestApp, 'url'>, name = 'Ada'): Promise<Person> {
  const email = `${randomUUID()}@example.com`
  const { status, body } = await send(app, 'POST /api/auth/signup', {
    body: { name, email, password: PASSWORD },
  })
  if (status !== 201) throw new Error(`sign-up failed: ${JSON.stringify(body)}`)
  return { id: body.user.id, email, token: body.access_token }
}
