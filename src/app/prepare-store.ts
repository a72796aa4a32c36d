import type { Config } from '../config.ts'
import type { Log } from '../observe/log.ts'
import { migrateUp } from '../store/migrate.ts'
import { openStore, type OpenStore } from '../store/open-store.ts'

/** Opens the database as the configuration says; migrates nothing. */
export function openDatabase(
  config: Config,
  log: Log,
  onPoolWait?: (ms: number) => void,
): Promise<OpenStore> {
  return openStore({
    ...(config.DATABASE_URL && { databaseUrl: config.DATABASE_URL }),
    dataDir: config.DATA_DIR,
    poolSize: config.DATABASE_POOL_SIZE,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_SECONDS * 1_000,
    queryTimeoutMs: config.DATABASE_TIMEOUT * 1_000,
    onWarning: (message, error) => log.warn({ err: error }, message),
    ...(onPoolWait && { onPoolWait }),
  })
}

/** Brings a database that was just opened into order: its schema, and what an earlier process left behind. */
export async function prepareStore(store: OpenStore, config: Config, log: Log): Promise<void> {
  if (config.DATABASE_MIGRATE) {
    const { done, failure } = await migrateUp(store.db)
    if (failure) throw failure.error
    if (done.length > 0) log.info({ migrations: done }, 'database migrated')
  }
  // Nobody else can hold an embedded database, so whatever still runs in it died with its process.
  if (store.kind === 'embedded') await store.lanes.voidLeases()
  const interrupted = await store.turns.interruptAbandoned({ all: store.kind === 'embedded' })
  if (interrupted > 0) log.warn({ interrupted }, 'closed turns that an earlier process left unfinished')
}
