import { sql, type Kysely } from 'kysely'
import type { Schema } from '../src/store/schema.ts'

/** Makes a migrated database as good as new: nothing in its tables, and none that was made beside the migrations. */
export async function emptyTables(db: Kysely<Schema>): Promise<void> {
  await sql`drop table if exists chunk_vectors`.execute(db)
  const { rows } = await sql<{ readonly name: string }>`
    select format('%I', tablename) as name from pg_tables
    where schemaname = current_schema() and tablename not like 'kysely%'`.execute(db)
  if (rows.length === 0) return
  const filled = await findFilled(db, rows)
  if (filled.length === 0) return
  // Triggers guard what servers may not change; a test begins anew.
  await setTriggers(db, rows, 'disable')
  await sql`truncate ${sql.raw(filled.join(', '))} restart identity cascade`.execute(db)
  await setTriggers(db, rows, 'enable')
}

/** Most tests fill few tables, and each truncation makes new files. */
async function findFilled(
  db: Kysely<Schema>,
  tables: readonly { readonly name: string }[],
): Promise<readonly string[]> {
  const questions = tables.map(({ name }) => `select '${name}' as name where exists (select from ${name})`)
  const { rows } = await sql<{ readonly name: string }>`${sql.raw(questions.join(' union all '))}`.execute(db)
  return rows.map(({ name }) => name)
}

async function setTriggers(
  db: Kysely<Schema>,
  tables: readonly { readonly name: string }[],
  state: 'enable' | 'disable',
): Promise<void> {
  for (const { name } of tables)
    if (name === 'audit_entries')
      await sql`alter table ${sql.raw(name)} ${sql.raw(state)} trigger user`.execute(db)
}
