import { type Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { Schema } from './schema.ts'

async function add(db: Kysely<Schema>, one: number): Promise<number | undefined> {
  const { rows } = await sql<{
    readonly sum: number
  }>`/* add-one */ select ${one}::integer + 1 as sum`.execute(db)
  return rows[0]?.sum
}

async function countPrepared(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql`select name from pg_prepared_statements where name like 'add-one-%'`.execute(db)
  return rows.length
}

describe.each(backends())('a statement with a name on $name', (backend) => {
  test('is prepared once on each connection', async () => {
    await using store = await openClosing()
    await store.db.connection().execute(async (db) => {
      expect(await add(db, 1)).toBe(2)
      expect(await add(db, 2)).toBe(3)
      expect(await countPrepared(db)).toBe(1)
    })
  })

  test('is sent whole when a pooler gives the connection to others in between', async () => {
    await using store = await openClosing()
    await store.db.connection().execute(async (db) => {
      await add(db, 1)
      await sql`deallocate all`.execute(db)
      expect(await add(db, 2)).toBe(3)
      expect(await add(db, 3)).toBe(4)
      expect(await countPrepared(db)).toBe(0)
    })
  })

  async function openClosing() {
    const store = await backend.openOwn()
    return { ...store, [Symbol.asyncDispose]: () => store.close() }
  }
})
