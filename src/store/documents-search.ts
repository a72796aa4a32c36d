import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { CollectionKey } from '../documents.ts'
import type { DocumentStore, StoredHit, StoredPassage } from './document-store.ts'
import type { Schema } from './schema.ts'
import { inCollection, inOneOf, named } from './stored-documents.ts'

type SearchOperations = Pick<DocumentStore, 'searchText' | 'passagesAround' | 'textOf'>

export function createDocumentSearch(db: Kysely<Schema>): SearchOperations {
  return {
    searchText: (keys, query, limit) => searchText(db, { keys, query, limit }),
    passagesAround: (keys, chunkIds) => passagesAround(db, keys, chunkIds),
    textOf: async (key, nameOrId, maxCharacters) => {
      const document = await db
        .selectFrom('documents')
        .select('id')
        .where(inCollection(key))
        .where(named(nameOrId))
        .where('status', '=', 'ready')
        .executeTakeFirst()
      return document && (await readText(db, document.id, maxCharacters))
    },
  }
}

interface TextQuery {
  readonly keys: readonly CollectionKey[]
  readonly query: string
  readonly limit: number
}

/** The longest part of a question that is looked for, in characters. */
const LONGEST_QUERY = 2_000

/**
 * One of the words is enough, since questions hold words that their answers do not. `russian` stems English words as
 * English ones; ё and е are one letter.
 */
async function searchText(
  db: Kysely<Schema>,
  { keys, query, limit }: TextQuery,
): Promise<readonly StoredHit[]> {
  const words = query.slice(0, LONGEST_QUERY).replaceAll('\0', ' ').replaceAll('ё', 'е').replaceAll('Ё', 'Е')
  const { rows } = await sql<{ readonly id: string; readonly score: number }>`
    with asked as (
      select nullif(replace(plainto_tsquery('russian', ${words})::text, '&', '|'), '')::tsquery as query
    )
    select c.id, ts_rank_cd(c.lexemes, asked.query) as score
    from asked join chunks c on c.lexemes @@ asked.query
    join documents d on d.id = c.document_id
    where ${inOneOf(keys, 'c')} and d.status = 'ready'
    order by score desc, c.id
    limit ${limit}`.execute(db)
  return rows.map(({ id, score }) => ({ chunkId: id, score }))
}

async function passagesAround(
  db: Kysely<Schema>,
  keys: readonly CollectionKey[],
  chunkIds: readonly string[],
): Promise<readonly StoredPassage[]> {
  if (chunkIds.length === 0) return []
  const { rows } = await sql<StoredPassage>`
    select c.id as "chunkId", d.id as "documentId", p.position, d.name, d.url, c.heading, p.text
    from unnest(${sql.val(chunkIds.map(String))}::bigint[]) with ordinality as wanted (id, place)
    join chunks c on c.id = wanted.id
    join documents d on d.id = c.document_id and d.status = 'ready'
    join passages p on p.document_id = c.document_id and p.position = c.passage
    where ${inOneOf(keys, 'd')}
    order by wanted.place`.execute(db)
  return rows
}

const PASSAGES_AT_ONCE = 100

async function readText(db: Kysely<Schema>, id: string, maxCharacters: number): Promise<string> {
  let text = ''
  for (let from = 0; text.length < maxCharacters; from += PASSAGES_AT_ONCE) {
    const rows = await db
      .selectFrom('passages')
      .select('text')
      .where('document_id', '=', id)
      .where('position', '>=', from)
      .orderBy('position')
      .limit(PASSAGES_AT_ONCE)
      .execute()
    if (rows.length === 0) break
    text += `${text === '' ? '' : '\n\n'}${rows.map((row) => row.text).join('\n\n')}`
  }
  return text.slice(0, maxCharacters).toWellFormed()
}
