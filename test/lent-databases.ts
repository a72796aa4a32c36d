import { testDatabases, type TestDatabase } from './test-databases.ts'

/** A database that servers of this thread use one after another. */
export interface LentDatabase {
  readonly env: Readonly<Record<string, string>>
  /** When the server is closed and has left nothing in the tables. A database that is not given back is nobody else's. */
  giveBack(): void
}

type Env = LentDatabase['env']

const idle: Record<TestDatabase['name'], Env[]> = { embedded: [], postgres: [] }

/** Lends a database for a server of one test; all are removed when all tests are over. */
export async function lendDatabase(name: TestDatabase['name']): Promise<LentDatabase> {
  const env = idle[name].pop() ?? (await createOne(name))
  let lent = true
  const giveBack = (): void => {
    // A server may be closed twice, and by then another has the database.
    if (lent) idle[name].push(env)
    lent = false
  }
  return { env, giveBack }
}

async function createOne(name: TestDatabase['name']): Promise<Env> {
  const database = testDatabases().find((one) => one.name === name)
  if (!database) throw new Error(`there is no ${name} database here`)
  return (await database.create()).env
}
