import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appBackends, PASSWORD, send, signUp, type Person } from '../../test/people.ts'
import { scriptedModel, text } from '../../test/scripted-model.ts'
import { startTestApp, type TestApp } from '../../test/test-app.ts'

const model = scriptedModel(text('Hello.'))

describe.each(appBackends())('accounts on $name', (backend) => {
  let app: TestApp
  let ada: Person

  beforeAll(async () => {
    app = await backend.start({ model, env: { TRUST_PROXY: 'true', RATE_LIMIT_PER_SECOND: '0' } })
    ada = await signUp(app)
  })
  afterAll(() => app.close())

  const me = async (token: string) => send(app, 'GET /api/auth/me', { token })
  const signIn = (email: string, password = PASSWORD, address?: string) =>
    send(app, 'POST /api/auth/signin', {
      body: { email, password },
      ...(address && { headers: { 'x-forwarded-for': address } }),
    })

  test('signing up, in and out has the fields and statuses of guide 001', async () => {
    const email = `${randomUUID()}@Example.com`
    const made = await send(app, 'POST /api/auth/signup', {
      body: { name: 'Bob', email, password: PASSWORD },
    })
    const user = {
      id: expect.any(Number),
      email: email.toLowerCase(),
      name: 'Bob',
      created_at: expect.any(String),
    }
    expect(made).toMatchObject({ status: 201, body: { token_type: 'bearer', user } })
    expect(made.headers.get('cache-control')).toBe('no-store')
    const again = await signIn(email.toUpperCase())
    expect(again).toMatchObject({ status: 200, body: { token_type: 'bearer', user } })
    const out = await send(app, 'POST /api/auth/signout', { token: again.body.access_token })
    expect(out).toMatchObject({ status: 200, body: { message: 'Signed out successfully' } })
    expect((await send(app, 'POST /api/auth/signout')).status).toBe(200)
  })

  test('a web session of a signed-in person cannot be reached without a token, by whatever name', async () => {
    const sessionId = randomUUID()
    const body = { query: 'My secret', chatbotId: 'test', sessionId }
    expect(await send(app, 'POST /api/chat/query', { body, token: ada.token })).toMatchObject({ status: 200 })
    const read = async (id: string, token?: string) =>
      send(app, `GET /api/chat/sessions/${encodeURIComponent(id)}?chatbotId=test`, { token })
    expect((await read(sessionId, ada.token)).body.messages).toHaveLength(2)
    expect((await read(sessionId)).body.messages).toEqual([])
    const posed = `user:${ada.id}/${sessionId}`
    expect(await read(posed)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    const joined = await send(app, 'POST /api/chat/query', { body: { ...body, sessionId: posed } })
    expect(joined.status).toBe(400)
  })

  test('an address can be used once, however it is written', async () => {
    const body = { name: 'Eve', email: ada.email.toUpperCase(), password: PASSWORD }
    expect(await send(app, 'POST /api/auth/signup', { body })).toMatchObject({
      status: 400,
      body: { detail: 'Email already registered' },
    })
  })

  test.each([
    ['name', { name: '' }],
    ['email', { email: 'ada' }],
    ['password', { password: 'short' }],
    ['password', { password: 'x'.repeat(256) }],
  ])('a sign-up with a bad %s is 422', async (field, wrong) => {
    const body = { name: 'Eve', email: 'eve@example.com', password: PASSWORD, ...wrong }
    const reply = await send(app, 'POST /api/auth/signup', { body })
    expect(reply).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', field] }] } })
  })

  test('what a sign-up asks for beyond its fields is not given', async () => {
    const email = `${randomUUID()}@example.com`
    const body = { name: 'Eve', email, password: PASSWORD, role: 'admin', id: 1 }
    const { body: made } = await send(app, 'POST /api/auth/signup', { body })
    expect(made.user.role).toBe('user')
  })

  test('a wrong password and an unknown address get the same answer', async () => {
    const wrong = await signIn(ada.email, 'wrong password')
    const unknown = await signIn('nobody@example.com', 'wrong password')
    expect(wrong).toMatchObject({ status: 401, body: { detail: 'Invalid email or password' } })
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' })
  })

  test('passwords are kept as Argon2id, and tokens and hashes show up nowhere', async () => {
    const row = await app.store.accounts.findByEmail(ada.email)
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(JSON.stringify((await me(ada.token)).body)).not.toContain('argon2')
  })

  test('500 people sign in at the same time and each gets a token of their own', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, async () => signUp(app)))
    const replies = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const person = people[index % people.length]!
        const { status, body } = await signIn(person.email)
        return { status, right: body.user?.id === person.id, token: body.access_token }
      }),
    )
    expect(replies.filter(({ status, right }) => status !== 200 || !right)).toEqual([])
    expect(new Set(replies.map(({ token }) => token)).size).toBe(500)
    // Hashes are work for the processor by design: a busy machine needs minutes for so many.
  }, 240_000)

  describe('who guesses passwords', () => {
    test('has five tries at an account, and then not even the right one counts', async () => {
      const eve = await signUp(app)
      for (let tries = 0; tries < 5; tries++)
        expect((await signIn(eve.email, `guess ${tries}`, '203.0.113.5')).status).toBe(401)
      const sixth = await signIn(eve.email, PASSWORD, '203.0.113.5')
      expect(sixth).toMatchObject({ status: 429, body: { error: 'rate_limited', retryable: true } })
      expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await signIn(eve.email, PASSWORD, '203.0.113.6')).status).toBe(200)
    })

    test('gains nothing by sending all guesses at once', async () => {
      const eve = await signUp(app)
      const guesses = [...Array.from({ length: 60 }, (_, count) => `guess ${count}`), PASSWORD]
      const replies = await Promise.all(guesses.map((guess) => signIn(eve.email, guess, '203.0.113.7')))
      expect(replies.filter(({ status }) => status === 200)).toEqual([])
      // Nor does the reply to the right one tell it from the others that came too late.
      const told = replies.map(({ status, body }) => `${status} ${body.code}`)
      expect(told.filter((reply) => reply === '401 credentials_invalid').length).toBeLessThanOrEqual(5)
      expect(new Set(told)).toEqual(new Set(['401 credentials_invalid', '429 sign_in_throttled']))
    })

    test('nor by sending them from many addresses', async () => {
      const eve = await signUp(app)
      const from = (index: number): string => `198.18.${index % 100}.1`
      const replies = await Promise.all(
        Array.from({ length: 130 }, (_, index) => signIn(eve.email, `guess ${index}`, from(index))),
      )
      expect(replies.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(100)
    })

    test('cannot shut the person out from where they have signed in before', async () => {
      const eve = await signUp(app)
      expect((await signIn(eve.email, PASSWORD, '198.51.100.1')).status).toBe(200)
      const from = (index: number): string => `192.0.2.${index % 250}`
      await Promise.all(Array.from({ length: 120 }, (_, index) => signIn(eve.email, 'guess', from(index))))
      expect((await signIn(eve.email, PASSWORD, '198.51.100.2')).status).toBe(429)
      expect((await signIn(eve.email, PASSWORD, '198.51.100.1')).status).toBe(200)
    })
  })

  describe('a code that links another channel', () => {
    const newCode = async (person: Person): Promise<string> =>
      (await send(app, 'POST /api/auth/link', person)).body.code
    const subject = (): string => `telegram:${randomUUID()}`

    test('works once, in small letters and with spaces too', async () => {
      const code = await newCode(ada)
      const [hers, other] = [subject(), subject()]
      expect(await app.host.link(hers, ` ${code.toLowerCase().replace('-', ' ')} `)).toBe(true)
      expect(await app.host.link(other, code)).toBe(false)
      const { body } = await send(app, 'GET /api/auth/identities', ada)
      expect(body.identities).toContainEqual({ subject: hers })
    })

    test('makes what the channel says belong to the account', async () => {
      const bob = await signUp(app, 'Bob')
      const his = subject()
      const turn = async (): Promise<string | undefined> => {
        const conversation = { bot: 'test', channel: 'telegram', key: randomUUID() }
        const answer = await app.host.converse({ conversation, subject: his, text: 'Hello' })
        await Array.fromAsync(answer.events)
        const query = app.store.db.selectFrom('turns').select('subject').where('id', '=', answer.turnId)
        return (await query.executeTakeFirst())?.subject
      }
      expect(await turn()).toBe(his)
      await app.host.link(his, await newCode(bob))
      expect(await turn()).toBe(`user:${bob.id}`)
      await send(app, `DELETE /api/auth/identities/${his}`, bob)
      expect(await turn()).toBe(his)
    })

    test('is void when a newer one was asked for, or when its time is over', async () => {
      const old = await newCode(ada)
      const fresh = await newCode(ada)
      expect(await app.host.link(subject(), old)).toBe(false)
      await app.store.db
        .updateTable('link_codes')
        .set({ expires_at: new Date(0) })
        .execute()
      expect(await app.host.link(subject(), fresh)).toBe(false)
    })

    test('cannot be guessed: a sender has five tries', async () => {
      const guesser = subject()
      for (let tries = 0; tries < 5; tries++)
        expect(await app.host.link(guesser, `GUESS${tries}`)).toBe(false)
      await expect(app.host.link(guesser, await newCode(ada))).rejects.toMatchObject({ code: 'rate_limited' })
    })

    test('of two that send it at the same time one is linked', async () => {
      const code = await newCode(ada)
      const linked = await Promise.all([1, 2, 3, 4].map(() => app.host.link(subject(), code)))
      expect(linked.filter(Boolean)).toHaveLength(1)
    })

    test('unlinking what belongs to another is 404', async () => {
      const hers = subject()
      await app.host.link(hers, await newCode(ada))
      const bob = await signUp(app, 'Bob')
      expect((await send(app, `DELETE /api/auth/identities/${hers}`, bob)).status).toBe(404)
      expect((await send(app, 'GET /api/auth/identities', ada)).body.identities).toContainEqual({
        subject: hers,
      })
    })

    test('a subject that names a user or a web session is never linked', async () => {
      expect(await app.host.link(`user:${ada.id}`, await newCode(ada))).toBe(false)
      expect(await app.host.link('session:1', await newCode(ada))).toBe(false)
    })
  })
})

test('in production there are no accounts until JWT_SECRET is set, and the start says so', async () => {
  const app = await startTestApp({ model, env: { NODE_ENV: 'production' } })
  expect((await send(app, 'POST /api/auth/signin', { body: {} })).status).toBe(404)
  expect((await send(app, 'GET /api/1/conversations')).status).toBe(404)
  expect(app.summary).toContainEqual({
    name: 'accounts',
    on: false,
    detail: 'off in production until JWT_SECRET is set',
  })
  await app.close()
})

test('an operator can keep sign-up for themselves', async () => {
  const app = await startTestApp({ model, env: { SIGN_UP: 'false' } })
  const body = { name: 'Eve', email: 'eve@example.com', password: PASSWORD }
  expect(await send(app, 'POST /api/auth/signup', { body })).toMatchObject({ status: 403 })
  await app.close()
})
