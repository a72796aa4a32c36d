import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, Kysely, RawBuilder, Selectable, SqlBool } from 'kysely'
import type { CollectionKey, DocumentInfo, DocumentProgress } from '../documents.ts'
import type { DocumentTable } from './schema-documents.ts'
import type { Schema } from './schema.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A row as people see it. */
export function toDocument(row: Selectable<DocumentTable>): DocumentInfo {
  const { id, name, type, url, sha256, passages, chunks } = row
  return {
    ...toProgress(row),
    id,
    name,
    type,
    url,
    sha256,
    passages,
    chunks,
    size: Number(row.size),
    tokens: Number(row.tokens),
    addedAt: row.added_at,
  }
}

export function toProgress({
  status,
  progress,
  error_code: code,
  error: message,
}: Pick<Selectable<DocumentTable>, 'status' | 'progress' | 'error_code' | 'error'>): DocumentProgress {
  return {
    // Whoever follows a document that was removed meanwhile hears that it failed.
    status: status === 'removed' ? 'failed' : status,
    progress,
    error: code === null || message === null ? null : { code, message },
  }
}

type Documents = ExpressionBuilder<Schema, 'documents'>

/** Documents of the collection that nobody has removed. */
export function inCollection({ bot, owner }: CollectionKey) {
  return (where: Documents): Expression<SqlBool> =>
    where.and([where('bot', '=', bot), where('owner', '=', owner), where('status', '<>', 'removed')])
}

/** Of that name, or that id. */
export function named(nameOrId: string) {
  return (where: Documents): Expression<SqlBool> =>
    UUID.test(nameOrId)
      ? where.or([where('name', '=', nameOrId), where('id', '=', nameOrId)])
      : where('name', '=', nameOrId)
}

/** `(bot, owner) in (…)`; nothing is in no collection. */
export function inOneOf(keys: readonly CollectionKey[], table: 'c' | 'd'): RawBuilder<boolean> {
  if (keys.length === 0) return sql<boolean>`false`
  const pairs = keys.map(({ bot, owner }) => sql`(${bot}, ${owner})`)
  return sql<boolean>`(${sql.ref(`${table}.bot`)}, ${sql.ref(`${table}.owner`)}) in (${sql.join(pairs)})`
}

/** What can be found in the collection has changed. */
export async function countVersion(tx: Kysely<Schema>, { bot, owner }: CollectionKey): Promise<void> {
  await tx
    .updateTable('document_collections')
    .set({ version: sql<string>`version + 1` })
    .where('bot', '=', bot)
    .where('owner', '=', owner)
    .execute()
}

/** One transaction at a time changes what is in a collection. */
export async function lockCollection(tx: Kysely<Schema>, { bot, owner }: CollectionKey): Promise<void> {
  await tx
    .insertInto('document_collections')
    .values({ bot, owner })
    .onConflict((conflict) =>
      conflict.columns(['bot', 'owner']).doUpdateSet({ version: sql<string>`document_collections.version` }),
    )
    .execute()
}
