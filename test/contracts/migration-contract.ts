import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateDown, migrateUp, migrationStatus } from '../../src/store/migrate.ts'
import { MIGRATIONS } from '../../src/store/migrations/migrations.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { verifySchema } from '../../src/store/verify-schema.ts'
import type { Backend } from '../test-store.ts'

/** What migrations of a database have to do, and what is said of one that is not as they leave it. */
export function migrationContract(backend: Backend): void {
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
    await sql`drop index lanes_due`.execute(store.db)
    await sql`create index lanes_due on lanes (queue)`.execute(store.db)
    await sql`create table notes (id integer)`.execute(store.db)
    await sql`alter table turns alter column steps type bigint`.execute(store.db)
    expect((await verifySchema(store.db)).toSorted()).toEqual([
      'different column turns.steps: bigint!, expected integer!',
      'different index lanes_due: (queue), expected (queue, due_at)',
      'missing index turns_by_bot',
      'unexpected column notes.id',
      'unexpected table notes',
    ])
    await sql`create index turns_by_bot on turns (bot, started_at)`.execute(store.db)
    await sql`drop index lanes_due`.execute(store.db)
    await sql`create index lanes_due on lanes (queue, due_at)`.execute(store.db)
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
