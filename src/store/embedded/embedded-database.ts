import { resolve } from 'node:path'
import type { Pool } from 'pg'
import type { Database, DatabaseOptions } from '../database.ts'
import { createDataFolder, prepareCluster } from './data-folder.ts'
import { EmbeddedServer } from './embedded-server.ts'
import { lockFolder } from './folder-lock.ts'
import { startMaintenance } from './maintenance.ts'

/** Opens the database of a data folder, which no other process may have open. */
export async function openEmbedded(dataDir: string, options: DatabaseOptions): Promise<Database> {
  const folder = await createDataFolder(resolve(dataDir))
  let server: EmbeddedServer | undefined
  const onLost = (): void => {
    options.onWarning('Another process has taken the data folder; this one stops writing')
    void server?.abandon('The data folder was taken by another process')
  }
  const lock = await lockFolder(folder, { onLost })
  try {
    await prepareCluster(folder)
    server = new EmbeddedServer({
      folder,
      queryTimeoutMs: options.queryTimeoutMs,
      onWarning: options.onWarning,
    })
    await server.start()
  } catch (error) {
    await lock.release()
    throw error
  }
  const running = server
  const pool = await createPool(running, options, { urgent: false })
  const priorityPool = await createPool(running, { ...options, poolSize: 1 }, { urgent: true })
  const maintenance = startMaintenance(pool, running, options.onWarning)
  return {
    kind: 'embedded',
    pool,
    priorityPool,
    // Statements queue for the one session; the watchdog ends the one that runs too long.
    queryTimeoutMs: 0,
    describe: () => `embedded PostgreSQL in ${folder}`,
    close: async () => {
      await maintenance.close()
      await Promise.all([pool.end(), priorityPool.end()])
      await running.close()
      await lock.release()
    },
  }
}

async function createPool(
  server: EmbeddedServer,
  options: DatabaseOptions,
  { urgent }: { readonly urgent: boolean },
): Promise<Pool> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    stream: () => server.createStream({ urgent }),
    // Said in full, so that the driver does not look them up in the environment.
    user: 'postgres',
    password: '',
    database: 'postgres',
    host: 'localhost',
    port: 5432,
    ssl: false,
    max: options.poolSize,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: options.connectTimeoutMs,
  })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
