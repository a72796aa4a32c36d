import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrateUp, migrationStatus } from '../migrate.ts'
import type { OpenStore, StoreOptions } from '../open-store.ts'
import { openStore } from '../open-store.ts'
import { verifySchema } from '../verify-schema.ts'
import { openEmbedded } from './embedded-database.ts'

const WRITER = fileURLToPath(new URL('../../../test/store-writer.ts', import.meta.url))

let dataDir: string
const cleanups: (() => Promise<void>)[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'botyard-embedded-'))
})

afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp()
  await rm(dataDir, { recursive: true, force: true })
})

async function open(options: Partial<StoreOptions> = {}): Promise<OpenStore> {
  const store = await openStore({ dataDir, ...options })
  cleanups.push(() => store.close())
  return store
}

async function openPool(queryTimeoutMs = 10_000): Promise<Pool> {
  const onWarning = (): void => undefined
  const database = await openEmbedded(dataDir, {
    poolSize: 4,
    connectTimeoutMs: 2000,
    queryTimeoutMs,
    onWarning,
  })
  cleanups.push(() => database.close())
  return database.pool
}

/** Starts a process that writes into the data folder; resolves when `count` turns are acknowledged. */
async function startWriter(count: number) {
  const child = spawn(process.execPath, [WRITER, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: string[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => acknowledged.push(line))
  while (acknowledged.length <= count) await once(lines, 'line')
  cleanups.push(async () => void child.kill('SIGKILL'))
  return {
    pid: child.pid,
    kill: async () => {
      const closed = once(lines, 'close')
      child.kill('SIGKILL')
      await closed
      return acknowledged.slice(1)
    },
  }
}

test('what was acknowledged survives kill -9', async () => {
  const writer = await startWriter(200)
  const acknowledged = await writer.kill()
  const { db } = await open()
  const { rows } = await sql<{
    id: string
  }>`select t.id from turns t join messages m on m.text = t.id::text`.execute(db)
  const kept = new Set(rows.map(({ id }) => id))
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  expect(acknowledged.length).toBeGreaterThanOrEqual(200)
})

test('a second process is refused, and told who has the folder', async () => {
  const writer = await startWriter(1)
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    code: 'data_folder_in_use',
    message: expect.stringContaining(`(pid ${writer.pid} on `),
  })
  await writer.kill()
})

test('the same process cannot open a folder twice, and can again after closing it', async () => {
  const store = await openStore({ dataDir })
  await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'data_folder_in_use' })
  await store.close()
  const again = await open()
  await expect(again.db.selectNoFrom(sql<number>`1`.as('one')).execute()).resolves.toEqual([{ one: 1 }])
})

test('a first start finds its tables there: `node scripts/build-template.ts` follows each migration', async () => {
  const store = await open()
  expect((await migrationStatus(store.db)).pending).toEqual([])
  expect(await verifySchema(store.db)).toEqual([])
})

test('the data folder belongs to its owner only', async () => {
  await open({ dataDir: join(dataDir, 'new', 'place') })
  const modes = ['new/place', 'new/place/database'].map(
    async (path) => (await stat(join(dataDir, path))).mode & 0o777,
  )
  expect(await Promise.all(modes)).toEqual([0o700, 0o700])
})

test('a folder of another PostgreSQL version is refused and left as it is', async () => {
  await mkdir(join(dataDir, 'database'))
  await writeFile(join(dataDir, 'database', 'PG_VERSION'), '17\n')
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    code: 'data_folder_incompatible',
    message: expect.stringContaining('PostgreSQL 17, and this version needs 18'),
  })
  expect(await readFile(join(dataDir, 'database', 'PG_VERSION'), 'utf8')).toBe('17\n')
})

test('a folder left half made is made anew', async () => {
  await mkdir(join(dataDir, 'database', 'base'), { recursive: true })
  await mkdir(join(dataDir, 'database.new'))
  expect((await migrateUp((await open()).db)).failure).toBeNull()
})

test('a statement that never ends is ended, and the database opened again', async () => {
  const warnings: string[] = []
  const { db } = await open({ queryTimeoutMs: 2_000, onWarning: (message) => warnings.push(message) })
  await sql`create table kept as select 1 as value`.execute(db)
  const endless =
    sql`with recursive n as (select 1 union all select 1 from n) select count(*) from n`.execute(db)
  await expect(endless).rejects.toMatchObject({ code: 'database_unavailable' })
  const { rows } = await sql`select value from kept`.execute(db)
  expect(rows).toEqual([{ value: 1 }])
  expect(warnings).toEqual(['A statement ran longer than 2000 ms and was ended; opening it again'])
})

test('a transaction left idle is rolled back, and others go on', async () => {
  const pool = await openPool(1_500)
  await pool.query('create table t (id integer)')
  const idle = await pool.connect()
  await idle.query('begin')
  await idle.query('insert into t values (1)')
  expect((await pool.query('select * from t')).rows).toEqual([])
  await expect(idle.query('commit')).rejects.toThrow(/idle for too long|not queryable/)
  idle.release(true)
})

test('a connection that breaks in a transaction leaves nothing behind', async () => {
  const pool = await openPool()
  await pool.query('create table t (id integer)')
  const client = await pool.connect()
  await client.query('begin')
  await client.query('insert into t values (1)')
  client.release(true)
  expect((await pool.query('select * from t')).rows).toEqual([])
})

test('notifications reach the connection that listens', async () => {
  const pool = await openPool()
  const listener = await pool.connect()
  const heard = once(listener, 'notification')
  await listener.query('listen lanes')
  await pool.query(`notify lanes, 'inbox'`)
  await pool.query('select 1')
  expect(await heard).toMatchObject([{ channel: 'lanes', payload: 'inbox' }])
  listener.release()
})

test('closing vacuums and analyses every table when much was written', async () => {
  const store = await openStore({ dataDir })
  await sql`create table busy as select n, 0 as value from generate_series(1, 10000) n`.execute(store.db)
  for (let i = 0; i < 5; i += 1) await sql`update busy set value = ${i}`.execute(store.db)
  await store.close()
  const { db } = await open()
  const { rows } =
    await sql`select reltuples::integer as rows, relallvisible > 0 as vacuumed from pg_class where relname = 'busy'`.execute(
      db,
    )
  expect(rows).toEqual([{ rows: 10000, vacuumed: true }])
})
