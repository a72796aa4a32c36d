import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Chunk, Indexer } from '../../src/knowledge/library.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import type { Corpus } from './corpus.ts'

interface FillOptions {
  readonly store: OpenStore
  readonly indexer: Indexer
  readonly bot: string
  readonly chunks: number
  readonly corpora: readonly Corpus[]
}

const ROWS_AT_ONCE = 500
const SENTENCES = 8
/** Every third word is replaced by one of a large vocabulary, rare ones rarely, as in real texts. */
const VOCABULARY = 100_000

/** Stores pieces of about 200 words, made of the sentences of the paragraphs, as one big collection of a bot. */
export async function fill({ store, indexer, bot, chunks, corpora }: FillOptions): Promise<void> {
  const sentences = corpora.flatMap(({ paragraphs }) =>
    paragraphs.flatMap(({ text }) => text.split(/(?<=[.!?])\s+/)),
  )
  const random = createRandom(7)
  const pick = (most: number): number => Math.floor(random() * most)
  const replace = (word: string): string =>
    random() < 1 / 3 ? `w${Math.floor(VOCABULARY ** random()).toString(36)}` : word
  const createText = (): string =>
    Array.from({ length: SENTENCES }, () => sentences[pick(sentences.length)] ?? '')
      .join(' ')
      .split(' ')
      .map(replace)
      .join(' ')
  const document = randomUUID()
  await store.db
    .insertInto('documents')
    .values({
      id: document,
      bot,
      owner: 'bot',
      name: document,
      type: 'txt',
      url: null,
      sha256: document,
      size: 1,
      status: 'ready',
    })
    .execute()
  for (let from = 0; from < chunks; from += ROWS_AT_ONCE) {
    const texts = Array.from({ length: Math.min(ROWS_AT_ONCE, chunks - from) }, createText)
    const { rows } = await sql<Chunk>`
      with given as (select * from unnest(${texts}::text[]) with ordinality as t (text, place)),
      sections as (
        insert into passages (document_id, position, heading, text, tokens)
        select ${document}::uuid, ${from}::integer + place, '', text, 300 from given
      )
      insert into chunks (document_id, position, passage, bot, owner, heading, text)
      select ${document}::uuid, ${from}::integer + place, ${from}::integer + place, ${bot}, 'bot', '', text from given
      returning id, document_id as "documentId", 0 as passage, heading, bot, owner, text`.execute(store.db)
    await indexer.add(rows, { signal: new AbortController().signal })
  }
  await sql`analyze`.execute(store.db)
}

/** The same numbers in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((more ^ (more >>> 14)) >>> 0) / 4_294_967_296
  }
}
