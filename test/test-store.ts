import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { migrateUp } from '../src/store/migrate.ts'
import { openStore, type OpenStore } from '../src/store/open-store.ts'

/** A database the same tests run on. */
export interface Backend {
  readonly name: 'embedded' | 'postgres'
  /** A new, migrated, empty store; `close` also removes it. */
  open(): Promise<OpenStore>
}

const embedded: Backend = {
  name: 'embedded',
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'botyard-store-'))
    const store = await migrated(await openStore({ dataDir: join(folder, 'data') }))
    return {
      ...store,
      close: async () => {
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

function postgres(url: string): Backend {
  return {
    name: 'postgres',
    async open() {
      const name = `test_${randomUUID().replaceAll('-', '')}`
      await runOnce(url, `create database ${name}`)
      const databaseUrl = Object.assign(new URL(url), { pathname: `/${name}` }).href
      const store = await migrated(await openStore({ databaseUrl, dataDir: 'unused' }))
      return {
        ...store,
        close: async () => {
          await store.close()
          await runOnce(url, `drop database ${name} with (force)`)
        },
      }
    },
  }
}

/** The embedded database always; PostgreSQL too when TEST_DATABASE_URL names a server where databases may be created. */
export function backends(): readonly Backend[] {
  const url = process.env['TEST_DATABASE_URL']
  return url ? [embedded, postgres(url)] : [embedded]
}

async function migrated(store: OpenStore): Promise<OpenStore> {
  const { failure } = await migrateUp(store.db)
  if (failure) throw failure.error
  return store
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

/** A database for a whole server, by its environment. */
export interface TestDatabase {
  readonly name: Backend['name']
  /** A new, empty database; `remove` removes it when nobody uses it any more. */
  create(): Promise<{ readonly env: Readonly<Record<string, string>>; readonly remove: () => Promise<void> }>
}

/** As `backends()`, for those who start servers. */
export function testDatabases(): readonly TestDatabase[] {
  const url = process.env['TEST_DATABASE_URL']
  const own: TestDatabase = { name: 'embedded', create: createFolder }
  return url ? [own, { name: 'postgres', create: () => createDatabase(url) }] : [own]
}

async function createFolder(): ReturnType<TestDatabase['create']> {
  const folder = await mkdtemp(join(tmpdir(), 'botyard-data-'))
  return {
    env: { DATA_DIR: join(folder, 'data') },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function createDatabase(url: string): ReturnType<TestDatabase['create']> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await runOnce(url, `create database ${name}`)
  const databaseUrl = Object.assign(new URL(url), { pathname: `/${name}` }).href
  return {
    env: { DATABASE_URL: databaseUrl },
    remove: () => runOnce(url, `drop database ${name} with (force)`),
  }
}
