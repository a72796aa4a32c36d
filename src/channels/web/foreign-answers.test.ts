import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appBackends, signUp, type Person } from '../../../test/people.ts'
import { hanging, scriptedModel, text } from '../../../test/scripted-model.ts'
import { collectEvents, postJson, readEvents, type TestApp } from '../../../test/test-app.ts'

const STREAM = '/api/chat/query/stream'
const HANGS = 'hang'

const model = scriptedModel(async function* answer(request, signal) {
  const last = request.messages.at(-1)
  if (last?.role === 'user' && last.text === HANGS) yield* hanging('For your eyes only')(request, signal)
  else yield* text('For your ', 'eyes only.')
})

function ask(words: string) {
  return { query: words, chatbotId: 'test', sessionId: randomUUID() }
}

describe.each(appBackends())('answers that belong to others, on $name', (backend) => {
  let app: TestApp
  let [ada, bob]: Person[] = []
  const lines: string[] = []

  beforeAll(async () => {
    app = await backend.start({
      model,
      log: { write: (line) => lines.push(line) },
      env: { TTS_ENABLED: 'false' },
    })
    ada = await signUp(app, 'Ada')
    bob = await signUp(app, 'Bob')
  })

  afterAll(() => app.close())

  const bearer = (person: Person | undefined) => ({
    ...(person && { authorization: `Bearer ${person.token}` }),
  })

  /** What every way in says. Stopping comes first: an answer that is read by mistake then ends. */
  async function knock(id: string, person?: Person): Promise<unknown> {
    const url = `${app.url}/api/chat/streams/${id}`
    const [headers, place] = [bearer(person), { 'last-event-id': `${id}:1` }]
    const replies = [
      await fetch(`${url}/stop`, { method: 'POST', headers }),
      await fetch(url, { headers }),
      await fetch(url, { headers: { ...headers, ...place } }),
      await postJson(app.url + STREAM, ask('Hello'), { ...headers, ...place }),
    ]
    return Promise.all(
      replies.map(async (reply) => [
        reply.status,
        (await reply.text()).replace(/"requestId":"[^"]*"/, '"requestId":""'),
      ]),
    )
  }

  const read = async (id: string, person?: Person) => {
    const reply = await fetch(`${app.url}/api/chat/streams/${id}`, { headers: bearer(person) })
    return (await collectEvents(reply)).map(({ event }) => event)
  }

  /** Asks by the web, and returns the id of the answer as soon as something was said. */
  async function begin(words: string, person?: Person): Promise<string> {
    let id = ''
    for await (const { event, data } of readEvents(
      await postJson(app.url + STREAM, ask(words), bearer(person)),
    )) {
      if (event === 'connected') id = data.streamId
      if (event === (words === HANGS ? 'text' : 'close')) return id
    }
    return id
  }

  test('nobody and nothing: what there is not is not found', async () => {
    const [stopped, ...others] = (await knock(randomUUID(), ada)) as [number, string][]
    expect(stopped).toEqual([200, '{"stopped":false}'])
    expect(others.map(([status]) => status)).toEqual([404, 404, 404])
    expect(others[0]?.[1]).toContain('"stream_not_found"')
  })

  test.each(['telegram', 'poe', 'bitrix24', 'rest'])(
    'of the channel %s are not found, neither while they are written nor later, not even by who was answered',
    async (channel) => {
      const conversation = { bot: 'test', channel, key: randomUUID() }
      const subject = `user:${ada?.id}`
      const { turnId, events } = await app.host.converse({ conversation, subject, text: HANGS })
      const nothing = await knock(randomUUID())
      for (const person of [undefined, ada, bob]) expect(await knock(turnId, person)).toEqual(nothing)
      expect((await app.host.history(conversation))?.runningTurnId).toBe(turnId)
      expect(await app.host.stop({ turnId, channel, account: 'any' })).toBe(true)
      const told = await Array.fromAsync(events)
      expect(told.at(-1)?.event).toMatchObject({ type: 'end', reason: 'stopped' })
      for (const person of [undefined, ada, bob]) expect(await knock(turnId, person)).toEqual(nothing)
    },
  )

  test('of a signed-in person are found by that person alone, while they are written and later', async () => {
    const id = await begin(HANGS, ada)
    const nothing = await knock(randomUUID())
    for (const person of [undefined, bob]) expect(await knock(id, person)).toEqual(nothing)
    const reading = read(id, ada)
    const stop = { method: 'POST', headers: bearer(ada) }
    const stopped = await fetch(`${app.url}/api/chat/streams/${id}/stop`, stop)
    expect(await stopped.json()).toEqual({ stopped: true })
    const whole = ['connected', 'status', 'text', 'complete', 'close']
    expect(await reading).toEqual(whole)
    for (const person of [undefined, bob]) expect(await knock(id, person)).toEqual(nothing)
    expect(await read(id, ada)).toEqual(whole)
  })

  test('of a session without an account go on being read by whoever has the id, signed in since or not', async () => {
    const id = await begin('Hello')
    const whole = ['connected', 'status', 'text', 'text', 'usage', 'complete', 'close']
    expect(await read(id)).toEqual(whole)
    expect(await read(id, ada)).toEqual(whole)
  })

  test('are not opened by the ids that the log names', async () => {
    lines.length = 0
    const body = { model: 'test', messages: [{ role: 'user', content: 'Hello' }] }
    const completion = await (await postJson(`${app.url}/v1/chat/completions`, body)).json()
    const hers = await begin('Hello', ada)
    await expect.poll(() => lines.join('')).toContain(hers)
    const named = new Set(lines.join('').match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g))
    expect([...named]).toContain(completion.id.replace('chatcmpl-', ''))
    const nothing = await knock(randomUUID())
    for (const id of named) expect(await knock(id)).toEqual(nothing)
  })
})
