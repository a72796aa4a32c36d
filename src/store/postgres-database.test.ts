import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { openStore } from './open-store.ts'
import type { OpenStore, StoreOptions } from './open-store.ts'

function open(databaseUrl: string, options: Partial<StoreOptions> = {}): Promise<OpenStore> {
  return openStore({ databaseUrl, dataDir: 'unused', ...options })
}

test('a server that is not there is named, and the password is not', async () => {
  const url = 'postgres://ada:hunter2@127.0.0.1:1/bots'
  const error = await open(url).catch((error: unknown) => error)
  expect(error).toMatchObject({
    code: 'invalid_configuration',
    message:
      'DATABASE_URL: nothing usable answers at 127.0.0.1:1/bots (ECONNREFUSED). Is PostgreSQL running there, and reachable?',
  })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2')
})

test('a server that says nothing is given up after the connect timeout', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const opening = open(`postgres://ada:hunter2@127.0.0.1:${port}/bots`, { connectTimeoutMs: 100 })
  await expect(opening).rejects.toMatchObject({ code: 'invalid_configuration' })
  silent.close()
})

const server = process.env['TEST_DATABASE_URL']
if (server === undefined)
  process.stdout.write('Errors of a real server are not tested: TEST_DATABASE_URL is not set.\n')

describe.runIf(server !== undefined)('on a real server', () => {
  function urlWith(parts: Partial<URL>): string {
    return Object.assign(new URL(server!), parts).href
  }

  test('a wrong password and a missing database are told apart', async () => {
    await expect(open(urlWith({ password: 'hunter2' }))).rejects.toThrow(/refuses this user and password/)
    await expect(open(urlWith({ pathname: '/nowhere' }))).rejects.toThrow(/has no such database/)
  })

  test('a statement that takes too long fails as unavailable, and the pool goes on', async () => {
    const store = await open(urlWith({}), { queryTimeoutMs: 1_000, poolSize: 1 })
    await expect(sql`select pg_sleep(5)`.execute(store.db)).rejects.toMatchObject({
      code: 'database_unavailable',
    })
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }])
    await store.close()
  })

  test('a transaction may lift the limit of its statements, for itself only', async () => {
    const store = await open(urlWith({}), { queryTimeoutMs: 500 })
    const waited = await store.db.transaction().execute(async (tx) => {
      await sql`set local statement_timeout = 0`.execute(tx)
      return sql`select 1 as one from pg_sleep(2)`.execute(tx)
    })
    expect(waited.rows).toEqual([{ one: 1 }])
    await expect(sql`select pg_sleep(5)`.execute(store.db)).rejects.toMatchObject({
      code: 'database_unavailable',
    })
    await store.close()
  })

  test('connections that the server cuts off are replaced', async () => {
    const warnings: string[] = []
    const store = await open(urlWith({}), { onWarning: (message) => warnings.push(message) })
    const cut = sql`select pg_terminate_backend(pg_backend_pid())`.execute(store.db)
    await expect(cut).rejects.toMatchObject({ code: 'database_unavailable' })
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }])
    await store.close()
  })

  test('a server that takes no changes, such as a primary that became a standby or is full, is away', async () => {
    const store = await open(urlWith({ search: '?options=-c%20default_transaction_read_only%3Don' }))
    const change = sql`create table changes ()`.execute(store.db)
    await expect(change).rejects.toMatchObject({ code: 'database_unavailable', retryable: true })
    // The next connection may lead to the one that does.
    expect(store.poolState().total).toBe(0)
    await store.close()
  })

  test('the pool is as large as the URL says', async () => {
    const store = await open(urlWith({ search: '?pool_size=2&max_overflow=1' }))
    expect(store.describe()).toMatch(/^PostgreSQL \d+\.\d+ at [^@]+, up to 3 connections$/)
    await store.close()
  })
})
