import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { appBackends } from '../../test/people.ts'
import { failing, finish, hanging, scriptedModel, text } from '../../test/scripted-model.ts'
import { postJson, type TestApp, type TestAppOptions } from '../../test/test-app.ts'
import { answer, createWireChannel, joined, MemoryWire, type WireOptions } from '../../test/wire-channel.ts'
import { AppError } from '../errors.ts'
import type { InboxState } from '../store/store.ts'

describe.each(appBackends())('messages accepted on $name', (backend) => {
  interface Wired extends AsyncDisposable {
    readonly app: TestApp
    readonly wire: MemoryWire
    send(text: string, key?: string, id?: string): Promise<string>
  }

  async function start(options: TestAppOptions = {}, wireOptions: WireOptions = {}): Promise<Wired> {
    const wire = new MemoryWire()
    const app = await backend.start({
      ...options,
      channels: [createWireChannel(wire, wireOptions)],
      env: { MODEL_RETRIES: '0', ...options.env },
    })
    return {
      app,
      wire,
      send: async (words, key = 'k', id = crypto.randomUUID()) => {
        const reply = await postJson(`${app.url}/wire`, { id, key, text: words })
        return ((await reply.json()) as { result: string }).result
      },
      [Symbol.asyncDispose]: () => app.close(),
    }
  }

  /** Says back the last message and how many messages it was given. */
  const echo = scriptedModel(async function* say({ messages }) {
    const last = messages.at(-1)
    yield* text(`${messages.length}: ${last?.role === 'user' ? last.text : ''}`)
  })

  test('are answered in order, each once, with what was said before', async () => {
    await using wired = await start({ model: echo })
    const texts = ['one', 'two', 'three']
    for (const words of texts) expect(await wired.send(words)).toBe('accepted')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one', '3: two', '5: three'])
  })

  test('are not answered again when they come again, during the answer or after it', async () => {
    await using wired = await start({ model: echo })
    expect(await wired.send('one', 'k', 'e1')).toBe('accepted')
    expect(await wired.send('one', 'k', 'e1')).toBe('duplicate')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one'])
    await expect
      .poll(async () => (await wired.app.store.inbox.list({ states: ['answered'], limit: 9 })).length)
      .toBe(1)
    expect(await wired.send('one', 'k', 'e1')).toBe('duplicate')
    const conversation = { bot: 'test', channel: 'wire', key: 'k' }
    const known = ['e1', 'e2'].map((externalId) => wired.app.host.hasAccepted({ conversation, externalId }))
    expect(await Promise.all(known)).toEqual([true, false])
    await wired.send('two', 'k')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one', '3: two'])
  })

  test('of different conversations are answered at the same time', async () => {
    const model = scriptedModel(hanging('Wait'), text('Quick'))
    await using wired = await start({ model })
    await wired.send('slow', 'a')
    await expect.poll(() => model.requests.length).toBe(1)
    await wired.send('fast', 'b')
    await expect.poll(() => wired.wire.textsOf('b')).toEqual(['Quick'])
    expect(wired.wire.textsOf('a')).toEqual(['…'])
  })

  test('are tried again when the model fails, in their place and into the same placeholder', async () => {
    const model = scriptedModel(
      failing(new AppError('model_unavailable'), 'Oop'),
      text('First'),
      text('Second'),
    )
    await using wired = await start({ model })
    await wired.send('one')
    await wired.send('two')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['First', 'Second'])
    const retried = model.requests[1]?.messages
    expect(retried).toEqual([{ role: 'user', text: 'one' }])
    expect(model.requests[2]?.messages.map((message) => 'text' in message && message.text)).toEqual([
      'one',
      'First',
      'two',
    ])
  })

  test('go to the dead letters when they fail for good, and those behind them are answered', async () => {
    await using wired = await start(
      { model: echo },
      {
        handle: async (work) => {
          if (work.messages[0].text === 'poison') throw new AppError('model_rejected')
          await work.outbox.place(0, () => wired.wire.send('k', work.messages[0].text))
        },
      },
    )
    await wired.send('poison')
    await wired.send('cure')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['cure'])
    expect(await wired.app.store.inbox.list({ states: ['dead'], limit: 9 })).toMatchObject([
      { text: 'poison', attempts: 1, error: expect.stringContaining('model_rejected') },
    ])
  })

  test('that an operator puts back are not blamed for the one being answered meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    let mended = false
    await using wired = await start(
      { model: echo },
      {
        handle: async (work) => {
          if (work.messages[0].text === 'two') await gate.promise
          if (work.messages[0].text === 'two' || !mended) throw new AppError('model_rejected')
          await answer(work, wired.wire)
        },
      },
    )
    const { inbox } = wired.app.store
    const list = (state: InboxState) => inbox.list({ states: [state], limit: 9 })
    await wired.send('one')
    await expect.poll(() => list('dead')).toMatchObject([{ text: 'one' }])
    await wired.send('two')
    await expect.poll(() => list('running')).toMatchObject([{ text: 'two' }])
    mended = true
    const [dead] = await list('dead')
    expect(await inbox.retry(dead?.id ?? '')).toBe(1)
    gate.resolve()
    await expect.poll(() => list('dead')).toMatchObject([{ text: 'two' }])
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one'])
  })

  test('of a bot that only newer servers have are left to those, and are dead letters after an hour', async () => {
    await using wired = await start()
    const { inbox, db } = wired.app.store
    const conversation = { channel: 'later', bot: 'new', key: 'k' }
    await inbox.accept([{ conversation, externalId: 'e', subject: 'ada', text: 'Hi', detail: null }])
    const list = (state: InboxState) => inbox.list({ states: [state], limit: 9 })
    const error = expect.stringContaining('the bot "new" on the channel "later"')
    await expect.poll(() => list('waiting')).toMatchObject([{ text: 'Hi', attempts: 0, error }])
    await sql`update inbox_messages set accepted_at = now() - interval '2 hours'`.execute(db)
    await sql`update lanes set due_at = now() where queue = 'inbox'`.execute(db)
    await expect.poll(() => list('dead')).toMatchObject([{ text: 'Hi', error }])
  })

  test('that the other side refuses are ended as refused', async () => {
    await using wired = await start({}, { handle: (work) => work.outbox.refuse('the bot was blocked') })
    await wired.send('Hello?')
    const list = () => wired.app.store.inbox.list({ states: ['refused'], limit: 9 })
    await expect.poll(list).toMatchObject([{ text: 'Hello?', error: 'the bot was blocked' }])
    expect(await wired.app.store.deliveries.list({ only: ['refused'], limit: 9 })).toHaveLength(1)
  })

  test('whose placeholder may have been sent are reported as ambiguous', async () => {
    let sends = 0
    await using wired = await start(
      { model: echo },
      {
        handle: (work) =>
          answer(work, {
            edit: (id, words) => wired.wire.edit(id, words),
            send: async (key, words) => {
              const id = await wired.wire.send(key, words)
              if (++sends === 1) throw new Error('the connection broke')
              return id
            },
          }),
      },
    )
    await wired.send('one')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['…', '1: one'])
    expect(await wired.app.store.deliveries.list({ only: ['ambiguous'], limit: 9 })).toMatchObject([
      { ambiguous: 1, attempts: 2, externalId: '1' },
    ])
  })

  test('that waited are answered together under merge, but for those that do not join', async () => {
    const gate = Promise.withResolvers<void>()
    const groups: string[] = []
    await using wired = await start(
      { model: echo },
      {
        turnPolicy: 'merge',
        handle: async (work) => {
          groups.push(joined(work.messages))
          if (groups.length === 1) await gate.promise
          await answer(work, wired.wire)
        },
      },
    )
    await wired.send('one')
    await expect.poll(() => groups).toEqual(['one'])
    for (const words of ['two', 'three', '/clear', 'four', 'five']) await wired.send(words)
    gate.resolve()
    await expect
      .poll(() => wired.wire.textsOf('k'))
      .toEqual(['1: one', '3: two\nthree', '5: /clear', '7: four\nfive'])
    expect(groups).toEqual(['one', 'two\nthree', '/clear', 'four\nfive'])
  })

  test('restart a turn that has not spoken under steer, and wait for one that has', async () => {
    const spoken = Promise.withResolvers<void>()
    const model = scriptedModel(
      hanging(),
      async function* speak() {
        yield { type: 'text', text: 'To both' }
        await spoken.promise
        yield finish('stop')
      },
      text('To the third'),
    )
    await using wired = await start({ model }, { turnPolicy: 'steer' })
    await wired.send('one')
    await expect.poll(() => model.requests.length).toBe(1)
    await wired.send('two')
    await expect.poll(() => model.requests.length).toBe(2)
    expect(model.requests[1]?.messages).toEqual([{ role: 'user', text: 'one\ntwo' }])
    await expect
      .poll(
        async () =>
          (await wired.app.host.history({ bot: 'test', channel: 'wire', key: 'k' }))?.messages.length,
      )
      .toBe(1)
    await wired.send('three')
    spoken.resolve()
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['To both', 'To the third'])
    expect(model.requests).toHaveLength(3)
  })

  test('of different people are never answered as one', async () => {
    const gate = Promise.withResolvers<void>()
    const subjects: string[] = []
    await using wired = await start(
      {},
      {
        turnPolicy: 'merge',
        handle: async (work) => {
          subjects.push(work.messages.map(({ subject }) => subject).join('+'))
          if (subjects.length === 1) await gate.promise
        },
      },
    )
    const post = (subject: string) =>
      postJson(`${wired.app.url}/wire`, { id: crypto.randomUUID(), key: 'group', text: 'Hi', subject })
    await post('ada')
    await expect.poll(() => subjects).toEqual(['ada'])
    for (const subject of ['bob', 'bob', 'ada']) await post(subject)
    gate.resolve()
    await expect.poll(() => subjects).toEqual(['ada', 'bob+bob', 'ada'])
  })

  test('are forgotten when their conversation is cleared, and its turns keep their facts', async () => {
    await using wired = await start({ model: echo })
    await wired.send('one')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one'])
    await wired.app.host.clear({ bot: 'test', channel: 'wire', key: 'k' })
    await wired.send('two')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: one', '1: two'])
    const turns = await wired.app.store.db.selectFrom('turns').select('outcome').execute()
    expect(turns).toEqual([{ outcome: 'completed' }, { outcome: 'completed' }])
  })

  test('that fail are shown to operators without secrets', async () => {
    const key = 'a-very-secret-key-of-ours'
    await using wired = await start(
      { env: { OPENAI_API_KEY: key, MODEL: 'offline' } },
      {
        handle: () => {
          throw new AppError('model_rejected', { cause: new Error(`the key ${key} is wrong`) })
        },
      },
    )
    await wired.send('one')
    const list = () => wired.app.store.inbox.list({ states: ['dead'], limit: 9 })
    await expect.poll(list).toMatchObject([{ error: expect.stringContaining('the key') }])
    expect(JSON.stringify(await list())).not.toContain(key)
  })

  test('with the character U+0000 block nothing', async () => {
    await using wired = await start({ model: echo })
    await wired.send('nul \0 byte')
    await wired.send('next')
    await expect.poll(() => wired.wire.textsOf('k')).toEqual(['1: nul \uFFFD byte', '3: next'])
  })
})
