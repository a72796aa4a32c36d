import type { Kysely } from 'kysely'
import { Migrator, NO_MIGRATIONS } from 'kysely/migration'
import type { Migration, MigrationResultSet } from 'kysely/migration'
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

/**
 * Applies what is pending, all in one transaction and under a lock: processes that start together apply it once.
 * A database that a newer version has migrated is left alone.
 */
export async function migrateUp(db: Kysely<Schema>, options: MigrateUpOptions = {}): Promise<MigrationRun> {
  const migrations = options.migrations ?? MIGRATIONS
  const { pending, applied } = await migrationStatus(db, migrations)
  const target = options.to ?? Object.keys(migrations).at(-1)
  if (target === undefined || pending.length === 0 || applied.includes(target))
    return { done: [], failure: null }
  return toRun(await createMigrator(db, migrations).migrateTo(target))
}

/** Undoes the newest migrations, all in one transaction. */
export async function migrateDown(db: Kysely<Schema>, { steps }: MigrateDownOptions): Promise<MigrationRun> {
  const { applied } = await migrationStatus(db)
  if (steps < 1 || applied.length === 0) return { done: [], failure: null }
  return toRun(await createMigrator(db, MIGRATIONS).migrateTo(applied.at(-1 - steps) ?? NO_MIGRATIONS))
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

function createMigrator(db: Kysely<Schema>, migrations: Readonly<Record<string, Migration>>): Migrator {
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } })
}

function toRun({ error, results = [] }: MigrationResultSet): MigrationRun {
  if (error === undefined) return { done: results.map(({ migrationName }) => migrationName), failure: null }
  // The earlier ones say "Success" here too, and were rolled back with the one that failed.
  const failed = results.find(({ status }) => status === 'Error')
  return { done: [], failure: { migration: failed?.migrationName ?? null, error } }
}
