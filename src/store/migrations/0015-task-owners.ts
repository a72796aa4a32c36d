import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Whose tasks there are: a row to be locked while a task is added, so that many at once keep to the limit. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table task_owners (subject text primary key)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('task_owners').execute()
}
