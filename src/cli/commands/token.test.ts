import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeFolder, runCommand } from '../../../test/run-command.ts'
import { send, signUp } from '../../../test/people.ts'
import { startTestApp, type TestApp } from '../../../test/test-app.ts'

const SECRET = 'a-secret-of-this-test-that-is-long-enough'

function run(words: readonly string[], env: Readonly<Record<string, string>>) {
  return runCommand(['token', ...words], { cwd: import.meta.dirname, stdin: '', env })
}

describe('botyard token', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp({ env: { JWT_SECRET: SECRET } })
  })
  afterAll(() => app.close())

  test('needs the secret alone and prints the token alone', async () => {
    const { code, out, err } = await run(['--name', 'ci', '--days', '2'], { JWT_SECRET: SECRET })
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('operator operator:ci, valid until'),
    })
    const { exp = 0, iat = 0, ...claims } = decodeJwt(out.trim())
    expect(claims).toMatchObject({ sub: 'operator:ci', role: 'operator', iss: 'botyard', aud: 'botyard' })
    expect(exp - iat).toBe(2 * 86_400)
  })

  test('such a token is nobody who has tasks or conversations, and can be signed out', async () => {
    const { out } = await run([], { JWT_SECRET: SECRET })
    const token = out.trim()
    expect((await send(app, 'GET /api/auth/me', { token })).status).toBe(403)
    expect((await send(app, 'GET /api/0/conversations', { token })).status).toBe(403)
    await send(app, 'POST /api/auth/signout', { token })
    expect((await send(app, 'GET /api/auth/me', { token })).status).toBe(401)
  })

  test('--email gives an account a token and, when asked, a role', async () => {
    await using folder = await makeFolder({})
    const env = { JWT_SECRET: SECRET, DATA_DIR: `${folder.path}/data` }
    const first = await startTestApp({ env })
    const ada = await signUp(first)
    await first.close()
    const { code, out } = await run(['--email', ada.email.toUpperCase(), '--role', 'admin', '--json'], env)
    expect(code).toBe(0)
    const minted = JSON.parse(out)
    expect(minted).toMatchObject({ role: 'admin', subject: String(ada.id) })
    const second = await startTestApp({ env })
    const me = await send(second, 'GET /api/auth/me', { token: minted.token })
    await second.close()
    expect(me).toMatchObject({ status: 200, body: { email: ada.email, role: 'admin' } })
  })

  test.each([
    [['--role', 'king'], '--role takes operator or admin.'],
    [['--days', '0'], '--days takes a number above 0'],
  ])('%j is not understood', async (words, message) => {
    const { code, err } = await run(words, { JWT_SECRET: SECRET })
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) })
  })

  test('fails where there is no secret, and for an address nobody has', async () => {
    expect(await run([], { NODE_ENV: 'production' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('JWT_SECRET'),
    })
    await using folder = await makeFolder({})
    const env = { JWT_SECRET: SECRET, DATA_DIR: `${folder.path}/data` }
    await (await startTestApp({ env })).close()
    const { code, err } = await run(['--email', 'nobody@example.com'], env)
    expect({ code, err }).toEqual({
      code: 1,
      err: 'There is no account with the address nobody@example.com.\n',
    })
  })
})
