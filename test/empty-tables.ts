import { sql, type Kysely } from 'kysely'
import type { Schema } from '../src/store/schema.ts'

/** Makes a migrated database as good as new: nothing in its tables, and none that was made beside the migrations. */
export async function emptyTables(db: Kysely<Schema>): Promise<void> {
  await sql`drop table if exists chunk_vectors`.execute(db)
  const { rows } = await sql<{ readonly name: string }>`
    select format('%I', tablename) as name from pg_tables
    where schemaname = current_schema() and tablename not like 'kysely%'`.execute(db)
  if (rows.length === 0) return
  const names = rows.map(({ name }) => name).join(', ')
  // Triggers guard what servers may not change; a test begins anew.
  await setTriggers(db, rows, 'disable')
  await sql`truncate ${sql.raw(names)} restart identity cascade`.execute(db)
  await setTriggers(db, rows, 'enable')
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
