import { Client } from 'pg'

export interface ScratchDatabase {
  readonly url: string
  /** Drops it. */
  close(): Promise<void>
}

/** A database of its own on the server at `serverUrl`, so that a bench finds and leaves nothing behind. */
export async function createScratchDatabase(serverUrl: string): Promise<ScratchDatabase> {
  const name = `botyard_bench_${process.pid}`
  await runStatement(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, close: async () => runStatement(serverUrl, `drop database ${name} with (force)`) }
}

async function runStatement(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
