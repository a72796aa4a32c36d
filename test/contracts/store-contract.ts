import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenStore } from '../../src/store/open-store.ts'
import { finished, HOLD, newTurn, says } from '../stored-turn.ts'
import type { Backend } from '../test-store.ts'
import { claimContract } from './claim-contract.ts'
import { inboxContract } from './inbox-contract.ts'
import { laneContract } from './lane-contract.ts'
import { migrationContract } from './migration-contract.ts'
import { turnContract } from './turn-contract.ts'

/** What every database under the store has to do. */
export function storeContract(backend: Backend): void {
  describe(`the store on ${backend.name}`, () => {
    let store: OpenStore
    beforeAll(async () => {
      store = await backend.open()
    })
    afterAll(() => store.close())

    turnContract(() => store)
    claimContract(() => store)
    textTests(() => store)
    databaseTests(() => store)
  })
  laneContract(backend)
  inboxContract(backend)
  describe(`migrations on ${backend.name}`, () => migrationContract(backend))
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
