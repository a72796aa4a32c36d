import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LoggedEvent } from '../../src/events.ts'
import { migrateDown, migrateUp, migrationStatus } from '../../src/store/migrate.ts'
import { MIGRATIONS } from '../../src/store/migrations/migrations.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import type { FinishedTurn, NewTurn } from '../../src/store/store.ts'
import { inboxContract } from './inbox-contract.ts'
import { laneContract } from './lane-contract.ts'
import { verifySchema } from '../../src/store/verify-schema.ts'
import type { Backend } from '../test-store.ts'

/** What every database under the store has to do. */
export function storeContract(backend: Backend): void {
  describe(`the store on ${backend.name}`, () => {
    let store: OpenStore
    beforeAll(async () => {
      store = await backend.open()
    })
    afterAll(() => store.close())

    turnTests(() => store)
    abandonedTurnTests(() => store)
    takeOverTests(() => store)
    textTests(() => store)
    databaseTests(() => store)
  })
  laneContract(backend)
  inboxContract(backend)
  describe(`migrations on ${backend.name}`, () => migrationTests(backend))
}

const LEASE = { owner: 'a', leaseMs: 60_000 }
const HOLD = { owner: 'a', renewForMs: null }

function newTurn(options: Partial<NewTurn> = {}): NewTurn {
  return {
    turnId: randomUUID(),
    conversation: { bot: 'helper', channel: 'web', key: randomUUID() },
    subject: 'ada',
    revision: 'r1',
    model: 'offline',
    text: 'Hello',
    historyLimit: 20,
    ...LEASE,
    ...options,
  }
}

function finished(turn: NewTurn, options: Partial<FinishedTurn> = {}): FinishedTurn {
  return {
    turnId: turn.turnId,
    owner: turn.owner,
    outcome: 'completed',
    errorCode: null,
    text: 'Hi there',
    firstTokenMs: 12.6,
    durationMs: 80.2,
    inputTokens: 5,
    outputTokens: 2,
    steps: 1,
    toolCalls: 0,
    firstAudioMs: null,
    audioChunks: 0,
    words: 2,
    toolMs: 0,
    queueMs: null,
    events: [],
    ...options,
  }
}

function says(seq: number, text: string): LoggedEvent {
  return { seq, event: { type: 'text-delta', text } }
}

function turnTests(store: () => OpenStore): void {
  test('a turn begins a conversation, and the next one sees what was said', async () => {
    const first = newTurn()
    const begun = await store().turns.begin(first)
    expect(begun?.history).toEqual([])
    await store().turns.finish(finished(first))
    const second = await store().turns.begin({ ...first, turnId: randomUUID(), text: 'And then?' })
    expect(second?.conversationId).toBe(begun?.conversationId)
    expect(second?.history.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'Hello'],
      ['assistant', 'Hi there'],
    ])
  })

  test('history keeps the newest messages, oldest first', async () => {
    const turn = newTurn()
    for (const text of ['one', 'two', 'three']) {
      await store().turns.begin({ ...turn, turnId: randomUUID(), text })
    }
    const begun = await store().turns.begin({ ...turn, turnId: randomUUID(), historyLimit: 2 })
    expect(begun?.history.map(({ text }) => text)).toEqual(['two', 'three'])
    expect(begun?.history[0]?.createdAt).toBeInstanceOf(Date)
  })

  test('a turn whose id is taken stores nothing', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const again = [turn, { ...turn, text: 'Other words' }].map((same) => store().turns.begin(same))
    expect(await Promise.all(again)).toEqual([undefined, undefined])
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found?.messages.map(({ text }) => text)).toEqual(['Hello'])
  })

  test('a conversation is found by its key, with the turn that runs', async () => {
    const turn = newTurn({ text: '' })
    expect(await store().conversations.find(turn.conversation, { limit: 5 })).toBeUndefined()
    const begun = await store().turns.begin(turn)
    const empty = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(empty).toEqual({ id: begun?.conversationId, messages: [], runningTurnId: turn.turnId })
    await store().turns.finish(finished(turn, { text: 'Done' }))
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found).toMatchObject({ runningTurnId: null, messages: [{ role: 'assistant', text: 'Done' }] })
  })

  test('turns that begin at once in a new conversation share it', async () => {
    const turn = newTurn()
    const starts = Array.from({ length: 8 }, () => store().turns.begin({ ...turn, turnId: randomUUID() }))
    const ids = (await Promise.all(starts)).map((begun) => begun?.conversationId)
    expect(new Set(ids).size).toBe(1)
    expect((await store().conversations.find(turn.conversation, { limit: 20 }))?.messages.length).toBe(8)
  })

  test('events of many turns are appended at once and read from any place', async () => {
    const [one, two] = [newTurn(), newTurn()]
    await Promise.all([store().turns.begin(one), store().turns.begin(two)])
    const segments = [
      { turnId: one.turnId, events: [says(1, 'a'), says(2, 'b')] },
      { turnId: two.turnId, events: [says(1, 'x')] },
    ]
    expect(await store().turns.append(segments, HOLD)).toEqual(new Map())
    await store().turns.append([{ turnId: one.turnId, events: [says(3, 'c')] }], HOLD)
    expect(await store().turns.read(one.turnId, 1)).toEqual({
      events: [says(2, 'b'), says(3, 'c')],
      running: true,
    })
    expect(await store().turns.read(two.turnId, 0)).toEqual({ events: [says(1, 'x')], running: true })
  })

  test('a segment written again, or again and longer, is there once', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    for (const events of [[says(1, 'a')], [says(1, 'a')], [says(1, 'a'), says(2, 'b')], [says(1, 'a')]]) {
      await store().turns.append([{ turnId: turn.turnId, events }], HOLD)
    }
    expect((await store().turns.read(turn.turnId, 0))?.events).toEqual([says(1, 'a'), says(2, 'b')])
  })

  test('a finished turn keeps its facts, and closes once', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const done = finished(turn, { events: [says(1, 'Hi there')] })
    expect(await store().turns.finish(done)).toBe(true)
    expect(await store().turns.finish({ ...done, text: 'Again' })).toBe(false)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({
      events: [says(1, 'Hi there')],
      running: false,
    })
    const row = await store()
      .db.selectFrom('turns')
      .selectAll()
      .where('id', '=', turn.turnId)
      .executeTakeFirst()
    expect(row).toMatchObject({ outcome: 'completed', first_token_ms: 13, duration_ms: 80, output_tokens: 2 })
    expect(row?.ended_at).toBeInstanceOf(Date)
  })

  test('only the owner may append to a turn or finish it', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const segment = { turnId: turn.turnId, events: [says(1, 'mine?')] }
    const answer = await store().turns.append([segment], { owner: 'b', renewForMs: 1000 })
    expect(answer).toEqual(new Map([[turn.turnId, 'lost']]))
    expect(await store().turns.finish(finished(turn, { owner: 'b' }))).toBe(false)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
  })

  test('a request to stop reaches the process that appends', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    expect(await store().turns.requestStop(turn.turnId)).toBe(true)
    const answer = await store().turns.append([{ turnId: turn.turnId, events: [] }], HOLD)
    expect(answer).toEqual(new Map([[turn.turnId, 'stop-requested']]))
    await store().turns.finish(finished(turn, { outcome: 'stopped' }))
    expect(await store().turns.requestStop(turn.turnId)).toBe(false)
  })

  test('a turn that does not exist is undefined, whatever its id looks like', async () => {
    for (const id of [randomUUID(), 'not-a-uuid', '']) {
      expect(await store().turns.read(id, 0)).toBeUndefined()
      expect(await store().turns.requestStop(id)).toBe(false)
    }
  })

  test('old event logs go, messages and facts stay', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    await store().turns.finish(finished(turn, { events: [says(1, 'Hi')] }))
    expect(await store().turns.pruneLogs(60_000)).toBe(0)
    expect(await store().turns.pruneLogs(-1000)).toBeGreaterThanOrEqual(1)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: false })
    expect((await store().conversations.find(turn.conversation, { limit: 5 }))?.messages.length).toBe(2)
  })
}

function abandonedTurnTests(store: () => OpenStore): void {
  test('reading a turn whose lease ran out closes it and keeps what was said', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    const replaced: LoggedEvent = { seq: 2, event: { type: 'replace', text: 'Well' } }
    const events = [says(1, 'Oops'), replaced, says(3, ', hel')]
    await store().turns.append([{ turnId: turn.turnId, events }], { ...HOLD, renewForMs: -1 })
    const logs = await Promise.all([0, 0, 3].map((after) => store().turns.read(turn.turnId, after)))
    expect(logs.map((log) => [log?.running, log?.events.length])).toEqual([
      [false, 4],
      [false, 4],
      [false, 1],
    ])
    expect(logs[0]?.events.at(-1)).toMatchObject({ seq: 4, event: { type: 'error', code: 'interrupted' } })
    const conversation = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(conversation?.messages.map(({ text }) => text)).toEqual(['Hello', 'Well, hel'])
    expect(await store().turns.finish(finished(turn))).toBe(false)
  })

  test('an owner that renews its lease in time keeps the turn', async () => {
    const turn = newTurn({ leaseMs: -1 })
    await store().turns.begin(turn)
    await store().turns.append([{ turnId: turn.turnId, events: [] }], { ...HOLD, renewForMs: 60_000 })
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
    expect(await store().turns.finish(finished(turn))).toBe(true)
  })

  test('abandoned turns are closed all together, or only those without a lease', async () => {
    await store().turns.interruptAbandoned({ all: true })
    const [dead, alive] = [newTurn({ leaseMs: -1 }), newTurn()]
    await Promise.all([store().turns.begin(dead), store().turns.begin(alive)])
    const found = await store().conversations.find(dead.conversation, { limit: 1 })
    expect(found?.runningTurnId).toBeNull()
    expect(await store().turns.interruptAbandoned({ all: false })).toBe(1)
    expect(await store().turns.interruptAbandoned({ all: true })).toBe(1)
    expect(await store().turns.interruptAbandoned({ all: true })).toBe(0)
  })
}

function takeOverTests(store: () => OpenStore): void {
  const texts = async ({ conversation }: NewTurn): Promise<unknown> =>
    (await store().conversations.find(conversation, { limit: 9 }))?.messages.map(({ text }) => text)

  test('a turn that is taken over begins anew in its place, and its last owner changes nothing any more', async () => {
    const before = newTurn({ text: 'Before' })
    await store().turns.begin(before)
    await store().turns.finish(finished(before, { text: 'Early' }))
    const turn = { ...newTurn(), conversation: before.conversation }
    await store().turns.begin(turn)
    await store().turns.append([{ turnId: turn.turnId, events: [says(1, 'Hal')] }], HOLD)
    await store().turns.begin({ ...newTurn({ text: 'After' }), conversation: before.conversation })
    const taken = await store().turns.takeOver({ ...turn, owner: 'b', text: 'Hello again' })
    expect(taken?.history.map(({ text }) => text)).toEqual(['Before', 'Early'])
    const late = { turnId: turn.turnId, events: [says(2, 'f an answer')] }
    expect(await store().turns.append([late], HOLD)).toEqual(new Map([[turn.turnId, 'lost']]))
    expect(await store().turns.finish(finished(turn))).toBe(false)
    expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
    await store().turns.finish(finished(turn, { owner: 'b', text: 'Whole' }))
    expect(await texts(turn)).toEqual(['Before', 'Early', 'Hello again', 'After', 'Whole'])
    expect(await store().turns.answerOf(turn.turnId)).toBe('Whole')
  })

  test('what an interrupted or failed turn answered is gone when it is taken over', async () => {
    for (const outcome of ['interrupted', 'failed'] as const) {
      const turn = newTurn()
      await store().turns.begin(turn)
      const ended = {
        outcome,
        errorCode: 'model_unavailable',
        text: 'Half',
        events: [says(1, 'Half')],
      } as const
      await store().turns.finish(finished(turn, ended))
      expect(await store().turns.takeOver(turn)).toMatchObject({ history: [] })
      expect(await texts(turn)).toEqual(['Hello'])
      expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
    }
  })

  test('a turn that has its answer is not taken over', async () => {
    const endings = [
      {},
      { outcome: 'stopped' },
      { outcome: 'failed', errorCode: 'model_refused', text: '' },
    ] as const
    for (const ending of endings) {
      const turn = newTurn()
      await store().turns.begin(turn)
      await store().turns.finish(finished(turn, ending))
      expect(await store().turns.takeOver(turn)).toBeUndefined()
    }
    expect(await store().turns.takeOver(newTurn())).toBeUndefined()
    expect(await store().turns.answerOf(randomUUID())).toBeUndefined()
  })

  test('a turn that is closed as abandoned at the same time is taken over whole', async () => {
    for (let round = 0; round < 10; round++) {
      const turn = newTurn()
      await store().turns.begin(turn)
      const segment = { turnId: turn.turnId, events: [says(1, 'Half')] }
      await store().turns.append([segment], { ...HOLD, renewForMs: -1 })
      const [taken] = await Promise.all([
        store().turns.takeOver({ ...turn, owner: 'b' }),
        store().turns.read(turn.turnId, 0),
      ])
      expect(taken).toBeDefined()
      expect(await store().turns.read(turn.turnId, 0)).toEqual({ events: [], running: true })
      expect(await texts(turn)).toEqual(['Hello'])
    }
  })

  test('a conversation that is cleared is empty, and says how its answers ended until then', async () => {
    const turn = newTurn()
    await store().turns.begin(turn)
    await store().turns.finish(finished(turn, { outcome: 'stopped' }))
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found?.messages.map(({ outcome }) => outcome)).toEqual([undefined, 'stopped'])
    await store().conversations.clear(turn.conversation)
    expect(await texts(turn)).toEqual([])
  })
}

function textTests(store: () => OpenStore): void {
  test('text that PostgreSQL refuses is kept with a replacement character', async () => {
    const turn = newTurn({ text: 'nul \0 and \uD800 half', subject: 'a\0' })
    await store().turns.begin(turn)
    const said = says(1, 'out \0 \uDFFF')
    await store().turns.append([{ turnId: turn.turnId, events: [said] }], HOLD)
    await store().turns.finish(finished(turn, { text: 'out \0 \uDFFF' }))
    const found = await store().conversations.find(turn.conversation, { limit: 5 })
    expect(found?.messages.map(({ text }) => text)).toEqual([
      'nul \uFFFD and \uFFFD half',
      'out \uFFFD \uFFFD',
    ])
    expect((await store().turns.read(turn.turnId, 0))?.events).toEqual([said])
  })

  test('long texts and all scripts come back as they were', async () => {
    const text = `Заказ №1 🧶 "'\\ ${'ю'.repeat(300_000)}`
    const turn = newTurn({ text })
    await store().turns.begin(turn)
    expect((await store().conversations.find(turn.conversation, { limit: 1 }))?.messages[0]?.text).toBe(text)
  })
}

function databaseTests(store: () => OpenStore): void {
  test('statements of many connections at once do not mix', async () => {
    const { db } = store()
    await sql`create table mixed (id integer primary key, value integer not null)`.execute(db)
    const work = async (worker: number): Promise<number> => {
      let right = 0
      for (let i = 0; i < 200; i += 1) right += (await mixedStatement(store(), worker * 1000 + i)) ? 1 : 0
      return right
    }
    const results = await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)))
    expect(results).toEqual(Array.from({ length: 8 }, () => 200))
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from mixed`.execute(db)
    expect(rows).toEqual([{ count: 800 }])
    await sql`drop table mixed`.execute(db)
  })

  test('timers run while the database is busy for a second', async () => {
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 10)
    await sql`
      with recursive busy as (
        select 0 as n, clock_timestamp() as begun
        union all select n + 1, begun from busy where clock_timestamp() < begun + interval '1 second'
      ) select max(n) from busy`.execute(store().db)
    clearInterval(timer)
    // A hundred on an idle machine, none when the database holds up the loop.
    expect(ticks).toBeGreaterThan(10)
  })

  test('readiness is quiet on a migrated database', async () => {
    await expect(store().check()).resolves.toBeUndefined()
  })
}

/** One of four kinds of work, half of which leave a row; true when its result is the right one. */
async function mixedStatement({ db }: OpenStore, id: number): Promise<boolean> {
  const insert = sql<{ value: number }>`insert into mixed values (${id}, ${id * 2}) returning value`
  if (id % 4 === 0) return (await insert.execute(db)).rows[0]?.value === id * 2
  if (id % 4 === 1) {
    return db.transaction().execute(async (tx) => {
      await insert.execute(tx)
      const { rows } = await sql<{ value: number }>`select value from mixed where id = ${id}`.execute(tx)
      return rows[0]?.value === id * 2
    })
  }
  if (id % 4 === 2) {
    const failing = db.transaction().execute(async (tx) => {
      await insert.execute(tx)
      await insert.execute(tx)
    })
    return failing.then(
      () => false,
      (error: { code?: string }) => error.code === '23505',
    )
  }
  const { rows } = await sql<{
    a: number
    b: string
  }>`select ${id}::integer as a, ${`t${id}`}::text as b`.execute(db)
  return rows[0]?.a === id && rows[0].b === `t${id}`
}

function migrationTests(backend: Backend): void {
  const names = Object.keys(MIGRATIONS)
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.openOwn()
  })
  afterAll(() => store.close())

  test('down takes back what up made, and up makes it again', async () => {
    expect(await migrateDown(store.db, { steps: 1 })).toEqual({ done: [names.at(-1)], failure: null })
    expect(await migrateDown(store.db, { steps: 99 })).toMatchObject({ failure: null })
    expect(await migrationStatus(store.db)).toEqual({ applied: [], pending: names, newer: [] })
    expect(await migrateUp(store.db, { to: names[0]! })).toEqual({ done: [names[0]], failure: null })
    expect(await migrateUp(store.db)).toEqual({ done: names.slice(1), failure: null })
    expect(await verifySchema(store.db)).toEqual([])
  })

  test('two migrators at once apply each migration once', async () => {
    await migrateDown(store.db, { steps: 99 })
    const runs = await Promise.all([migrateUp(store.db), migrateUp(store.db)])
    expect(runs.map(({ failure }) => failure)).toEqual([null, null])
    expect(runs.flatMap(({ done }) => done)).toEqual(names)
  })

  test('when a migration fails, the run says which one and nothing is applied', async () => {
    const fine: Migration = {
      up: async (db) => void (await sql`create table extra (id integer)`.execute(db)),
    }
    const broken: Migration = { up: async (db) => void (await sql`select nonsense`.execute(db)) }
    const migrations = { ...MIGRATIONS, '9998-fine': fine, '9999-broken': broken }
    const { done, failure } = await migrateUp(store.db, { migrations })
    expect(done).toEqual([])
    expect(failure?.migration).toBe('9999-broken')
    expect(String(failure?.error)).toContain('nonsense')
    expect((await migrationStatus(store.db, migrations)).pending).toEqual(['9998-fine', '9999-broken'])
    expect(await verifySchema(store.db)).toEqual([])
  })

  test('a database that a newer version migrated is left alone', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', 'now')`.execute(store.db)
    expect(await migrateUp(store.db)).toEqual({ done: [], failure: null })
    expect((await migrationStatus(store.db)).newer).toEqual(['9999-future'])
    await expect(store.check()).resolves.toBeUndefined()
    await sql`delete from kysely_migration where name = '9999-future'`.execute(store.db)
  })

  test('verification names what is missing, too much or different', async () => {
    await sql`drop index turns_by_bot`.execute(store.db)
    await sql`create table notes (id integer)`.execute(store.db)
    await sql`alter table turns alter column steps type bigint`.execute(store.db)
    expect((await verifySchema(store.db)).toSorted()).toEqual([
      'different column turns.steps: bigint!, expected integer!',
      'missing index turns_by_bot',
      'unexpected column notes.id',
      'unexpected table notes',
    ])
    await sql`create index turns_by_bot on turns (bot, started_at)`.execute(store.db)
    await sql`drop table notes`.execute(store.db)
    await sql`alter table turns alter column steps type integer`.execute(store.db)
  })

  test('readiness names the pending migrations', async () => {
    await migrateDown(store.db, { steps: 1 })
    const fresh = await backend.openOwn()
    await migrateDown(fresh.db, { steps: 1 })
    await expect(fresh.check()).rejects.toMatchObject({
      code: 'migrations_pending',
      message: expect.stringContaining(names.at(-1)!),
    })
    await fresh.close()
    await expect(fresh.turns.read(randomUUID(), 0)).rejects.toMatchObject({ code: 'database_unavailable' })
    await migrateUp(store.db)
  })
}
