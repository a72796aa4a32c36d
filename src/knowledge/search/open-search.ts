import type { Config } from '../../config.ts'
import type { Store } from '../../store/store.ts'
import { openEmbedder, openReranker } from '../embed/open-embedder.ts'
import { rememberQueries, type EmbedCounters } from '../embed/remembering-embedder.ts'
import type { Embedder } from '../embed/embedder.ts'
import { BotTerms } from './bot-terms.ts'
import { ChunkIndexer } from './chunk-indexer.ts'
import { ChunkSearch } from './chunk-search.ts'
import { createDatabaseIndex } from './database-index.ts'
import { createMemoryIndex } from './memory-index.ts'
import { createQdrantIndex } from './qdrant-index.ts'
import { TermReader } from './terms.ts'
import type { VectorIndex } from './vector-index.ts'
import { SpaceGuard } from './vector-space.ts'

export interface SearchOptions {
  readonly config: Config
  readonly store: Pick<Store, 'documents' | 'vectors' | 'words'>
  readonly onWarning: (message: string, error: unknown) => void
}

export interface OpenSearch {
  readonly searcher: ChunkSearch
  readonly indexer: ChunkIndexer
  /** One line for people: what finds passages, and where vectors are. */
  readonly detail: string
  readonly queryCounters: EmbedCounters
}

/** Search as the settings say, on what the database can do. */
export async function openSearch({ config, store, onWarning }: SearchOptions): Promise<OpenSearch> {
  const embedder = rememberQueries(await openEmbedder(config), config.EMBEDDING_CACHE_SIZE)
  const reranker = openReranker(config)
  const index = await chooseIndex({ config, store, embedder })
  const reader = new TermReader()
  const terms = new BotTerms(store.words, reader)
  const vectors = index && { index, space: new SpaceGuard({ store: store.vectors, embedder, index }) }
  const parts = { embedder, terms, ...(vectors && { vectors }) }
  return {
    indexer: new ChunkIndexer(parts),
    searcher: new ChunkSearch({
      ...parts,
      reader,
      words: store.words,
      onWarning,
      ...(reranker && { reranker }),
    }),
    detail: [
      'full text',
      ...(index ? [`vectors of ${embedder.id} in ${index.place}`] : []),
      ...(reranker ? [`reranked by ${reranker.id}`] : []),
    ].join(', '),
    queryCounters: embedder.counters,
  }
}

/** The same line by the settings alone, without the database. Throws what would keep the server from starting. */
export async function describeSearch(config: Config): Promise<string> {
  const embedder = await openEmbedder(config)
  const place = placeOf(config)
  const reranker = openReranker(config)
  return [
    'full text',
    place === undefined ? 'no vectors' : `vectors of ${embedder.id} in ${place}`,
    ...(reranker ? [`reranked by ${reranker.id}`] : []),
  ].join(', ')
}

function placeOf({ VECTOR_INDEX, QDRANT_URL, DATABASE_URL }: Config): string | undefined {
  if (VECTOR_INDEX === 'none') return undefined
  if (QDRANT_URL) return `Qdrant at ${new URL(QDRANT_URL).host}`
  return DATABASE_URL ? 'the database, where it has pgvector' : 'the embedded database'
}

/**
 * Qdrant, else pgvector, else the memory of the process. There, vectors that know words only are left out: reading a
 * collection into every process costs more than the misspelt words they would find.
 */
async function chooseIndex({
  config,
  store,
  embedder,
}: Omit<SearchOptions, 'onWarning'> & { readonly embedder: Embedder }): Promise<VectorIndex | undefined> {
  if (config.VECTOR_INDEX === 'none') return undefined
  if (config.QDRANT_URL) {
    const apiKey = config.QDRANT_API_KEY
    return createQdrantIndex({ url: config.QDRANT_URL, ...(apiKey && { apiKey }) })
  }
  if (await store.vectors.hasVectorType()) return createDatabaseIndex(store.vectors)
  if (embedder.lexical) return undefined
  const versionOf = async (key: Parameters<Store['documents']['stats']>[0]): Promise<number> =>
    (await store.documents.stats(key)).version
  return createMemoryIndex({ store: store.vectors, versionOf })
}
