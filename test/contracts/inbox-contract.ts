import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InboundMessage } from '../../src/inbound.ts'
import { createInbox } from '../../src/store/inbox.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { INBOX_QUEUE } from '../../src/store/store.ts'
import type { ClaimedLane, HeldPart, InboxEntry } from '../../src/store/store.ts'
import type { Backend } from '../test-store.ts'

const ANSWERED = { outcome: 'answered', error: null } as const

function toMessage(text: string, options: Partial<InboundMessage> = {}): InboundMessage {
  return {
    conversation: { bot: 'helper', channel: 'wire', key: 'k' },
    externalId: randomUUID(),
    subject: 'ada',
    text,
    detail: null,
    ...options,
  }
}

/** What inbox and ledger of every database have to do. */
export function inboxContract(backend: Backend): void {
  describe(`the inbox on ${backend.name}`, () => {
    let store: OpenStore
    beforeAll(async () => {
      store = await backend.open()
    })
    afterAll(() => store.close())

    const claim = async (leaseMs = 60_000): Promise<ClaimedLane> => {
      const [lane] = await store.lanes.claim({ queue: INBOX_QUEUE, limit: 1, leaseMs })
      if (!lane) throw new Error('no lane is due')
      return lane
    }
    const waiting = (lane: ClaimedLane) => store.inbox.waiting(lane.key, 10)
    const find = async (id: string): Promise<InboxEntry | undefined> => store.inbox.find(id)
    const finishAll = async (): Promise<void> => {
      for (const lane of await store.lanes.claim({ queue: INBOX_QUEUE, limit: 99, leaseMs: 60_000 })) {
        const ids = (await store.inbox.waiting(lane.key, 99)).map(({ id }) => id)
        await store.inbox.finish(lane, ids, ANSWERED)
      }
    }
    /** A lane with one message, claimed. */
    const begin = async (message = toMessage('Hello', { conversation: talk() })) => {
      await store.inbox.accept([message])
      const lane = await claim()
      const [stored] = await waiting(lane)
      if (!stored) throw new Error('the lane is empty')
      return { lane, id: stored.id, message }
    }
    const talk = () => ({ bot: 'helper', channel: 'wire', key: randomUUID() })

    test('a message waits as it was accepted, whatever its text', async () => {
      const detail = { chat: 5, tags: ['a', null, '\0 and \uD800'] }
      const message = toMessage('nul \0 and half \uD800', { conversation: talk(), detail })
      expect(await store.inbox.accept([message])).toEqual([true])
      const lane = await claim()
      expect(await waiting(lane)).toEqual([
        {
          ...message,
          id: expect.any(String),
          text: 'nul \uFFFD and half \uFFFD',
          answeredWith: null,
          acceptedAt: expect.any(Date),
          trace: null,
        },
      ])
      await finishAll()
      await store.inbox.finish(lane, [(await waiting(lane))[0]?.id ?? ''], ANSWERED)
    })

    test('an event is accepted once, in one call or many at a time', async () => {
      const message = toMessage('Once', { conversation: talk() })
      expect(await store.inbox.accept([message, message])).toEqual([true, false])
      const results = await Promise.all(Array.from({ length: 5 }, () => store.inbox.accept([message])))
      expect(results.flat()).toEqual([false, false, false, false, false])
      const lane = await claim()
      expect(await waiting(lane)).toHaveLength(1)
      await finishAll()
      await store.inbox.finish(lane, [(await waiting(lane))[0]?.id ?? ''], ANSWERED)
      expect(await store.inbox.accept([message])).toEqual([false])
      expect(await store.lanes.claim({ queue: INBOX_QUEUE, limit: 1, leaseMs: 1 })).toEqual([])
    })

    test('the same id of another bot is another event', async () => {
      const message = toMessage('Mine', { conversation: talk() })
      const other = { ...message, conversation: { ...message.conversation, bot: 'other' } }
      expect(await store.inbox.accept([message, other])).toEqual([true, true])
      await finishAll()
    })

    test('messages accepted together keep their order', async () => {
      const conversation = talk()
      const texts = Array.from({ length: 30 }, (_, index) => String(index))
      await store.inbox.accept(texts.map((text) => toMessage(text, { conversation })))
      const lane = await claim()
      const stored = await store.inbox.waiting(lane.key, 99)
      expect(stored.map(({ text }) => text)).toEqual(texts)
      await store.inbox.finish(
        lane,
        stored.map(({ id }) => id),
        ANSWERED,
      )
    })

    test('a redelivery while the original settles changes nothing', async () => {
      for (let round = 0; round < 20; round++) {
        const { lane, id, message } = await begin()
        const [finished, again] = await Promise.all([
          store.inbox.finish(lane, [id], ANSWERED),
          store.inbox.accept([message]),
        ])
        expect([finished, again]).toEqual([true, [false]])
        expect(await store.lanes.claim({ queue: INBOX_QUEUE, limit: 1, leaseMs: 1 })).toEqual([])
      }
    })

    test('a message that comes while its lane is emptied is not forgotten', async () => {
      for (let round = 0; round < 20; round++) {
        const { lane, id, message } = await begin()
        const next = { ...message, externalId: randomUUID(), text: 'Next' }
        await Promise.all([store.inbox.finish(lane, [id], ANSWERED), store.inbox.accept([next])])
        expect((await waiting(await claim())).map(({ text }) => text)).toEqual(['Next'])
        await store.lanes.voidLeases()
        await finishAll()
      }
    })

    test('messages answered together are finished together', async () => {
      const conversation = talk()
      await store.inbox.accept(['a', 'b'].map((text) => toMessage(text, { conversation })))
      const lane = await claim()
      const ids = (await waiting(lane)).map(({ id }) => id)
      expect(await store.inbox.join(lane, ids, ids[0]!)).toBe(true)
      expect((await waiting(lane)).map(({ answeredWith }) => answeredWith)).toEqual([ids[0], ids[0]])
      expect(await find(ids[1]!)).toMatchObject({ state: 'running', attempts: 1 })
      await store.inbox.finish(lane, ids, ANSWERED)
      expect(await find(ids[1]!)).toMatchObject({ state: 'answered', answeredWith: ids[0] })
    })

    test('a worker that lost its lane records nothing', async () => {
      await store.inbox.accept([toMessage('Mine', { conversation: talk() })])
      const stale = await claim(-1)
      const { lane, id } = { lane: await claim(), id: (await waiting(stale))[0]!.id }
      const part: HeldPart = { hold: stale, messageId: id, part: 0 }
      expect(await store.inbox.join(stale, [id], id)).toBe(false)
      expect(await store.inbox.finish(stale, [id], ANSWERED)).toBe(false)
      expect(await store.deliveries.beginPlacing(part)).toBeUndefined()
      await store.deliveries.refuse(stale, id, 'gone')
      await store.deliveries.beginPlacing({ ...part, hold: lane })
      expect(await store.deliveries.placed(part, 'x')).toBe(false)
      expect(await store.deliveries.beginFilling(part, 'text')).toBeUndefined()
      const listed = await store.deliveries.list({ only: [], messageId: id, limit: 9 })
      expect(listed).toMatchObject([{ state: 'sending', externalId: null }])
      await store.inbox.finish(lane, [id], ANSWERED)
    })

    test('a part is placed once and confirmed once', async () => {
      const { lane, id } = await begin()
      const part: HeldPart = { hold: lane, messageId: id, part: 0 }
      expect(await store.deliveries.beginPlacing(part)).toEqual({ externalId: null, ambiguous: false })
      expect(await store.deliveries.placed(part, '77')).toBe(true)
      expect(await store.deliveries.beginPlacing(part)).toEqual({ externalId: '77', ambiguous: false })
      expect(await store.deliveries.beginFilling(part, { text: 'Hi \0' })).toEqual({
        externalId: '77',
        confirmed: false,
      })
      await store.deliveries.confirm(part)
      expect(await store.deliveries.beginFilling(part, 'else')).toEqual({ externalId: '77', confirmed: true })
      await store.inbox.finish(lane, [id], ANSWERED)
    })

    test('a placeholder whose id was not recorded counts as ambiguous, one that was not taken does not', async () => {
      const { lane, id } = await begin()
      const part: HeldPart = { hold: lane, messageId: id, part: 0 }
      await store.deliveries.beginPlacing(part)
      await store.deliveries.notPlaced(part, 'too many requests')
      expect(await store.deliveries.beginPlacing(part)).toMatchObject({ ambiguous: false })
      expect(await store.deliveries.beginPlacing(part)).toMatchObject({ ambiguous: true })
      const [listed] = await store.deliveries.list({ only: ['ambiguous'], limit: 9 })
      expect(listed).toMatchObject({ messageId: id, ambiguous: 1, attempts: 3, state: 'sending' })
      await store.deliveries.refuse(lane, id, 'blocked')
      expect(await store.deliveries.list({ only: ['refused'], limit: 9 })).toMatchObject([
        { error: 'blocked' },
      ])
      await store.inbox.finish(lane, [id], { outcome: 'refused', error: 'blocked' })
    })

    // The embedded database has one session.
    test.runIf(backend.name === 'postgres')(
      'a placeholder whose id is recorded at the last moment is not placed again',
      async () => {
        const { lane, id } = await begin()
        const part: HeldPart = { hold: lane, messageId: id, part: 0 }
        await store.deliveries.beginPlacing(part)
        const placing = await store.db.transaction().execute(async (tx) => {
          await sql`update deliveries set state = 'sent', external_id = '77' where message_id = ${id}`.execute(
            tx,
          )
          const again = store.deliveries.beginPlacing(part)
          const waiting = sql`select from pg_locks where not granted and locktype = 'transactionid'`
          await expect.poll(async () => (await waiting.execute(tx)).rows.length).toBeGreaterThan(0)
          return { again }
        })
        expect(await placing.again).toEqual({ externalId: '77', ambiguous: false })
        await store.inbox.finish(lane, [id], ANSWERED)
      },
    )

    test('a dead message can be put back in its place, with those it was answered with', async () => {
      const conversation = talk()
      await store.inbox.accept(['a', 'b', 'c'].map((text) => toMessage(text, { conversation })))
      const lane = await claim()
      const [a, b, c] = (await waiting(lane)).map(({ id }) => id)
      await store.inbox.join(lane, [a!, b!], a!)
      await store.inbox.finish(lane, [a!, b!], { outcome: 'dead', error: 'poison' })
      expect(await store.inbox.list({ states: ['dead'], limit: 9 })).toMatchObject([
        { state: 'dead', attempts: 1, error: 'poison' },
        { state: 'dead' },
      ])
      expect(await store.inbox.retry(c!)).toBe(0)
      expect(await store.inbox.retry(b!)).toBe(2)
      const again = await claim()
      expect((await waiting(again)).map(({ text }) => text)).toEqual(['a', 'b', 'c'])
      await store.inbox.finish(again, [a!, b!, c!], ANSWERED)
    })

    test('the same events may come to several replicas at once, in any order', async () => {
      const accept = (messages: readonly InboundMessage[]) => createInbox(store.db, store.db).accept(messages)
      for (let round = 0; round < 10; round++) {
        const messages = Array.from({ length: 150 }, () => toMessage('Hi', { conversation: talk() }))
        const orders = [messages, messages.toReversed(), messages, messages.toReversed()]
        const results = await Promise.all(orders.map(accept))
        expect(results.flat().filter((fresh) => fresh)).toHaveLength(150)
      }
      await store.db.deleteFrom('lane_items').where('queue', '=', INBOX_QUEUE).execute()
      await store.db.deleteFrom('lanes').where('queue', '=', INBOX_QUEUE).execute()
    })

    test('a dropped message is not answered, and whoever works on it loses the lane', async () => {
      const { lane, id } = await begin()
      expect(await find(id)).toMatchObject({ state: 'running' })
      expect(await store.inbox.drop(id, 'by hand')).toBe(true)
      expect(await store.inbox.drop(id, 'by hand')).toBe(false)
      expect(await store.inbox.finish(lane, [id], ANSWERED)).toBe(false)
      expect(await find(id)).toMatchObject({ state: 'dropped', error: 'by hand' })
      expect(await find('no such id')).toBeUndefined()
    })

    test('a finished answer can be delivered again, another cannot', async () => {
      const { lane, id, message } = await begin()
      expect(await store.deliveries.retry(id)).toBe('unfinished')
      const part: HeldPart = { hold: lane, messageId: id, part: 0 }
      await store.deliveries.beginPlacing(part)
      await store.deliveries.placed(part, '77')
      await store.deliveries.confirm(part)
      const unsure = { ...part, part: 1 }
      await store.deliveries.beginPlacing(unsure)
      await store.inbox.finish(lane, [id], ANSWERED)
      expect(await store.deliveries.retry(id)).toBe('unanswered')
      expect(await store.deliveries.retry(randomUUID())).toBe('not-found')
      const lease = { owner: 'a', leaseMs: 60_000 }
      const turn = {
        turnId: id,
        conversation: message.conversation,
        subject: 'ada',
        revision: 'r',
        model: 'm',
      }
      await store.turns.begin({ ...turn, ...lease, text: 'Hello', historyLimit: 1 })
      await store.db.updateTable('turns').set({ outcome: 'completed' }).where('id', '=', id).execute()
      expect(await store.deliveries.retry(id)).toBe('queued')
      const again = await claim()
      expect(await store.deliveries.beginFilling({ ...part, hold: again }, 'same')).toMatchObject({
        confirmed: false,
      })
      expect(await store.deliveries.beginPlacing({ ...unsure, hold: again })).toMatchObject({
        ambiguous: true,
      })
      await store.inbox.finish(again, [id], ANSWERED)
    })

    test('what ended long ago is deleted with its deliveries, the rest stays', async () => {
      await finishAll()
      const { lane, id } = await begin()
      await store.deliveries.beginPlacing({ hold: lane, messageId: id, part: 0 })
      expect(await store.inbox.prune(60_000)).toBe(0)
      expect(await store.inbox.prune(-1_000)).toBeGreaterThan(10)
      expect(await find(id)).toMatchObject({ state: 'running' })
      await store.inbox.finish(lane, [id], ANSWERED)
      await store.inbox.prune(-1_000)
      expect(await store.deliveries.list({ only: [], limit: 9 })).toEqual([])
    })
  })
}
