import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { createScratchDatabase, startThrowAwayServer } from './scratch-database.ts'

const PATH = process.env['PATH'] ?? ''

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ readonly answer: unknown }>(statement)
  await client.end()
  return rows[0]?.answer
}

test('a server of its own is durable, takes databases, and is gone when it is closed', async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'botyard-scratch-'))
  const server = await startThrowAwayServer(folder, PATH)
  if (!server?.url) return skip('PostgreSQL is not installed here')
  const { url } = server
  expect(await ask(url, "select current_setting('fsync') as answer")).toBe('on')
  const scratch = await createScratchDatabase(url)
  expect(await ask(scratch.url ?? '', 'select current_database() as answer')).toMatch(/^botyard_drill_/)
  await scratch.close()
  const count = "select count(*)::int as answer from pg_database where datname like 'botyard_drill_%'"
  expect(await ask(url, count)).toBe(0)
  await server.close()
  await expect(ask(url, 'select 1 as answer')).rejects.toThrow()
  await rm(folder, { recursive: true, force: true })
})
