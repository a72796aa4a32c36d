import { type RawBuilder, sql } from 'kysely'
import { expect, onTestFinished } from 'vitest'
import type { OpenStore } from '../src/store/open-store.ts'
import { backends, type Backend } from './test-store.ts'

/** Where statements can overtake each other; undefined, and said so, when there is none: the embedded database has one session. */
export function racingBackend(): Backend | undefined {
  const server = backends().find(({ name }) => name === 'postgres')
  if (server === undefined)
    process.stdout.write('What several servers do at once is not tested: TEST_DATABASE_URL is not set.\n')
  return server
}

/** Resolves when so many statements on the store's database wait for each other, or for a gate. */
export async function untilWaiting(store: OpenStore, count: number): Promise<void> {
  const waiting = async (): Promise<number> => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      store.db,
    )
    return rows.length
  }
  await expect.poll(waiting, { interval: 10 }).toBe(count)
}

/** Which rows a gate stands before. */
export interface GatedRows {
  readonly on: `${'insert' | 'update'} on ${string}`
  /** True for `new`, the row as it is to become. */
  readonly when: RawBuilder<unknown>
}

/** Has statements stop before they change such a row, with the locks they have by then, until `open` is called. */
export async function closeGate(
  { db }: OpenStore,
  { on, when }: GatedRows,
): Promise<{ open(): Promise<void> }> {
  await sql`create table gate ()`.execute(db)
  await sql`
    create function wait_at_gate() returns trigger language plpgsql as $$
    begin
      lock table gate in share mode;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger wait_at_gate before ${sql.raw(on)}
    for each row when (${when}) execute function wait_at_gate()`.execute(db)
  const closed = await db.startTransaction().execute()
  await sql`lock table gate`.execute(closed)
  const open = async (): Promise<void> => {
    if (!closed.isCommitted) await closed.commit().execute()
  }
  onTestFinished(async () => {
    await open()
    await sql`drop function wait_at_gate cascade`.execute(db)
    await sql`drop table gate`.execute(db)
  })
  return { open }
}
