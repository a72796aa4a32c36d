import { migrateUp } from '../src/store/migrate.ts'
import { openStore, type OpenStore } from '../src/store/open-store.ts'
import { emptyTables } from './empty-tables.ts'
import { testDatabases, type TestDatabase } from './test-databases.ts'

export { testDatabases, type TestDatabase } from './test-databases.ts'

/** A database the same tests run on. */
export interface Backend {
  readonly name: TestDatabase['name']
  /** A migrated, empty store. It was another test's before, and `close` leaves it to the next. */
  open(): Promise<OpenStore>
  /** One that is nobody else's, for tests that change its tables or go on after `close`, which removes it. */
  openOwn(): Promise<OpenStore>
}

/** As `testDatabases()`, for those who want a store and no server. */
export function backends(): readonly Backend[] {
  return testDatabases().map((database) => ({
    name: database.name,
    open: () => borrow(database),
    openOwn: () => openOwn(database),
  }))
}

/** Stores that wait for the next test of this thread; the databases are removed when all tests are over. */
const idle: Record<TestDatabase['name'], OpenStore[]> = { embedded: [], postgres: [] }

async function borrow(database: TestDatabase): Promise<OpenStore> {
  const used = idle[database.name].pop()
  // Only now: what the test before it had not ended could have written after its end.
  if (used) await emptyTables(used.db)
  const store = used ?? (await openOwn(database))
  let closed = false
  return {
    ...store,
    close: async () => {
      if (!closed) idle[database.name].push(store)
      closed = true
    },
  }
}

async function openOwn(database: TestDatabase): Promise<OpenStore> {
  const { env, remove } = await database.create()
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir = 'unused' } = env
  const store = await openStore({ ...(databaseUrl && { databaseUrl }), dataDir })
  const { failure } = await migrateUp(store.db)
  if (failure) throw failure.error
  return {
    ...store,
    close: async () => {
      await store.close()
      await remove()
    },
  }
}
