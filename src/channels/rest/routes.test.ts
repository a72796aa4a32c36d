import { randomUUID } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send, signUp, type Reply } from '../../../test/people.ts'
import { startTestApp, type TestApp } from '../../../test/test-app.ts'

describe('every route of the description', () => {
  const secret = 'a-secret-of-this-test-that-is-long-enough'
  let app: TestApp
  let routes: readonly Route[]

  interface Route {
    readonly method: string
    readonly path: string
    readonly responses: object
    readonly security: unknown
  }

  beforeAll(async () => {
    app = await startTestApp({ env: { RATE_LIMIT_PER_SECOND: '0', JWT_SECRET: secret } })
    const { body } = await send(app, 'GET /openapi.json')
    const paths = Object.entries<Record<string, Pick<Route, 'responses' | 'security'>>>(body.paths)
    routes = paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => ({ ...route, path, method: method.toUpperCase() })),
    )
  })
  afterAll(() => app.close())

  const ask = (route: Route, userId: number, token?: string): Promise<Reply> => {
    const path = route.path.replace('{user_id}', String(userId)).replaceAll(/\{\w+\}/g, randomUUID())
    // Through a proxy: whoever sits at this computer reads the numbers without a token.
    const headers = { 'x-real-ip': '203.0.113.9' }
    return send(app, `${route.method} ${path}`, {
      token,
      headers,
      ...(route.method !== 'GET' && { body: {} }),
    })
  }

  test('names its replies, errors included', () => {
    const ours = routes.filter(({ path }) => /^\/api\/(\{user_id\}|auth)\//.test(path))
    expect(ours.length).toBeGreaterThan(10)
    const errors = ['400', '401', '403', '404', '413', '422', '429', '500', '503']
    for (const { responses } of ours) expect(Object.keys(responses)).toEqual(expect.arrayContaining(errors))
  })

  test('that has a user in its path is closed to other users, to nobody, and to a machine', async () => {
    const [ada, bob] = [await signUp(app), await signUp(app)]
    const personal = routes.filter(({ path }) => path.includes('{user_id}'))
    expect(personal.length).toBeGreaterThan(3)
    for (const route of personal) {
      const where = `${route.method} ${route.path}`
      expect([where, (await ask(route, ada.id, bob.token)).status]).toEqual([where, 403])
      expect([where, (await ask(route, ada.id)).status]).toEqual([where, 401])
      expect([where, (await ask(route, ada.id, `${ada.token}x`)).status]).toEqual([where, 401])
    }
  })

  test('that needs a token refuses who has none', async () => {
    for (const route of secured())
      expect([route.path, (await ask(route, 1)).status]).toEqual([route.path, 401])
  })

  test.each<[string, Forged]>([
    ['an expired', { expires: '-1 minute' }],
    ['an unsigned', { algorithm: 'none' }],
    ['a wrong-algorithm', { algorithm: 'HS512' }],
    ['a wrong-issuer', { issuer: 'https://evil.example.com/' }],
  ])('that needs a token refuses %s one', async (_what, wrong) => {
    const { id } = await signUp(app)
    expect((await send(app, 'GET /api/auth/me', { token: await forge(id, {}) })).status).toBe(200)
    const token = await forge(id, wrong)
    expect(secured().length).toBeGreaterThan(25)
    for (const route of secured())
      expect([route.path, (await ask(route, id, token)).status]).toEqual([route.path, 401])
  })

  interface Forged {
    readonly expires?: string
    readonly issuer?: string
    readonly algorithm?: 'HS256' | 'HS512' | 'none'
  }

  /** A token as the server signs them but for what is wrong with it. */
  async function forge(
    id: number,
    { expires = '1 minute', issuer = 'botyard', algorithm = 'HS256' }: Forged,
  ): Promise<string> {
    const token = algorithm === 'none' ? new UnsecuredJWT() : new SignJWT()
    token.setSubject(String(id)).setIssuer(issuer).setAudience('botyard').setIssuedAt()
    token.setExpirationTime(expires)
    if (token instanceof UnsecuredJWT) return token.encode()
    return await token.setProtectedHeader({ alg: algorithm }).sign(new TextEncoder().encode(secret))
  }

  function secured(): readonly Route[] {
    return routes.filter(
      ({ path, security }) => security && path.startsWith('/api/') && path !== '/api/auth/signout',
    )
  }
})
