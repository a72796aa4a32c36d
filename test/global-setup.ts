import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

/** Has all tests of a run make their folders in one, and their databases under one name; takes both away at the end. */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'botyard-tests-'))
  // PostgreSQL and nginx run as users of their own.
  await chmod(folder, 0o755)
  const prefix = `test_${randomUUID().slice(0, 8)}_`
  process.env['TMPDIR'] = folder
  process.env['TEST_DATABASE_PREFIX'] = prefix
  return async () => {
    // What a test that failed has left running may still be writing there.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    const url = process.env['TEST_DATABASE_URL']
    if (url) await dropDatabases(url, prefix)
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  )
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
