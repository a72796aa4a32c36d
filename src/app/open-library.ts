import type { Cache } from '../cache/cache.ts'
import type { CacheCounters } from '../observe/cache-states.ts'
import type { FastifyInstance } from 'fastify'
import { toActor } from '../chatbots/chatbot-routes.ts'
import type { Chatbots } from '../chatbots/chatbots.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { managesServer, type Gate } from '../http/principal.ts'
import type { Jobs } from '../jobs/job.ts'
import { createLibrary, type StoredLibrary } from '../knowledge/documents/create-library.ts'
import { openSearch } from '../knowledge/search/open-search.ts'
import { rememberFound } from '../knowledge/search/remembering-searcher.ts'
import { addUploadRoutes, type UploadOptions } from '../knowledge/documents/upload-routes.ts'
import type { Library } from '../knowledge/library.ts'
import type { ServedBots } from '../served-bot.ts'
import type { Store } from '../store/store.ts'

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
  /** What was remembered of searches, and of the vectors of questions. */
  readonly counters: { readonly found: CacheCounters; readonly questions: CacheCounters }
}

/** The documents of bots and people; `jobs` is asked for when the first document comes. */
export async function openLibrary(
  { config, store, cache, onWarning }: LibraryParts,
  jobs: () => Jobs,
): Promise<OpenLibrary> {
  const { searcher, indexer, detail, queryCounters } = await openSearch({ config, store, onWarning })
  const remembering = rememberFound(searcher, {
    cache,
    versionOf: async (key) => (await store.documents.stats(key)).version,
    lifetimeMs: config.KB_CACHE_TTL * 1_000,
  })
  const library = createLibrary({
    store: store.documents,
    indexer,
    searcher: remembering,
    jobs,
    timeoutMs: config.DOCUMENT_TIMEOUT * 1_000,
    ownHosts: config.DOCUMENT_HOSTS ?? [],
    limits: {
      documentBytes: config.MAX_DOCUMENT_BYTES,
      documents: config.MAX_DOCUMENTS,
      collectionBytes: config.MAX_COLLECTION_BYTES,
    },
  })
  return {
    library,
    search: detail,
    counters: { found: remembering.counters, questions: queryCounters },
  }
}

export interface UploadParts {
  readonly config: Config
  /** The bots in code. */
  readonly code: ServedBots
  readonly chatbots: Pick<Chatbots, 'as'>
  readonly gate: Gate
  readonly library: Library
}

/** Uploads for the bots of this server. */
export function addUploads(
  server: FastifyInstance,
  { config, code, chatbots, gate, library }: UploadParts,
): void {
  const findBot: UploadOptions['findBot'] = async (name, principal) => {
    const served = name === undefined ? code.list()[0] : code.find(name)
    // What bots in code say concerns everybody.
    if (served) return managesServer(principal) ? served.bot.name : undefined
    // A draft, too, is given documents; somebody else's chatbot is as good as none.
    const chatbot = await chatbots
      .as(toActor(principal))
      .get(name ?? '')
      .catch(toNone)
    return chatbot?.id
  }
  addUploadRoutes(server, { gate, library, findBot, maxBytes: config.MAX_DOCUMENT_BYTES })
}

function toNone(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'chatbot_not_found') return undefined
  throw error
}
