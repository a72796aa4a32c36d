import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from './open-store.ts'

const server = backends().find(({ name }) => name === 'postgres')
if (server === undefined)
  process.stdout.write('Claims that overtake each other are not tested: TEST_DATABASE_URL is not set.\n')

const claimed = { queue: 'jobs', limit: 2, leaseMs: 60_000 }

interface Gate {
  readonly isWaited: () => Promise<boolean>
  readonly open: () => Promise<unknown>
}

/** Has whoever claims the lane `slow` stop in the middle of that statement until the gate is opened. */
async function holdUp(store: OpenStore): Promise<Gate> {
  await sql`create table gate ()`.execute(store.db)
  await sql`
    create function wait_at_gate() returns trigger language plpgsql as $$
    begin
      lock table gate in share mode;
      return new;
    end $$`.execute(store.db)
  await sql`
    create trigger wait_at_gate before update on lanes
    for each row when (new.key = 'slow' and new.leased) execute function wait_at_gate()`.execute(store.db)
  const closed = await store.db.startTransaction().execute()
  await sql`lock table gate`.execute(closed)
  return {
    isWaited: async () => {
      const { rows } = await sql`
        select from pg_locks where relation = 'gate'::regclass and not granted`.execute(store.db)
      return rows.length > 0
    },
    open: () => closed.commit().execute(),
  }
}

test.runIf(server)('a claim that another worker overtakes does not give out what is done', async () => {
  const store = await server!.openOwn()
  for (const key of ['slow', 'quick'])
    for (const payload of ['one', 'two']) await store.lanes.put({ queue: 'jobs', key, dedupe: null, payload })
  const gate = await holdUp(store)
  const slow = store.lanes.claim(claimed)
  await expect.poll(gate.isWaited).toBe(true)
  const [quick] = await store.lanes.claim(claimed)
  expect(quick).toMatchObject({ key: 'quick', item: { payload: 'one' } })
  await store.lanes.settle(quick!)
  await gate.open()
  const given = (await slow).filter(({ key }) => key === 'quick').map(({ item }) => item?.payload)
  expect(given).not.toContain('one')
  await store.close()
})
