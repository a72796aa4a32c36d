import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Migrator, NO_MIGRATIONS } from 'kysely/migration'
import type { Migration, MigrationResultSet, NoMigrations } from 'kysely/migration'
import { isUndefinedTable } from './database-error.ts'
import { MIGRATIONS } from './migrations/migrations.ts'
import type { Schema } from './schema.ts'

/** What a run of migrations did. */
export interface MigrationRun {
  /** Names of the migrations that were applied or undone, in that order. Empty when the run failed. */
  readonly done: readonly string[]
  /** Why nothing was changed, and in which migration it went wrong; null on success. */
  readonly failure: { readonly migration: string | null; readonly error: unknown } | null
}

/** Where a database stands. */
export interface MigrationStatus {
  /** Applied and known to this version. */
  readonly applied: readonly string[]
  /** Known to this version and not applied. */
  readonly pending: readonly string[]
  /** Applied by a newer version; harmless, as a newer schema serves the version before it. */
  readonly newer: readonly string[]
}

export interface MigrateUpOptions {
  /** Stop after this migration. Default: the last one. */
  readonly to?: string
  /** Default: the ones that ship. */
  readonly migrations?: Readonly<Record<string, Migration>>
}

export interface MigrateDownOptions {
  /** How many migrations to undo, newest first. */
  readonly steps: number
}

/** Names of the migrations that ship, in their order. */
export const MIGRATION_NAMES: readonly string[] = Object.keys(MIGRATIONS)

/**
 * Applies what is pending, all in one transaction and under a lock: processes that start together apply it once.
 * A database that a newer version has migrated is left alone. The time limit of statements does not apply here,
 * except on the embedded database.
 */
export async function migrateUp(db: Kysely<Schema>, options: MigrateUpOptions = {}): Promise<MigrationRun> {
  const migrations = options.migrations ?? MIGRATIONS
  const { pending, applied } = await migrationStatus(db, migrations)
  const target = options.to ?? Object.keys(migrations).at(-1)
  if (target === undefined || pending.length === 0 || applied.includes(target))
    return { done: [], failure: null }
  return run(db, migrations, target)
}

/** Undoes the newest migrations, all in one transaction. */
export async function migrateDown(db: Kysely<Schema>, { steps }: MigrateDownOptions): Promise<MigrationRun> {
  const { applied } = await migrationStatus(db)
  if (steps < 1 || applied.length === 0) return { done: [], failure: null }
  return run(db, MIGRATIONS, applied.at(-1 - steps) ?? NO_MIGRATIONS)
}

/** Compares what was applied with what this version knows. */
export async function migrationStatus(
  db: Kysely<Schema>,
  migrations: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<MigrationStatus> {
  const inDatabase = await appliedNames(db)
  const known = Object.keys(migrations)
  return {
    applied: known.filter((name) => inDatabase.has(name)),
    pending: known.filter((name) => !inDatabase.has(name)),
    newer: [...inDatabase].filter((name) => !known.includes(name)),
  }
}

async function appliedNames(db: Kysely<Schema>): Promise<ReadonlySet<string>> {
  try {
    const rows = await db
      .withTables<{ kysely_migration: { readonly name: string } }>()
      .selectFrom('kysely_migration')
      .select('name')
      .orderBy('name')
      .execute()
    return new Set(rows.map(({ name }) => name))
  } catch (error) {
    if (isUndefinedTable(error)) return new Set()
    throw error
  }
}

/** Any number that nobody else locks; on the embedded database the transaction alone keeps others out. */
const LOCK = 7_219_004_311

/** Undoes the transaction of a run that failed, and carries what is to be reported. */
class FailedRun extends Error {
  readonly run: MigrationRun

  constructor(run: MigrationRun) {
    super('The migrations failed')
    this.run = run
  }
}

async function run(
  db: Kysely<Schema>,
  migrations: Readonly<Record<string, Migration>>,
  target: string | NoMigrations,
): Promise<MigrationRun> {
  try {
    return await db.transaction().execute(async (tx) => {
      // Changes of big tables, and waiting for another migrator, may take longer than any request.
      await sql`set local statement_timeout = 0`.execute(tx)
      await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx)
      const provider = { getMigrations: () => Promise.resolve(keepTransaction(migrations)) }
      const run = toRun(await new Migrator({ db: tx, provider }).migrateTo(target))
      if (run.failure !== null) throw new FailedRun(run)
      return run
    })
  } catch (error) {
    return error instanceof FailedRun ? error.run : { done: [], failure: { migration: null, error } }
  }
}

/**
 * Returns each failed migration to its begin before the failure is reported: the migrator gives its own lock back
 * inside the transaction, which would otherwise fail too and hide the reason.
 */
function keepTransaction(migrations: Readonly<Record<string, Migration>>): Record<string, Migration> {
  const guarded = Object.entries(migrations).map(([name, migration]): [string, Migration] => [
    name,
    {
      up: (db) => fromSavepoint(db, () => migration.up(db)),
      down: (db) => fromSavepoint(db, async () => migration.down?.(db)),
    },
  ])
  return Object.fromEntries(guarded)
}

async function fromSavepoint(db: Kysely<unknown>, change: () => Promise<void>): Promise<void> {
  await sql`savepoint migration`.execute(db)
  try {
    await change()
  } catch (error) {
    await sql`rollback to savepoint migration`.execute(db)
    throw error
  }
}

function toRun({ error, results = [] }: MigrationResultSet): MigrationRun {
  if (error === undefined) return { done: results.map(({ migrationName }) => migrationName), failure: null }
  // The earlier ones say "Success" here too, and were rolled back with the one that failed.
  const failed = results.find(({ status }) => status === 'Error')
  return { done: [], failure: { migration: failed?.migrationName ?? null, error } }
}
