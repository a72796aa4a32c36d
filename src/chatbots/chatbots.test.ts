import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACME, OPERATED } from '../../test/acme-chatbot.ts'
import { appBackends, send, signUp, type Reply } from '../../test/people.ts'
import { runCommand } from '../../test/run-command.ts'
import { scriptedModel, text } from '../../test/scripted-model.ts'
import type { TestApp } from '../../test/test-app.ts'

let admin: string

beforeAll(async () => {
  admin = await mint()
})

async function mint(...options: readonly string[]): Promise<string> {
  return (await runCommand(['token', ...options], { env: OPERATED })).out.trim()
}

describe.each(appBackends())('chatbots on $name', (backend) => {
  let app: TestApp
  const model = scriptedModel(text('From code.'))

  beforeAll(async () => {
    app = await backend.start({ env: OPERATED, model })
  })
  afterAll(() => app.close())

  const as = (token: string) => (request: string, body?: unknown, match?: number | '*') =>
    send(app, request, { token, body, ...(match !== undefined && { headers: { 'if-match': `${match}` } }) })
  const operator = (request: string, body?: unknown, match?: number | '*') => as(admin)(request, body, match)
  const create = async (fields: object = {}): Promise<string> =>
    (await operator('POST /api/chatbots', { ...ACME, ...fields })).body.chatbotId
  const publish = (id: string): Promise<Reply> => operator(`POST /api/chatbots/${id}/publish`, undefined, '*')
  const ask = (chatbotId: string, extra: object = {}): Promise<Reply> =>
    send(app, 'POST /api/chat/query', { body: { query: 'Hello', chatbotId, ...extra } })
  /** An account with the role of an operator, which sees its own chatbots alone. */
  const signUpOperator = async (): Promise<string> => {
    const { id, token } = await signUp(app)
    await app.store.accounts.setRole(id, 'operator')
    return token
  }

  test('a draft answers nobody until it is published, and then at once', async () => {
    const made = await operator('POST /api/chatbots', ACME)
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"'])
    const { chatbotId } = made.body
    expect((await ask(chatbotId)).status).toBe(404)
    const published = await operator(`POST /api/chatbots/${chatbotId}/publish`, undefined, 1)
    expect(published.body).toMatchObject({ version: 2, published: 1, draft: ACME })
    expect(await ask(chatbotId.toUpperCase())).toMatchObject({
      status: 200,
      body: { answer: expect.any(String) },
    })
    const { body } = await operator(`GET /api/chatbots/${chatbotId}/revisions`)
    expect(body.revisions).toMatchObject([
      { number: 1, revision: expect.stringMatching(/^[\da-f]{12}$/), from: null },
    ])
    const { revision } = body.revisions[0]
    expect(app.host.bots.find(chatbotId)).toMatchObject({ title: 'Acme helper' })
    expect((await app.chatbots.revision(chatbotId, revision))?.revision).toBe(revision)
  })

  test('nobody overwrites what they have not read', async () => {
    const path = `/api/chatbots/${await create()}`
    const fields = { instructions: 'Be short.', temperature: null }
    expect(await operator(`PATCH ${path}`, fields)).toMatchObject({ status: 428 })
    expect(await operator(`PATCH ${path}`, fields, 1)).toMatchObject({
      status: 200,
      body: { version: 2, draft: { name: 'Acme helper', instructions: 'Be short.' } },
    })
    const late = await operator(`PUT ${path}`, { ...ACME, name: 'Mine' }, 1)
    expect([late.status, late.body.code, late.body.message]).toEqual([
      412,
      'chatbot_changed',
      expect.stringContaining('at version 2 now'),
    ])
    const place = { id: path.split('/').at(-1) ?? '', version: 2, by: 'somebody' }
    const change = { action: 'changed', detail: {} } as const
    const both = await Promise.all([1, 2].map(() => app.store.chatbots.change(place, change)))
    expect(both.filter((changed) => changed?.version === 3)).toHaveLength(1)
    expect(both).toContain(undefined)
  })

  test('an earlier revision is published again, and everything is on record', async () => {
    const id = await create()
    await publish(id)
    await operator(`PATCH /api/chatbots/${id}`, { instructions: 'Second.' }, '*')
    await publish(id)
    const back = await operator(`POST /api/chatbots/${id}/rollback`, { number: 1 }, '*')
    expect(back.body).toMatchObject({ published: 3, draft: { instructions: 'Second.' } })
    expect(app.chatbots.served.find(id)?.bot.instructions).toBe(ACME.instructions)
    const { revisions } = (await operator(`GET /api/chatbots/${id}/revisions`)).body
    expect(revisions.map(({ from }: { from: unknown }) => from)).toEqual([1, null, null])
    expect(revisions[0].revision).toBe(revisions[2].revision)
    expect((await app.chatbots.revision(id, revisions[1].revision))?.bot.instructions).toBe('Second.')
    const { changes } = (await operator(`GET /api/chatbots/${id}/history`)).body
    expect(changes.map(({ action, by }: Record<string, unknown>) => [action, by])).toEqual(
      ['rolled-back', 'published', 'changed', 'published', 'created'].map((action) => [action, 'operator']),
    )
    expect(changes[2].detail).toEqual({ fields: ['instructions'] })
    expect((await operator(`POST /api/chatbots/${id}/rollback`, { number: 9 }, '*')).status).toBe(404)
  })

  test.each([
    [
      { instructions: undefined },
      'instructions',
      '`instructions` of "Acme helper" is missing; say who the bot is',
    ],
    [{ modell: 'x' }, 'modell', '`modell` of "Acme helper" does not exist; did you mean `model`?'],
    [{ limits: { steps: 0 } }, 'limits.steps', '`limits.steps` is 0; use a whole number of at least 1.'],
    [{ site: { allowedOrigins: ['acme'] } }, 'site.allowedOrigins[0]', 'write an origin without a path'],
    [{ language: 'a_b' }, 'language', 'use a BCP 47 tag'],
    [{ suggestions: ['x'.repeat(151)] }, 'suggestions[0]', 'at most 150 characters'],
    [{ knowledge: ['own', 'nobody'] }, 'knowledge[1]', 'name of a bot'],
    [{ model: 'gpt' }, 'model', 'write "provider/model"'],
  ])('%j is refused with the field and the fix', async (fields, field, fix) => {
    const { status, body } = await operator('POST /api/chatbots', { ...ACME, ...fields })
    expect([status, body.details[0].field]).toEqual([422, field])
    expect(body.message).toContain(fix)
  })

  test('a model that cannot be had is refused when the draft is to be published', async () => {
    const id = await create({ model: 'openai/gpt-4o-mini' })
    const { status, body } = await publish(id)
    expect([status, body.message]).toEqual([422, expect.stringContaining('OPENAI_API_KEY')])
  })

  test('the 24 digits of a chatbot of guide 002 stay its id', async () => {
    const chatbotId = '65A1b2c3d4e5f60718293a4b'
    await operator('POST /api/chatbots', { ...ACME, chatbotId })
    await publish(chatbotId)
    expect((await ask(chatbotId)).status).toBe(200)
    expect((await operator('POST /api/chatbots', { ...ACME, chatbotId })).status).toBe(409)
    expect((await operator('POST /api/chatbots', { ...ACME, chatbotId: 'acme' })).status).toBe(422)
  })

  test('public routes show nothing of its instructions, and list it only when it wants to be', async () => {
    const hidden = await create()
    const shown = await create({ listed: true })
    await publish(hidden)
    await publish(shown)
    const list = await send(app, 'GET /api/chat/bots')
    const ids = list.body.bots.map(({ id }: { id: string }) => id)
    expect([ids[0], ids.includes(shown), ids.includes(hidden)]).toEqual(['test', true, false])
    const models = await send(app, 'GET /v1/models')
    const session = await send(app, `GET /api/chat/sessions/x?chatbotId=${shown}`)
    expect(JSON.stringify([list.body, models.body, session.body])).not.toContain('swordfish')
  })

  test('only pages of its allowed origins may speak to it, from the moment it is published', async () => {
    const id = await create()
    await publish(id)
    const from = async (origin: string): Promise<number> =>
      (await send(app, 'POST /api/chat/query', { body: { query: 'Hi', chatbotId: id }, headers: { origin } }))
        .status
    expect([await from('https://evil.example'), await from('https://acme.example')]).toEqual([403, 200])
    await operator(`PATCH /api/chatbots/${id}`, { site: { allowedOrigins: ['https://other.example'] } }, '*')
    await publish(id)
    expect(await from('https://acme.example')).toBe(403)
  })

  test('an archived one answers nobody until it is restored', async () => {
    const id = await create()
    await publish(id)
    await operator(`POST /api/chatbots/${id}/archive`, undefined, '*')
    expect((await ask(id)).status).toBe(404)
    expect((await publish(id)).body.code).toBe('chatbot_archived')
    await operator(`POST /api/chatbots/${id}/restore`, undefined, '*')
    expect((await ask(id)).status).toBe(200)
  })

  test('nobody and people without the role manage none; an operator sees those of the account alone', async () => {
    const { token } = await signUp(app)
    expect((await send(app, 'GET /api/chatbots')).status).toBe(401)
    expect((await as(token)('GET /api/chatbots')).status).toBe(403)
    const [one, two] = [await signUpOperator(), await signUpOperator()]
    const { chatbotId } = (await as(one)('POST /api/chatbots', ACME)).body
    const path = `/api/chatbots/${chatbotId}`
    expect((await as(one)(`GET ${path}`)).status).toBe(200)
    expect((await as(two)('GET /api/chatbots')).body.chatbots).toEqual([])
    const foreign = [
      await as(two)(`GET ${path}`),
      await as(two)(`PATCH ${path}`, { name: 'Mine' }, '*'),
      await as(two)(`POST ${path}/publish`, undefined, '*'),
      await as(two)(`POST ${path}/archive`, undefined, '*'),
      await as(two)(`GET ${path}/history`),
      await as(two)(`GET ${path}/revisions/1`),
      await as(two)(`GET ${path}/usage`),
    ]
    expect(foreign.map(({ status }) => status)).toEqual(foreign.map(() => 404))
    const shared = await as(two)('POST /api/chatbots', { ...ACME, knowledge: [chatbotId] })
    expect([shared.status, shared.body.details[0].field]).toEqual([422, 'knowledge[0]'])
    const ofCode = { ...ACME, knowledge: [app.host.bots.list()[0]?.name] }
    expect((await as(two)('POST /api/chatbots', ofCode)).status).toBe(422)
    expect((await operator('POST /api/chatbots', ofCode)).status).toBe(201)
    const quota = { tokensPerDay: 1_000_000, tokensPerMonth: null }
    expect((await as(one)(`PUT ${path}/quota`, quota, '*')).status).toBe(403)
    expect((await operator(`PUT ${path}/quota`, quota, '*')).body.quota).toEqual(quota)
  })

  test('an operator with an account neither manages nor reads what concerns everybody', async () => {
    const token = await signUpOperator()
    const requests = [
      'GET /api/flags',
      'PATCH /api/flags/streaming',
      'POST /api/metrics/feature-flags/rollout',
      'GET /api/rollouts',
      'POST /api/rollouts/support/start',
      'GET /api/metrics/streaming/events',
    ]
    const refused = await Promise.all(
      requests.map((request) => as(token)(request, request.startsWith('GET') ? undefined : {})),
    )
    expect(refused.map(({ status }) => status)).toEqual(requests.map(() => 403))
    const { status, body } = await operator('GET /api/flags')
    expect([status, body.flags]).toEqual([
      200,
      expect.arrayContaining([expect.objectContaining({ name: 'tts' })]),
    ])
  })

  test('it answers from the documents given to it, and another account gives none to it or to bots in code', async () => {
    const [one, two] = [await signUpOperator(), await signUpOperator()]
    const { chatbotId } = (await as(one)('POST /api/chatbots', ACME)).body
    const upload = async (token: string, bot: string | undefined = chatbotId): Promise<number> => {
      const form = new FormData()
      form.append('file', new Blob(['# Returns\n\nParcels go back within thirty days.']), 'returns.md')
      form.append('chatbotId', bot)
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${app.url}/api/context/upload-file`, { method: 'POST', body: form, headers }))
        .status
    }
    const code = app.host.bots.list()[0]?.name
    expect([await upload(two), await upload(two, code), await upload(two, '')]).toEqual([404, 404, 404])
    expect([await upload(admin, code), await upload(one)]).toEqual([201, 201])
    await as(one)(`POST /api/chatbots/${chatbotId}/publish`, undefined, '*')
    const { body } = await ask(chatbotId, { query: 'When do parcels go back?' })
    expect(body.answer).toContain('thirty days')
  })

  test('a turn does not begin when the tokens of the day are used up', async () => {
    const id = await create()
    await publish(id)
    await operator(`PUT /api/chatbots/${id}/quota`, { tokensPerDay: 5, tokensPerMonth: null }, '*')
    const messageId = crypto.randomUUID()
    const sessionId = crypto.randomUUID()
    const first = await ask(id, { messageId, sessionId })
    expect(first.status).toBe(200)
    const { today, days } = (await operator(`GET /api/chatbots/${id}/usage`)).body
    expect([today, days[0].turns]).toEqual([first.body.tokens, 1])
    const second = await ask(id)
    expect([second.status, second.body.code]).toEqual([429, 'chatbot_quota_exhausted'])
    const midnight = new Date(new Date().setUTCHours(24, 0, 0, 0)).toISOString()
    expect(second.body.message).toContain(`5 tokens of the day. It answers again from ${midnight}`)
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)
    // The same message again is read, not answered anew.
    expect((await ask(id, { messageId, sessionId })).body.answer).toBe(first.body.answer)
    await operator(`PUT /api/chatbots/${id}/quota`, { tokensPerDay: null, tokensPerMonth: 5 }, '*')
    expect((await ask(id)).body.message).toContain('5 tokens of the month')
    expect((await ask('test')).body.answer).toBe('From code.')
    await operator(`PUT /api/chatbots/${id}/quota`, { tokensPerDay: null, tokensPerMonth: null }, '*')
    const third = await ask(id)
    const used = (await operator(`GET /api/chatbots/${id}/usage`)).body
    expect([used.today, used.days[0].turns]).toEqual([first.body.tokens + third.body.tokens, 2])
  })

  test('a free message that nobody answered stays free', async () => {
    const id = await create({ site: { freeMessages: 1 } })
    await publish(id)
    await ask(id)
    await operator(`PUT /api/chatbots/${id}/quota`, { tokensPerDay: 1, tokensPerMonth: null }, '*')
    const sessionId = crypto.randomUUID()
    expect((await ask(id, { sessionId })).status).toBe(429)
    await operator(`PUT /api/chatbots/${id}/quota`, { tokensPerDay: null, tokensPerMonth: null }, '*')
    expect((await ask(id, { sessionId })).body.requiresAuthNext).toBe(true)
    expect((await ask(id, { sessionId })).body.error).toBe('NEED_AUTH')
  })
})
