import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeGate, racingBackend, untilWaiting } from '../../test/races.ts'
import { finished, newTurn } from '../../test/stored-turn.ts'
import type { GivenDocument } from './document-store.ts'
import { createFeedback } from './feedback.ts'
import type { OpenStore } from './open-store.ts'
import type { TaskFields } from './task-store.ts'

const backend = racingBackend()

const MOST = { documents: 9, bytes: 9_999 }
const TASK: TaskFields = {
  title: 'Tea',
  description: null,
  completed: false,
  priority: 'none',
  tags: [],
  recurrence: null,
  dueAt: null,
  dueAllDay: false,
  reminderOffsetMinutes: null,
  remindAt: null,
}

function document(text: string): GivenDocument {
  const bytes = Buffer.from(text)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name: 'plan.md', type: 'md', url: null, sha256, bytes }
}

describe.runIf(backend)('servers at the same moment', () => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend!.openOwn()
  })
  afterAll(() => store?.close())

  test('a document is replaced while it is published', async () => {
    const key = { bot: 'helper', owner: 'ada' }
    const first = await store.documents.add(key, document('one'), MOST)
    if (!('document' in first)) throw new Error(first.outcome)
    const run = await store.documents.begin(first.document.id)
    const busy = await store.db.startTransaction().execute()
    await sql`select from document_collections for update`.execute(busy)
    const adding = store.documents.add(key, document('two'), MOST)
    await untilWaiting(store, 1)
    const publishing = store.documents.publish(run!)
    await untilWaiting(store, 2)
    await busy.commit().execute()
    expect(await Promise.all([adding, publishing])).toMatchObject([{ outcome: 'new' }, false])
  })

  test('a conversation is removed while its answer ends', async () => {
    const turn = newTurn({ subject: 'user:1' })
    const begun = await store.turns.begin(turn)
    const busy = await store.db.startTransaction().execute()
    await sql`select from messages for update`.execute(busy)
    const removing = store.ownConversations.remove('user:1', begun!.conversationId)
    await untilWaiting(store, 1)
    const ending = store.turns.finish(finished(turn))
    await untilWaiting(store, 2)
    await busy.commit().execute()
    expect(await Promise.all([removing, ending])).toEqual([true, false])
  })

  test('one message of a guest is counted while another is given back', async () => {
    const guests = ['session:1', 'address:1']
    await store.guests.count('helper', ['session:1'], 60_000)
    await store.guests.count('helper', ['address:1'], 60_000)
    // From now on they are read as they stand in the table.
    await sql`analyze guest_messages`.execute(store.db)
    const gate = await closeGate(store, {
      on: 'update on guest_messages',
      when: sql`new.guest = 'session:1' and new.used = 0`,
    })
    const giving = store.guests.giveBack('helper', guests)
    await untilWaiting(store, 1)
    const counting = store.guests.count('helper', guests, 60_000)
    await untilWaiting(store, 2)
    await gate.open()
    await giving
    expect(await counting).toBe(1)
  })

  test('a guest comes back while old ones are forgotten', async () => {
    await store.guests.count('helper', ['session:2'], 60_000)
    await store.guests.count('helper', ['address:2'], 60_000)
    await sql`analyze guest_messages`.execute(store.db)
    const gate = await closeGate(store, {
      on: 'update on guest_messages',
      when: sql`new.guest = 'address:2'`,
    })
    const counting = store.guests.count('helper', ['session:2', 'address:2'], 60_000)
    await untilWaiting(store, 1)
    await store.guests.prune(-60_000)
    await gate.open()
    expect(await counting).toBe(2)
  })

  test('answers are linked in one order here and in another there', async () => {
    const [one, other] = [newTurn(), newTurn()]
    for (const turn of [one, other]) await store.turns.begin(turn)
    const gate = await closeGate(store, {
      on: 'insert on turn_references',
      when: sql`new.reference = 'b' and new.turn_id = ${sql.lit(one.turnId)}`,
    })
    const link = (references: readonly string[], turnId: string) => {
      const server = createFeedback(store.db)
      const place = { bot: 'helper', channel: 'poe', turnId }
      return Promise.all(references.map((reference) => server.link({ ...place, reference })))
    }
    const here = link(['a', 'b'], one.turnId)
    await untilWaiting(store, 1)
    const there = link(['b', 'a'], other.turnId)
    await untilWaiting(store, 2)
    await gate.open()
    await Promise.all([here, there])
    const links = await store.db.selectFrom('turn_references').select('turn_id').distinct().execute()
    expect(links).toEqual([{ turn_id: other.turnId }])
  })

  test('a task is added, and another reminded of, while the account takes them over', async () => {
    const due = await store.tasks.add('telegram:1', { ...TASK, remindAt: new Date(0) }, 9)
    const reminded = await closeGate(store, { on: 'insert on notifications', when: sql`true` })
    const reminding = store.tasks.remind(9, () => 'Tea is due')
    await untilWaiting(store, 1)
    const adopting = store.tasks.adopt('telegram:1', 'user:1')
    await untilWaiting(store, 2)
    await reminded.open()
    await Promise.all([reminding, adopting])
    expect(await store.tasks.notifications('user:1', {})).toMatchObject([{ taskId: due?.id }])
  })

  test('a task is added while the account takes them over', async () => {
    const gate = await closeGate(store, { on: 'insert on tasks', when: sql`true` })
    const adding = store.tasks.add('telegram:2', TASK, 9)
    await untilWaiting(store, 1)
    const adopting = store.tasks.adopt('telegram:2', 'user:2')
    await untilWaiting(store, 2)
    await gate.open()
    await Promise.all([adding, adopting])
    expect(await store.tasks.count('user:2', {})).toBe(1)
  })

  test('a task gets its next one while the account takes them over', async () => {
    const { id } = (await store.tasks.add('telegram:3', TASK, 9)) ?? { id: 0 }
    const gate = await closeGate(store, { on: 'insert on tasks', when: sql`new.parent_task_id is not null` })
    const editing = store.tasks.edit('telegram:3', id, () => ({ changes: { completed: true }, next: TASK }))
    await untilWaiting(store, 1)
    const adopting = store.tasks.adopt('telegram:3', 'user:3')
    await untilWaiting(store, 2)
    await gate.open()
    await Promise.all([editing, adopting])
    expect(await store.tasks.count('user:3', {})).toBe(2)
  })

  test('a time zone is chosen while the account takes the tasks over', async () => {
    await store.tasks.add('telegram:4', { ...TASK, dueAllDay: true, remindAt: new Date(0) }, 9)
    await store.tasks.setTimeZone('telegram:4', 'Europe/Paris', () => new Date(0))
    const gate = await closeGate(store, { on: 'update on time_zones', when: sql`true` })
    const choosing = store.tasks.setTimeZone('telegram:4', 'Asia/Tokyo', () => null)
    await untilWaiting(store, 1)
    const adopting = store.tasks.adopt('telegram:4', 'user:4')
    await untilWaiting(store, 2)
    await gate.open()
    await Promise.all([choosing, adopting])
    expect(await store.tasks.timeZone('user:4')).toBe('Asia/Tokyo')
  })

  test('two that wait for each other: one is told to try again, on the same connection', async () => {
    const [one, other] = [
      await store.db.startTransaction().execute(),
      await store.db.startTransaction().execute(),
    ]
    for (const [tx, name] of [
      [one, 'a'],
      [other, 'b'],
    ] as const)
      await sql`insert into flags (name, enabled, percentage) values (${name}, true, 0)`.execute(tx)
    const insert = (tx: typeof one, name: string) =>
      sql`insert into flags (name, enabled, percentage) values (${name}, true, 0)`.execute(tx)
    const ends = await Promise.allSettled([insert(one, 'b'), insert(other, 'a')])
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
    expect(refused).toMatchObject([{ code: 'database_unavailable', retryable: true }])
    const used = store.poolState().total
    await Promise.all([one.rollback().execute(), other.rollback().execute()])
    expect(store.poolState().total).toBe(used)
  })
})
