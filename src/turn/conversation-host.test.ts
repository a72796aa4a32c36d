import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolContext } from '../../test/tool-context.ts'
import { hanging, scriptedModel, text } from '../../test/scripted-model.ts'
import { backends } from '../../test/test-store.ts'
import type { AnswerClaim, ClaimedAnswer } from '../answer-claim.ts'
import { defineBot } from '../bot.ts'
import { AppError } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'
import type { Model } from '../models/model.ts'
import type { OpenStore } from '../store/open-store.ts'
import { ConversationHost, type HostOptions } from './conversation-host.ts'

const STAYS = new AbortController().signal

/** Anybody's claim to an answer of the web channel. */
function asked(turnId: string): ClaimedAnswer {
  return { turnId, channel: 'web', account: null }
}

describe.each(backends())('on $name', (backend) => {
  let store: OpenStore

  beforeAll(async () => {
    store = await backend.open()
  })

  afterAll(() => store.close())

  function createHost(model: Model, options: Partial<HostOptions> = {}): ConversationHost {
    const bot = defineBot({ name: 'test', instructions: 'Be brief.' })
    return new ConversationHost({
      choose: ({ conversation }) =>
        conversation.bot === bot.name ? { bot, model, revision: 'r1' } : undefined,
      store,
      owner: crypto.randomUUID(),
      maxRunningTurns: 10,
      modelRetries: 0,
      servicesOf: () => toolContext().services,
      onTurn: () => undefined,
      onProblem: () => undefined,
      onError: () => undefined,
      ...options,
    })
  }

  function ask(words = 'Hello', key: string = crypto.randomUUID()) {
    return { conversation: { bot: 'test', channel: 'web', key }, subject: 'ada', text: words }
  }

  async function collect(events: AsyncIterable<LoggedEvent>): Promise<LoggedEvent[]> {
    const all: LoggedEvent[] = []
    for await (const event of events) all.push(event)
    return all
  }

  /** Reads until an event of `type` has come, then leaves. */
  async function readUntil(events: AsyncIterable<LoggedEvent>, type: string): Promise<void> {
    for await (const { event } of events) if (event.type === type) return
  }

  test('the same events are read live, afterwards, and by another replica', async () => {
    const host = createHost(scriptedModel(text('One ', 'two.')))
    const { turnId, events } = await host.converse(ask())
    const live = await collect(events)
    expect(live.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(live.at(-1)?.event.type).toBe('end')
    const replica = createHost(scriptedModel())
    expect(await collect(await replica.resume(asked(turnId), 0, STAYS))).toEqual(live)
    expect(await collect(await replica.resume(asked(turnId), 3, STAYS))).toEqual(live.slice(3))
  })

  test('a reader that leaves does not stop the answer', async () => {
    const host = createHost(scriptedModel(text('One ', 'two.')))
    const { turnId, events } = await host.converse(ask())
    await readUntil(events, 'text-delta')
    const rest = await collect(await host.resume(asked(turnId), 2, STAYS))
    expect(rest.map(({ event }) => event.type)).toEqual(['text-delta', 'usage', 'end'])
  })

  test('the answer is in the conversation before its last event is told', async () => {
    const host = createHost(scriptedModel(text('Stored.')))
    const question = ask()
    const { events } = await host.converse(question)
    for await (const { event } of events) {
      if (event.type !== 'end') continue
      const stored = await host.history(question.conversation)
      expect(stored?.messages.map(({ text }) => text)).toEqual(['Hello', 'Stored.'])
      expect(stored?.runningTurnId).toBeNull()
    }
  })

  test('the next turn knows what was said before', async () => {
    const model = scriptedModel(text('Nice to meet you.'), text('Ada.'))
    const host = createHost(model)
    const key = crypto.randomUUID()
    await collect((await host.converse(ask('I am Ada', key))).events)
    await collect((await host.converse(ask('Who am I?', key))).events)
    expect(model.requests[1]?.messages).toEqual([
      { role: 'user', text: 'I am Ada' },
      { role: 'assistant', text: 'Nice to meet you.' },
      { role: 'user', text: 'Who am I?' },
    ])
  })

  test('another replica can stop a running answer; what was said is kept', async () => {
    const host = createHost(scriptedModel(hanging('So far')))
    const question = ask()
    const { turnId, events } = await host.converse(question)
    const all = collect(events)
    expect(await createHost(scriptedModel()).stop(asked(turnId))).toBe(true)
    expect((await all).at(-1)?.event).toMatchObject({ type: 'end', reason: 'stopped' })
    expect((await host.history(question.conversation))?.messages.at(-1)?.text).toBe('So far')
    expect(await host.stop(asked(turnId))).toBe(false)
  })

  test('another replica follows an answer while it is written', async () => {
    const host = createHost(scriptedModel(hanging('Still here')))
    const { turnId } = await host.converse(ask())
    const replica = createHost(scriptedModel())
    const followed = collect(await replica.resume(asked(turnId), 0, STAYS))
    await readUntil(await replica.resume(asked(turnId), 0, STAYS), 'text-delta')
    await host.stop(asked(turnId))
    expect((await followed).map(({ event }) => event.type)).toEqual(['start', 'text-delta', 'end'])
  })

  test('an answer of another channel or account is not found, here or on another replica', async () => {
    const host = createHost(scriptedModel(hanging('Hers')))
    const strangers: readonly AnswerClaim[] = [
      { channel: 'poe', account: 'any' },
      { channel: 'web', account: null },
      { channel: 'web', account: 'user:8' },
    ]
    const { turnId, events } = await host.converse({ ...ask(), subject: 'user:7' })
    await readUntil(events, 'text-delta')
    const replica = createHost(scriptedModel())
    const hers: ClaimedAnswer = { turnId, channel: 'web', account: 'user:7' }
    for (const place of [host, replica]) {
      for (const claim of strangers) {
        const missing = { code: 'stream_not_found' }
        await expect(place.resume({ turnId, ...claim }, 0, STAYS)).rejects.toMatchObject(missing)
        expect(await place.stop({ turnId, ...claim })).toBe(false)
      }
      await readUntil(await place.resume(hers, 0, STAYS), 'text-delta')
    }
    expect(await replica.stop(hers)).toBe(true)
    await collect(events)
  })

  test('draining refuses new turns and interrupts what does not end in time', async () => {
    const host = createHost(scriptedModel(hanging('Half')))
    const { events } = await host.converse(ask())
    const all = collect(events)
    await host.drain(10)
    expect((await all).at(-1)?.event).toMatchObject({ type: 'error', code: 'interrupted', retryable: true })
    await expect(host.converse(ask())).rejects.toMatchObject({ code: 'draining', retryable: true })
  })

  test('a message name that belongs to another conversation is refused', async () => {
    const host = createHost(scriptedModel(text('For Ada only.')))
    const messageId = crypto.randomUUID()
    await collect((await host.converse({ ...ask(), messageId })).events)
    await expect(host.converse({ ...ask(), messageId })).rejects.toMatchObject({ code: 'message_id_taken' })
  })

  test('a place beyond the last event, and an answer whose events were pruned, end all the same', async () => {
    const host = createHost(scriptedModel(hanging('Half')))
    const { turnId, events } = await host.converse(ask())
    await readUntil(events, 'text-delta')
    const beyond = collect(await host.resume(asked(turnId), 99, STAYS))
    await host.stop(asked(turnId))
    expect((await beyond).at(-1)?.event.type).toBe('end')
    await host.drain(1_000)
    await store.turns.pruneLogs(-1_000)
    await expect(host.resume(asked(turnId), 0, STAYS)).rejects.toMatchObject({ code: 'stream_not_found' })
  })

  test('the end of an answer outlasts a database that is away for a moment', async () => {
    let failures = 2
    const turns = {
      ...store.turns,
      finish: (...turn: Parameters<typeof store.turns.finish>) =>
        failures-- > 0 ? Promise.reject(new AppError('database_unavailable')) : store.turns.finish(...turn),
    }
    const host = createHost(scriptedModel(text('Paid for.')), { store: { ...store, turns } })
    const question = ask()
    const all = await collect((await host.converse(question)).events)
    expect(all.at(-1)?.event.type).toBe('end')
    expect((await host.history(question.conversation))?.messages.at(-1)?.text).toBe('Paid for.')
  })

  test('a drain interrupts a turn that is still beginning', async () => {
    const gate = Promise.withResolvers<void>()
    const begin: typeof store.turns.begin = async (turn) => gate.promise.then(() => store.turns.begin(turn))
    const host = createHost(scriptedModel(hanging('x')), {
      store: { ...store, turns: { ...store.turns, begin } },
    })
    const answer = host.converse(ask())
    const drained = host.drain(1)
    gate.resolve()
    expect((await collect((await answer).events)).at(-1)?.event).toMatchObject({ code: 'interrupted' })
    await drained
  })

  test('a reader that left asks the database no more', async () => {
    const host = createHost(scriptedModel(hanging('Half')))
    const { turnId } = await host.converse(ask())
    const left = new AbortController()
    const reading = collect(await createHost(scriptedModel()).resume(asked(turnId), 0, left.signal))
    left.abort()
    await reading
    await host.stop(asked(turnId))
    await host.drain(1_000)
  })

  test('more turns than the cap are refused and room is made when one ends', async () => {
    const host = createHost(scriptedModel(hanging('busy')), { maxRunningTurns: 1 })
    const first = await host.converse(ask())
    await expect(host.converse(ask())).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterMs: expect.any(Number),
    })
    await host.stop(asked(first.turnId))
    await collect(first.events)
    const second = await host.converse(ask())
    await host.stop(asked(second.turnId))
    await collect(second.events)
  })

  test('an unknown bot and an unknown answer have their own errors', async () => {
    const host = createHost(scriptedModel(text('x')))
    const unknown = { ...ask(), conversation: { bot: 'nobody', channel: 'web', key: 'k' } }
    await expect(host.converse(unknown)).rejects.toMatchObject({ code: 'bot_not_found' })
    await expect(host.resume(asked(crypto.randomUUID()), 0, STAYS)).rejects.toMatchObject({
      code: 'stream_not_found',
    })
  })

  test('a turn whose process died is closed as interrupted, with the text that reached the store', async () => {
    const question = ask()
    const turnId = crypto.randomUUID()
    const { conversation, subject, text: words } = question
    const dead = { owner: 'dead process', leaseMs: 1, renewForMs: null }
    await store.turns.begin({
      ...dead,
      turnId,
      conversation,
      subject,
      text: words,
      revision: 'r',
      model: 'm',
      historyLimit: 0,
    })
    await store.turns.append(
      [{ turnId, events: [{ seq: 1, event: { type: 'text-delta', text: 'Half' } }] }],
      dead,
    )
    const host = createHost(scriptedModel())
    const seen = await collect(await host.resume(asked(turnId), 0, STAYS))
    expect(seen.map(({ event }) => event.type)).toEqual(['text-delta', 'error'])
    expect((await host.history(conversation))?.messages.at(-1)?.text).toBe('Half')
    const ahead = await collect(await host.resume(asked(turnId), 99, STAYS))
    expect(ahead.map(({ event }) => event.type)).toEqual(['error'])
  })

  test('who had read more than a dying process could store, and comes back at once, learns how it ended', async () => {
    const { conversation, subject, text: words } = ask()
    const turnId = crypto.randomUUID()
    const dying = { owner: 'dying process', leaseMs: 400, renewForMs: null }
    const answering = { revision: 'r', model: 'm', historyLimit: 0 }
    await store.turns.begin({ ...dying, ...answering, turnId, conversation, subject, text: words })
    const seen = await collect(await createHost(scriptedModel()).resume(asked(turnId), 99, STAYS))
    expect(seen.map(({ event }) => event.type)).toEqual(['error'])
  })

  test('an unfinished turn is taken over by whoever may, a finished one is read', async () => {
    const dead = createHost(scriptedModel(hanging('Half')))
    const request = { ...ask(), messageId: crypto.randomUUID(), takeOver: true }
    await readUntil((await dead.converse(request)).events, 'text-delta')
    const model = scriptedModel(text('Whole.'))
    const next = createHost(model)
    const first = await collect((await next.converse(request)).events)
    expect(first.map(({ event }) => (event.type === 'text-delta' ? event.text : ''))).toContain('Whole.')
    expect(await collect((await next.converse(request)).events)).toEqual(first)
    expect(model.requests).toHaveLength(1)
    await dead.drain(0)
    const stored = await next.history(request.conversation)
    expect(stored?.messages.map((message) => message.text)).toEqual(['Hello', 'Whole.'])
  })

  test('a turn that lives in this process is followed, and one that was told to end is begun anew', async () => {
    const model = scriptedModel(hanging('Half'), text('Whole.'))
    const host = createHost(model)
    const leaving = new AbortController()
    const request = { ...ask(), messageId: crypto.randomUUID(), takeOver: true }
    await readUntil((await host.converse({ ...request, signal: leaving.signal })).events, 'text-delta')
    await readUntil((await host.converse(request)).events, 'text-delta')
    expect(model.requests).toHaveLength(1)
    leaving.abort(new AppError('interrupted'))
    const again = await collect((await host.converse(request)).events)
    expect(again.at(-1)?.event.type).toBe('end')
    expect(model.requests).toHaveLength(2)
  })

  test('an answer whose events are deleted is read from its text', async () => {
    const host = createHost(scriptedModel(text('Kept.')))
    const request = { ...ask(), messageId: crypto.randomUUID() }
    await collect((await host.converse(request)).events)
    await store.turns.pruneLogs(-1_000)
    const again = await collect((await host.converse(request)).events)
    expect(again.map(({ event }) => event)).toEqual([
      { type: 'text-delta', text: 'Kept.' },
      expect.objectContaining({ type: 'end', reason: 'stop', wordCount: 1 }),
    ])
  })
})
