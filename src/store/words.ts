import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { CollectionKey } from '../documents.ts'
import type { Schema } from './schema.ts'
import { inOneOf } from './stored-documents.ts'
import type { PieceOfText, StoredCounts, WordQuery, WordStore } from './vector-store.ts'

export function createWords(db: Kysely<Schema>): WordStore {
  return {
    find: (keys, query) => find(db, keys, query),
    texts: (keys, chunkIds) => readTexts(db, keys, chunkIds),
    counts: (bot, version) => readCounts(db, bot, version),
    changeCounts: (bot, merge) => changeCounts(db, bot, merge),
  }
}

/**
 * Each word is one scan of the index of words and touches no text, so the cost grows with how many pieces hold the
 * words, not with how long they are.
 */
async function find(
  db: Kysely<Schema>,
  keys: readonly CollectionKey[],
  { words, most, limit }: WordQuery,
): Promise<readonly PieceOfText[]> {
  if (words.length === 0) return []
  const finds = words.map(
    ({ text, weight }) => sql`
      (select c.id, ${weight}::real as weight from chunks c
       where c.lexemes @@ nullif(replace(plainto_tsquery('russian', ${text})::text, '&', '|'), '')::tsquery
         and ${inOneOf(keys, 'c')}
       limit ${most})`,
  )
  const { rows } = await sql<PieceOfText>`
    with hits as (
      select f.id, sum(f.weight) as weight from (${sql.join(finds, sql` union all `)}) f
      group by f.id order by weight desc, f.id limit ${limit}
    )
    select c.id as "chunkId", c.heading || ${'\n'} || c.text as text
    from hits join chunks c on c.id = hits.id join documents d on d.id = c.document_id
    where d.status = 'ready'
    order by hits.weight desc, c.id`.execute(db)
  return rows
}

async function readTexts(
  db: Kysely<Schema>,
  keys: readonly CollectionKey[],
  chunkIds: readonly string[],
): Promise<readonly PieceOfText[]> {
  if (chunkIds.length === 0) return []
  const { rows } = await sql<PieceOfText>`
    select c.id as "chunkId", c.heading || ${'\n'} || c.text as text
    from chunks c join documents d on d.id = c.document_id
    where c.id = any(${sql.val(chunkIds.map(String))}::bigint[]) and ${inOneOf(keys, 'c')} and d.status = 'ready'
  `.execute(db)
  return rows
}

async function readCounts(
  db: Kysely<Schema>,
  bot: string,
  version: string,
): Promise<StoredCounts | undefined> {
  const row = await db
    .selectFrom('term_counts')
    .select(({ eb }) => [
      'version',
      eb.case().when('version', '=', version).then(null).else(eb.ref('counts')).end().as('counts'),
    ])
    .where('bot', '=', bot)
    .executeTakeFirst()
  const { version: newest = '0', counts = null } = row ?? {}
  return newest === version ? undefined : { version: newest, counts: counts ?? undefined }
}

async function changeCounts(
  db: Kysely<Schema>,
  bot: string,
  merge: (counts: Uint8Array | undefined) => Uint8Array,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // Makes the row, and waits for whoever changes it now.
    await sql`
      insert into term_counts (bot, counts) values (${bot}, '')
      on conflict (bot) do update set version = term_counts.version + 1`.execute(tx)
    const row = await tx
      .selectFrom('term_counts')
      .select('counts')
      .where('bot', '=', bot)
      .executeTakeFirstOrThrow()
    const counts = Buffer.from(merge(row.counts.length === 0 ? undefined : row.counts))
    await tx.updateTable('term_counts').set({ counts }).where('bot', '=', bot).execute()
  })
}
