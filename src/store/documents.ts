import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { CollectionKey, CollectionStats, DocumentInfo } from '../documents.ts'
import type { CollectionLimits, DocumentStore, GivenDocument, StoredAddition } from './document-store.ts'
import { adoptDocuments } from './documents-adoption.ts'
import { createDocumentSearch } from './documents-search.ts'
import { createDocumentWork } from './documents-work.ts'
import type { Schema } from './schema.ts'
import { countVersion, inCollection, lockCollection, named, toDocument } from './stored-documents.ts'

/** Content is stored in parts, so that no statement and no reply grows with the document. */
const PART_BYTES = 1_048_576

export function createDocuments(db: Kysely<Schema>): DocumentStore {
  return {
    ...createDocumentWork(db),
    ...createDocumentSearch(db),
    add: (key, document, limits) => add(db, { key, document, limits }),
    list: (key) => list(db, key),
    find: (key, nameOrId) => find(db, key, nameOrId),
    remove: async (key, nameOrId) => (await remove(db, key, nameOrId)) > 0,
    clear: (key) => remove(db, key),
    stats: (key) => stats(db, key),
    adopt: (from, to) => adoptDocuments(db, from, to),
  }
}

interface Addition {
  readonly key: CollectionKey
  readonly document: GivenDocument
  readonly limits: CollectionLimits
}

async function add(db: Kysely<Schema>, { key, document, limits }: Addition): Promise<StoredAddition> {
  return await db.transaction().execute(async (tx) => {
    await lockCollection(tx, key)
    const same = await findSame(tx, key, document)
    if (same) return { outcome: 'unchanged', document: same }
    const others = await measureOthers(tx, key, document.name)
    if (others.documents >= limits.documents) return { outcome: 'too-many' }
    if (others.bytes + document.bytes.byteLength > limits.bytes) return { outcome: 'too-big' }
    await tx
      .updateTable('documents')
      .set({ status: 'removed', changed_at: sql<Date>`now()` })
      .where(inCollection(key))
      .where('name', '=', document.name)
      .where('status', '<>', 'ready')
      .execute()
    const before = await find(tx, key, document.name)
    return { outcome: before ? 'replaced' : 'new', document: await insert(tx, key, document) }
  })
}

/** A document of the same bytes that is ready or on its way; that of the same name first. */
async function findSame(
  tx: Transaction<Schema>,
  key: CollectionKey,
  { name, sha256 }: GivenDocument,
): Promise<DocumentInfo | undefined> {
  const rows = await tx
    .selectFrom('documents')
    .selectAll()
    .where(inCollection(key))
    .where('status', '<>', 'failed')
    .where((where) => where.or([where('sha256', '=', sha256), where('name', '=', name)]))
    .execute()
  const [newest] = rows
    .filter((row) => row.name === name)
    .toSorted((a, b) => Number(b.status !== 'ready') - Number(a.status !== 'ready'))
  const same = newest ? rows.find((row) => row.id === newest.id && row.sha256 === sha256) : undefined
  const other = rows.find((row) => row.name !== name && row.sha256 === sha256)
  const found = same ?? (newest ? undefined : other)
  return found && toDocument(found)
}

async function measureOthers(
  tx: Transaction<Schema>,
  key: CollectionKey,
  name: string,
): Promise<{ readonly documents: number; readonly bytes: number }> {
  const row = await tx
    .selectFrom('documents')
    .select(({ fn }) => [
      fn.count<string>('name').distinct().as('documents'),
      fn.coalesce(fn.sum<string>('size'), sql<string>`0`).as('bytes'),
    ])
    .where(inCollection(key))
    .where('name', '<>', name)
    .executeTakeFirstOrThrow()
  return { documents: Number(row.documents), bytes: Number(row.bytes) }
}

async function insert(
  tx: Transaction<Schema>,
  { bot, owner }: CollectionKey,
  { name, type, url, sha256, bytes }: GivenDocument,
): Promise<DocumentInfo> {
  const id = randomUUID()
  const row = await tx
    .insertInto('documents')
    .values({ id, bot, owner, name, type, url, sha256, size: bytes.byteLength })
    .returningAll()
    .executeTakeFirstOrThrow()
  for (let part = 0; part * PART_BYTES < bytes.byteLength; part++) {
    const piece = Buffer.from(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES))
    await tx.insertInto('document_contents').values({ document_id: id, part, bytes: piece }).execute()
  }
  return toDocument(row)
}

async function list(db: Kysely<Schema>, key: CollectionKey): Promise<readonly DocumentInfo[]> {
  const rows = await db
    .selectFrom('documents')
    .selectAll()
    .where(inCollection(key))
    .orderBy('name')
    .orderBy('added_at')
    .execute()
  return rows.map((row) => toDocument(row))
}

async function find(
  db: Kysely<Schema>,
  key: CollectionKey,
  nameOrId: string,
): Promise<DocumentInfo | undefined> {
  const row = await db
    .selectFrom('documents')
    .selectAll()
    .where(inCollection(key))
    .where(named(nameOrId))
    .orderBy(sql`(id::text = ${nameOrId}) desc, (status = 'ready') desc`)
    .executeTakeFirst()
  return row && toDocument(row)
}

/** Removes one document with all its versions, or all. Resolves with how many names are gone. */
async function remove(db: Kysely<Schema>, key: CollectionKey, nameOrId?: string): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    await lockCollection(tx, key)
    const meant = nameOrId === undefined ? undefined : await find(tx, key, nameOrId)
    if (nameOrId !== undefined && !meant) return 0
    const rows = await tx
      .updateTable('documents')
      .set({ status: 'removed', changed_at: sql<Date>`now()` })
      .where(inCollection(key))
      .$if(meant !== undefined, (query) => query.where('name', '=', meant?.name ?? ''))
      .returning('name')
      .execute()
    if (rows.length > 0) await countVersion(tx, key)
    return new Set(rows.map(({ name }) => name)).size
  })
}

async function stats(db: Kysely<Schema>, key: CollectionKey): Promise<CollectionStats> {
  const { rows } = await sql<Record<'documents' | 'bytes' | 'passages' | 'chunks' | 'version', string>>`
    select count(*) as documents, coalesce(sum(size), 0) as bytes, coalesce(sum(passages), 0) as passages,
      coalesce(sum(chunks), 0) as chunks,
      coalesce((select version from document_collections where bot = ${key.bot} and owner = ${key.owner}), 0) as version
    from documents where bot = ${key.bot} and owner = ${key.owner} and status = 'ready'`.execute(db)
  const [row] = rows
  return {
    documents: Number(row?.documents),
    bytes: Number(row?.bytes),
    passages: Number(row?.passages),
    chunks: Number(row?.chunks),
    version: Number(row?.version),
  }
}
