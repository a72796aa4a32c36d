import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeGate, racingBackend, untilWaiting } from '../../test/races.ts'
import { finished, newTurn } from '../../test/stored-turn.ts'
import { INBOX_QUEUE, type InboxOutcome } from './inbox-store.ts'
import type { ClaimedLane } from './lane-store.ts'
import { createLanes } from './lanes.ts'
import type { OpenStore } from './open-store.ts'

const backend = racingBackend()

const CLAIM = { queue: INBOX_QUEUE, limit: 1, leaseMs: 60_000 }
const LONG_AGO = sql`now() - interval '1 hour'`

describe.runIf(backend)('servers and operators at the same moment', () => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend!.openOwn()
  })
  afterAll(() => store?.close())

  /** A claimed lane with messages that wait in it. */
  async function claim(count = 1): Promise<{ lane: ClaimedLane; ids: readonly [string, ...string[]] }> {
    const conversation = { bot: 'helper', channel: 'wire', key: randomUUID() }
    const message = { conversation, subject: 'ada', text: 'Hello', detail: null }
    const messages = Array.from({ length: count }, (_, index) => ({
      ...message,
      externalId: `${conversation.key} ${index}`,
    }))
    await store.inbox.accept(messages)
    const [lane] = await store.lanes.claim(CLAIM)
    const [first, ...rest] = (await store.inbox.waiting(lane!.key, count)).map(({ id }) => id)
    return { lane: lane!, ids: [first!, ...rest] }
  }

  async function end(outcome: InboxOutcome, count = 1): Promise<readonly string[]> {
    const { lane, ids } = await claim(count)
    const turn = newTurn({ turnId: ids[0] })
    await store.turns.begin(turn)
    await store.inbox.join(lane, ids, turn.turnId)
    await store.turns.finish(finished(turn))
    await store.inbox.finish(lane, ids, { outcome, error: null })
    return ids
  }

  test('a message is put back while old ones are deleted', async () => {
    const [id = ''] = await end('dead')
    const gate = await closeGate(store, { on: 'insert on lane_items', when: sql`true` })
    const retrying = store.inbox.retry(id)
    await untilWaiting(store, 1)
    expect(await store.inbox.prune(-60_000)).toBe(0)
    await gate.open()
    expect(await retrying).toBe(1)
    expect(await store.inbox.drop(id, 'done')).toBe(true)
  })

  test('a message is put back while it is dropped', async () => {
    const [id = ''] = await end('dead')
    const gate = await closeGate(store, { on: 'insert on lane_items', when: sql`true` })
    const retrying = store.inbox.retry(id)
    await untilWaiting(store, 1)
    const dropping = store.inbox.drop(id, 'no')
    await untilWaiting(store, 2)
    await gate.open()
    expect(await Promise.all([retrying, dropping])).toEqual([1, true])
    expect(await store.lanes.find(INBOX_QUEUE, id)).toBeUndefined()
  })

  test('two deliver the same answer again, each by another of its messages', async () => {
    const [first = '', second = ''] = await end('answered', 2)
    const gate = await closeGate(store, {
      on: 'update on inbox_messages',
      when: sql`new.id = ${sql.lit(first)} and new.outcome is null`,
    })
    const one = store.deliveries.retry(first)
    await untilWaiting(store, 1)
    const other = store.deliveries.retry(second)
    await untilWaiting(store, 2)
    await gate.open()
    expect(await Promise.all([one, other])).toEqual(['queued', 'unfinished'])
    for (const id of [first, second]) await store.inbox.drop(id, 'done')
  })

  test('nobody claims a lane while its worker records', async () => {
    const { lane, ids } = await claim()
    const busy = await store.db.startTransaction().execute()
    await sql`select from inbox_messages where id = ${ids[0]} for update`.execute(busy)
    const joining = store.inbox.join(lane, ids, ids[0])
    await untilWaiting(store, 1)
    await sql`update lanes set due_at = ${LONG_AGO}`.execute(store.db)
    expect(await store.lanes.claim(CLAIM)).toEqual([])
    await busy.commit().execute()
    expect(await joining).toBe(true)
    expect(await store.lanes.claim(CLAIM)).toMatchObject([{ key: lane.key }])
    await store.inbox.drop(ids[0], 'done')
  })

  test('who records while the lane is claimed by another records nothing', async () => {
    const { lane, ids } = await claim()
    await sql`update lanes set due_at = ${LONG_AGO}`.execute(store.db)
    const claiming = await store.db.startTransaction().execute()
    expect(await createLanes(claiming).claim(CLAIM)).toMatchObject([{ key: lane.key }])
    const placing = store.deliveries.beginPlacing({ hold: lane, messageId: ids[0], part: 0 })
    await untilWaiting(store, 1)
    await claiming.commit().execute()
    expect(await placing).toBeUndefined()
    await store.inbox.drop(ids[0], 'done')
  })

  test('a run of a schedule fails again while the one that failed before is put back', async () => {
    await store.lanes.put({ queue: 'jobs', key: 'k', dedupe: null, payload: null })
    const claimRun = async () => (await store.lanes.claim({ ...CLAIM, queue: 'jobs' }))[0]!
    const failed = { runAt: new Date(0), deadBecause: 'no luck' }
    const before = await claimRun()
    await store.lanes.repeat(before, failed)
    const lane = await claimRun()
    const busy = await store.db.startTransaction().execute()
    await sql`select from lanes where queue = 'jobs' for update`.execute(busy)
    const failing = store.lanes.repeat(lane, failed)
    await untilWaiting(store, 1)
    const retrying = store.queuedJobs.retry(before.item!.id)
    await untilWaiting(store, 2)
    await busy.commit().execute()
    expect(await Promise.all([failing, retrying])).toEqual([true, true])
  })
})
