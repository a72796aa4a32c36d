import { testDatabases, type TestDatabase } from './test-databases.ts'

/** A database that servers of this thread use one after another. */
export interface LentDatabase {
  readonly env: Readonly<Record<string, string>>
  /** True when a server before has written to it. */
  readonly used: boolean
  /** When the server is closed. */
  giveBack(): void
}

type Env = LentDatabase['env']

const idle: Record<TestDatabase['name'], Env[]> = { embedded: [], postgres: [] }

/** Lends a database for a server of one test; all are removed when all tests are over. */
export async function lendDatabase(name: TestDatabase['name']): Promise<LentDatabase> {
  const before = idle[name].pop()
  const env = before ?? (await createOne(name))
  let lent = true
  const giveBack = (): void => {
    // A server may be closed twice, and by then another has the database.
    if (lent) idle[name].push(env)
    lent = false
  }
  return { env, used: before !== undefined, giveBack }
}

async function createOne(name: TestDatabase['name']): Promise<Env> {
  const database = testDatabases().find((one) => one.name === name)
  if (!database) throw new Error(`there is no ${name} database here`)
  return (await database.create()).env
}
