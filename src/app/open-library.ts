import type { Cache } from '../cache/cache.ts'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import type { Gate } from '../http/principal.ts'
import type { Jobs } from '../jobs/job.ts'
import { createLibrary, type StoredLibrary } from '../knowledge/documents/create-library.ts'
import { openSearch } from '../knowledge/search/open-search.ts'
import { rememberFound } from '../knowledge/search/remembering-searcher.ts'
import { addUploadRoutes } from '../knowledge/documents/upload-routes.ts'
import type { Library } from '../knowledge/library.ts'
import type { Store } from '../store/store.ts'
import type { AppParts } from './app-parts.ts'

interface LibraryParts {
  readonly config: Config
  readonly store: Pick<Store, 'documents' | 'vectors' | 'words'>
  readonly cache: Cache
  readonly onWarning: (message: string, error: unknown) => void
}

export { openSearch }

export interface OpenLibrary {
  readonly library: StoredLibrary
  /** How documents are searched, for people. */
  readonly search: string
}

/** The documents of bots and people; `jobs` is asked for when the first document comes. */
export async function openLibrary(
  { config, store, cache, onWarning }: LibraryParts,
  jobs: () => Jobs,
): Promise<OpenLibrary> {
  const { searcher, indexer, detail } = await openSearch({ config, store, onWarning })
  const library = createLibrary({
    store: store.documents,
    indexer,
    searcher: rememberFound(searcher, {
      cache,
      versionOf: async (key) => (await store.documents.stats(key)).version,
      lifetimeMs: config.KB_CACHE_TTL * 1_000,
    }),
    jobs,
    timeoutMs: config.DOCUMENT_TIMEOUT * 1_000,
    ownHosts: config.DOCUMENT_HOSTS ?? [],
    limits: {
      documentBytes: config.MAX_DOCUMENT_BYTES,
      documents: config.MAX_DOCUMENTS,
      collectionBytes: config.MAX_COLLECTION_BYTES,
    },
  })
  return { library, search: detail }
}

interface UploadParts extends AppParts {
  readonly gate: Gate
  readonly library: Library
}

/** Uploads for the bots of this server. */
export function addUploads(server: FastifyInstance, { config, bots, gate, library }: UploadParts): void {
  const names = (): readonly string[] => bots.list().map(({ bot }) => bot.name)
  addUploadRoutes(server, { gate, library, bots: names, maxBytes: config.MAX_DOCUMENT_BYTES })
}
