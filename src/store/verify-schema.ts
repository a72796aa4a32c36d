import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { EXPECTED_INDEXES } from './schema-indexes.ts'
import { EXPECTED_TABLES } from './schema-list.ts'
import type { Schema } from './schema.ts'

/** Kysely's own tables, which list the migrations, and the table of vectors, whose type depends on the embedder. */
const OWN_TABLES = ['kysely_migration', 'kysely_migration_lock', 'chunk_vectors']

/** What stands before the columns in the definition of an index. */
const HEAD_OF_INDEX = '^CREATE (UNIQUE )?INDEX \\S+ ON (?:ONLY )?\\S+ USING (?:btree )?'

/**
 * Compares tables, columns and indexes with what this version expects. Each difference reads `missing index
 * turns_by_bot`, `unexpected table notes`, `different column turns.steps: bigint, expected integer!` (`!`: not
 * null), `different index lanes_due: (queue), expected (queue, due_at)` or `invalid index lanes_due`, the rest of an index
 * build that failed. Empty when all is as expected.
 */
export async function verifySchema(db: Kysely<Schema>): Promise<readonly string[]> {
  const found = await describeDatabase(db)
  const expected = describeExpected()
  const differences: string[] = []
  for (const [what, detail] of expected) {
    const actual = found.get(what)
    if (actual === undefined) differences.push(`missing ${what}`)
    else if (actual === 'invalid') differences.push(`invalid ${what}`)
    else if (actual !== detail) differences.push(`different ${what}: ${actual}, expected ${detail}`)
  }
  for (const what of found.keys()) if (!expected.has(what)) differences.push(`unexpected ${what}`)
  return differences
}

/** What there should be, by name ("column turns.id"), with the detail that is compared. */
function describeExpected(): ReadonlyMap<string, string> {
  const expected = new Map<string, string>()
  for (const [table, { columns }] of Object.entries(EXPECTED_TABLES)) {
    expected.set(`table ${table}`, '')
    for (const [column, type] of Object.entries(columns)) expected.set(`column ${table}.${column}`, type)
  }
  for (const [index, definition] of Object.entries(EXPECTED_INDEXES))
    expected.set(`index ${index}`, definition)
  return expected
}

async function describeDatabase(db: Kysely<Schema>): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ readonly what: string; readonly detail: string }>`
    with tables as (
      select oid, relname from pg_class
      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
        and relname <> all(${OWN_TABLES})
    )
    select 'table ' || relname as what, '' as detail from tables
    union all
    select 'column ' || relname || '.' || attname,
      format_type(atttypid, atttypmod) || case when attnotnull then '!' else '' end
    from tables join pg_attribute on attrelid = tables.oid where attnum > 0 and not attisdropped
    union all
    select 'index ' || i.relname, case when indisvalid and indisready then
      regexp_replace(pg_get_indexdef(indexrelid), ${HEAD_OF_INDEX}, '\\1') else 'invalid' end
    from tables join pg_index on indrelid = tables.oid join pg_class i on i.oid = indexrelid
    order by what`.execute(db)
  return new Map(rows.map(({ what, detail }) => [what, detail]))
}
