import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { CollectionKey } from '../documents.ts'
import type { StoredHit } from './document-store.ts'
import type { Schema } from './schema.ts'
import { inOneOf } from './stored-documents.ts'
import { toVectorBytes } from './vector-bytes.ts'
import type { NewVector, ReadVectors, VectorSpace, VectorStore } from './vector-store.ts'

/** Whether pgvector's own index is made. */
export interface VectorOptions {
  /** The embedded database has no time for it: building costs more than scanning saves. */
  readonly indexed: boolean
}

/** The most dimensions pgvector indexes in single precision. */
const MOST_INDEXED = 2_000

/** The table of the vectors is made with the first one, as its type depends on the embedder and on the server. */
export function createVectors(db: Kysely<Schema>, { indexed }: VectorOptions): VectorStore {
  return {
    indexed,
    hasVectorType: () => hasVectorType(db),
    space: () => readSpace(db),
    prepare: (space) => prepare(db, space, indexed && space.dimensions <= MOST_INDEXED),
    clear: async () => {
      await db.transaction().execute(async (tx) => {
        await sql`drop table if exists chunk_vectors`.execute(tx)
        await sql`delete from vector_space`.execute(tx)
      })
    },
    add: (vectors, way) => add(db, vectors, way),
    remove: async (documentId) => {
      if (!(await hasVectorTable(db))) return
      await sql`
        delete from chunk_vectors where chunk_id in (select id from chunks where document_id = ${documentId})
      `.execute(db)
    },
    search: (keys, vector, limit) => search(db, { keys, vector, limit, indexed }),
    read: async ({ bot, owner }, { after, limit }) => {
      const { rows } = await sql<{ readonly chunkId: string; readonly bytes: Buffer }>`
        select chunk_id as "chunkId", embedding as bytes from chunk_vectors
        where bot = ${bot} and owner = ${owner} and chunk_id > ${after}::bigint
        order by chunk_id limit ${limit}`.execute(db)
      return rows
    },
    chunks: (options) => readChunks(db, options),
  }
}

async function hasVectorType(db: Kysely<Schema>): Promise<boolean> {
  // 0.8 brought the iterative scan, without which a filter starves the index.
  const { rows } = await sql`
    select from pg_available_extensions
    where name = 'vector' and string_to_array(default_version, '.')::integer[] >= '{0,8}'`.execute(db)
  return rows.length > 0
}

/** The table is made with the first vector. */
export async function hasVectorTable(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await sql<{ readonly found: boolean }>`
    select to_regclass('chunk_vectors') is not null as found`.execute(db)
  return rows[0]?.found === true
}

async function readSpace(db: Kysely<Schema>): Promise<VectorSpace | undefined> {
  const { rows } = await sql<VectorSpace>`select embedder, dimensions, way from vector_space`.execute(db)
  return rows[0]
}

async function prepare(db: Kysely<Schema>, space: VectorSpace, indexed: boolean): Promise<VectorSpace> {
  return await db.transaction().execute(async (tx) => {
    const { embedder, dimensions, way } = space
    const { numInsertedOrUpdatedRows: rows } = await tx
      .insertInto('vector_space')
      .values({ one: true, embedder, dimensions, way })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (rows === 0n) return (await readSpace(tx)) ?? space
    if (way !== 'qdrant') await createTable(tx, space, indexed)
    return space
  })
}

async function createTable(
  tx: Transaction<Schema>,
  { dimensions, way }: VectorSpace,
  indexed: boolean,
): Promise<void> {
  if (way === 'vector') await sql`create extension if not exists vector`.execute(tx)
  const type = way === 'vector' ? sql.raw(`vector(${dimensions})`) : sql.raw('bytea')
  await sql`
    create table chunk_vectors (
      chunk_id bigint primary key references chunks on delete cascade,
      bot text not null,
      owner text not null,
      embedding ${type} not null
    )`.execute(tx)
  // Compressing numbers costs time and saves nothing.
  await sql`alter table chunk_vectors alter column embedding set storage external`.execute(tx)
  await sql`create index chunk_vectors_by_collection on chunk_vectors (bot, owner)`.execute(tx)
  // Made while the table is empty: later it would stand still for minutes.
  if (indexed && way === 'vector')
    await sql`create index chunk_vectors_nearest on chunk_vectors using hnsw (embedding vector_ip_ops)`.execute(
      tx,
    )
}

async function add(
  db: Kysely<Schema>,
  vectors: readonly NewVector[],
  way: VectorSpace['way'],
): Promise<void> {
  const ids = sql`${vectors.map(({ chunkId }) => chunkId)}::bigint[]`
  const values =
    way === 'vector'
      ? sql`${vectors.map(({ vector }) => toText(vector))}::text[]::vector[]`
      : sql`${vectors.map(({ vector }) => toVectorBytes(vector))}::bytea[]`
  await sql`
    insert into chunk_vectors (chunk_id, bot, owner, embedding)
    select c.id, c.bot, c.owner, given.embedding
    from unnest(${ids}, ${values}) as given (id, embedding) join chunks c on c.id = given.id
    on conflict (chunk_id) do update set embedding = excluded.embedding`.execute(db)
}

/** As pgvector reads it; seven digits are all that single precision holds. */
function toText(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => Number(value.toPrecision(7))).join(',')}]`
}

interface VectorQuery {
  readonly keys: readonly CollectionKey[]
  readonly vector: Float32Array
  readonly limit: number
  readonly indexed: boolean
}

/** Without pgvector's iterative scan the index would give up when its first finds are all of other collections. */
async function search(
  db: Kysely<Schema>,
  { keys, vector, limit, indexed }: VectorQuery,
): Promise<readonly StoredHit[]> {
  const nearest = sql<{ readonly id: string; readonly distance: number }>`
    select c.chunk_id as id, c.embedding <#> ${toText(vector)}::vector as distance
    from chunk_vectors c where ${inOneOf(keys, 'c')}
    order by distance limit ${limit}`
  const { rows } = indexed
    ? await db.transaction().execute(async (tx) => {
        await sql`select set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '100', true)`.execute(
          tx,
        )
        return nearest.execute(tx)
      })
    : await nearest.execute(db)
  return rows
    .map(({ id, distance }) => ({ chunkId: id, score: -distance }))
    .toSorted((a, b) => b.score - a.score)
}

async function readChunks(db: Kysely<Schema>, { after, limit }: ReadVectors) {
  const { rows } = await sql<Awaited<ReturnType<VectorStore['chunks']>>[number]>`
    select c.id, c.document_id as "documentId", c.bot, c.owner, c.heading, c.text
    from chunks c where c.id > ${after}::bigint order by c.id limit ${limit}`.execute(db)
  return rows
}
