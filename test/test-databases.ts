import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

/** A database for a whole server, by its environment. */
export interface TestDatabase {
  readonly name: 'embedded' | 'postgres'
  /** A new, empty database; `remove` removes it when nobody uses it any more. */
  create(): Promise<{ readonly env: Readonly<Record<string, string>>; readonly remove: () => Promise<void> }>
}

/** The embedded database always; PostgreSQL too when TEST_DATABASE_URL names a server where databases may be created. */
export function testDatabases(): readonly TestDatabase[] {
  const url = process.env['TEST_DATABASE_URL']
  const embedded: TestDatabase = { name: 'embedded', create: createFolder }
  return url ? [embedded, { name: 'postgres', create: () => createOnServer(url) }] : [embedded]
}

async function createFolder(): ReturnType<TestDatabase['create']> {
  const folder = await mkdtemp(join(tmpdir(), 'botyard-data-'))
  return {
    env: { DATA_DIR: join(folder, 'data') },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function createOnServer(url: string): ReturnType<TestDatabase['create']> {
  const name = `${process.env['TEST_DATABASE_PREFIX'] ?? 'test_'}${randomUUID().replaceAll('-', '')}`
  await runOnce(url, `create database ${name}`)
  return {
    env: { DATABASE_URL: Object.assign(new URL(url), { pathname: `/${name}` }).href },
    remove: () => runOnce(url, `drop database ${name} with (force)`),
  }
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
