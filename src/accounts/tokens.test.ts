import { createHmac, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appBackends, PASSWORD, send, signUp, type Person } from '../../test/people.ts'
import { scriptedModel, text } from '../../test/scripted-model.ts'
import { startTestApp, type TestApp } from '../../test/test-app.ts'

const SECRET = 'a-secret-of-this-test-that-is-long-enough'
const ISSUER = 'https://login.example.com/'
const model = scriptedModel(text('Hello.'))

/** The keys of another issuer, published as it would publish them. */
async function startIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }]
  let asked = 0
  const server = createServer((_request, response) => {
    asked++
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (claims: Record<string, unknown> = {}) =>
      new SignJWT({ sub: 'employee-7', aud: 'botyard', iss: ISSUER, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    asked: () => asked,
    close: () => server.close(),
  }
}

let issuer: Awaited<ReturnType<typeof startIssuer>>
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

function base64(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** A token made by hand, for what no library would sign. */
function forge(header: object, claims: object, key = SECRET): string {
  const signed = `${base64(header)}.${base64(claims)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

function claimsOf(person: Person, changes: Record<string, unknown> = {}): object {
  const now = Math.floor(Date.now() / 1_000)
  const claims = { sub: String(person.id), iss: 'botyard', aud: 'botyard', iat: now, exp: now + 60 }
  return JSON.parse(JSON.stringify({ ...claims, ...changes }))
}

describe.each(appBackends())('tokens on $name', (backend) => {
  let app: TestApp
  let ada: Person

  beforeAll(async () => {
    const env = { JWT_SECRET: SECRET, JWKS_URL: issuer.url, JWKS_ISSUER: ISSUER, JWKS_AUDIENCE: 'botyard' }
    app = await backend.start({ model, env })
    ada = await signUp(app)
  })
  afterAll(() => app.close())

  const me = async (token: string) => send(app, 'GET /api/auth/me', { token })

  describe('a token is refused', () => {
    const bad: readonly (readonly [string, () => string | Promise<string>])[] = [
      ['that is not one', () => 'nonsense'],
      ['that is cut', () => ada.token.slice(0, -5)],
      [
        'whose claims were changed',
        () => ada.token.replace(/\.[^.]+\./, `.${base64(claimsOf({ ...ada, id: 1 }))}.`),
      ],
      ['without a signature', () => `${base64({ alg: 'none' })}.${base64(claimsOf(ada))}.`],
      ['without a signature, spelt otherwise', () => `${base64({ alg: 'None' })}.${base64(claimsOf(ada))}.`],
      ['of another secret', () => forge({ alg: 'HS256' }, claimsOf(ada), `${SECRET}!`)],
      ['of another algorithm', () => forge({ alg: 'HS512' }, claimsOf(ada))],
      [
        'that passes the public key of the other issuer off as a secret',
        () => forge({ alg: 'HS256' }, claimsOf(ada, { iss: ISSUER }), issuer.publicPem),
      ],
      ['that says RS256 over a shared secret', () => forge({ alg: 'RS256', kid: 'one' }, claimsOf(ada))],
      ['that has expired', () => forge({ alg: 'HS256' }, claimsOf(ada, { exp: 1_600_000_000 }))],
      ['that never expires', () => forge({ alg: 'HS256' }, claimsOf(ada, { exp: undefined }))],
      ['that is not valid yet', () => forge({ alg: 'HS256' }, claimsOf(ada, { nbf: 32_000_000_000 }))],
      ['of another issuer', () => forge({ alg: 'HS256' }, claimsOf(ada, { iss: 'somebody' }))],
      ['without an issuer', () => forge({ alg: 'HS256' }, claimsOf(ada, { iss: undefined }))],
      ['for another audience', () => forge({ alg: 'HS256' }, claimsOf(ada, { aud: 'somebody' }))],
      ['of nobody', () => forge({ alg: 'HS256' }, claimsOf(ada, { sub: '2147483647' }))],
      ['of a number no user can have', () => forge({ alg: 'HS256' }, claimsOf(ada, { sub: '9999999999' }))],
      [
        'of something that is no number',
        () => forge({ alg: 'HS256' }, claimsOf(ada, { sub: "1' or '1'='1" })),
      ],
      [
        'with a critical header we do not know',
        () => forge({ alg: 'HS256', crit: ['x'], x: 1 }, claimsOf(ada)),
      ],
      ['of an unknown key', () => forge({ alg: 'HS256', kid: 'other' }, claimsOf(ada))],
      ['of the other issuer for another audience', () => issuer.sign({ aud: 'somebody' })],
      ['of the other issuer in another name', () => issuer.sign({ iss: 'https://evil.example.com/' })],
    ]
    test.each(bad)('%s', async (_what, make) => {
      expect(await me(await make())).toMatchObject({
        status: 401,
        body: { detail: 'Invalid or expired token' },
      })
    })

    test('and where it says its keys lie is not asked', async () => {
      const before = issuer.asked()
      const header = {
        alg: 'HS256',
        jku: issuer.url,
        x5u: issuer.url,
        jwk: { kty: 'oct', k: base64(SECRET) },
      }
      expect((await me(forge(header, claimsOf(ada), 'my own key'))).status).toBe(401)
      expect(issuer.asked()).toBe(before)
    })

    test('but one made by hand in the right way is taken', async () => {
      expect((await me(forge({ alg: 'HS256' }, claimsOf(ada)))).status).toBe(200)
    })
  })

  test('people of another issuer are the same user each time, and never somebody who has their address here', async () => {
    const first = await me(await issuer.sign({ email: ada.email, name: 'Ada of the company' }))
    const second = await me(await issuer.sign({ email: ada.email }))
    expect(first).toMatchObject({
      status: 200,
      body: { name: 'Ada of the company', email: null, role: 'user' },
    })
    expect(second.body.id).toBe(first.body.id)
    expect(first.body.id).not.toBe(ada.id)
  })

  test('signing out ends the token however its signature is written, and no other token of the person', async () => {
    const signIn = () =>
      send(app, 'POST /api/auth/signin', { body: { email: ada.email, password: PASSWORD } })
    const { body: one } = await signIn()
    const { body: two } = await signIn()
    expect(one.access_token).not.toBe(two.access_token)
    await send(app, 'POST /api/auth/signout', { token: one.access_token })
    expect((await me(one.access_token)).status).toBe(401)
    // The last letter of 43 carries two bits that mean nothing; whatever reads them generously reads the same signature.
    const variants = ['A', 'B', 'C', 'D', 'Q', 'g', 'w'].map(
      (letter) => one.access_token.slice(0, -1) + letter,
    )
    for (const token of variants) expect((await me(token)).status).toBe(401)
    expect((await me(two.access_token)).status).toBe(200)
  })
})

test('a new secret signs nobody out while the old one is kept, and everybody when it is not', async () => {
  const next = `${SECRET}-of-next-year`
  const before = await startTestApp({ model, env: { JWT_SECRET: SECRET } })
  const { token } = await signUp(before)
  await before.close()
  const statusWith = async (env: Record<string, string>): Promise<number> => {
    const app = await startTestApp({ model, env })
    // The first account here has the number of the first account there.
    await signUp(app)
    const { status } = await send(app, 'GET /api/auth/me', { token })
    await app.close()
    return status
  }
  expect(await statusWith({ JWT_SECRET: next, JWT_PREVIOUS_SECRETS: SECRET })).toBe(200)
  expect(await statusWith({ JWT_SECRET: next })).toBe(401)
})

test('a replica that still signs with the old secret takes tokens of the new one', async () => {
  const next = `${SECRET}-of-next-year`
  const app = await startTestApp({ model, env: { JWT_SECRET: SECRET, JWT_PREVIOUS_SECRETS: next } })
  const token = forge({ alg: 'HS256' }, claimsOf(await signUp(app)), next)
  expect((await send(app, 'GET /api/auth/me', { token })).status).toBe(200)
  await app.close()
})

test('the keys of the other issuer being away is 503, never a way in', async () => {
  const away = { JWKS_URL: 'http://127.0.0.1:1/jwks', JWKS_ISSUER: ISSUER, JWKS_AUDIENCE: 'botyard' }
  const app = await startTestApp({ model, env: away })
  const reply = await send(app, 'GET /api/auth/me', { token: await issuer.sign() })
  expect(reply).toMatchObject({ status: 503, body: { error: 'unavailable', retryable: true } })
  await app.close()
})
