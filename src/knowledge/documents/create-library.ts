import { SHARED } from '../../documents.ts'
import type { Job } from '../../jobs/job.ts'
import type { DocumentStore } from '../../store/store.ts'
import type {
  BoundDocuments,
  ChunkSearcher,
  CollectionKey,
  DocumentPlace,
  DocumentScope,
  FoundPassage,
  Library,
  SearchOptions,
} from '../library.ts'
import { StoredCollection, type CollectionOptions } from './document-collection.ts'
import { createAdoptJob, putAdoption } from './adopt-documents.ts'
import { createIngestJobs } from './ingest-jobs.ts'
import { createTextSearcher } from './text-searcher.ts'

export interface LibraryOptions extends CollectionOptions {
  /** Default: by words, in the database. */
  readonly searcher?: ChunkSearcher
}

export interface StoredLibrary extends Library {
  /** What the queue of background jobs has to run. */
  readonly backgroundJobs: readonly Job[]
}

/** Pieces asked for each section that is wanted: several may be of one section. */
const PIECES_PER_PASSAGE = 6

/** The library in the store. */
export function createLibrary(options: LibraryOptions): StoredLibrary {
  const { store, searcher = createTextSearcher(store) } = options
  const library: Library = {
    collection: (key) => new StoredCollection(key, options),
    search: (keys, query, limits) => search({ store, searcher, keys, query }, limits),
    bind: (place) => bind(library, place),
    adopt: (from, to) => putAdoption(options, { from: ownedBy(from), to: ownedBy(to) }),
  }
  return { ...library, backgroundJobs: [...createIngestJobs(options), createAdoptJob(options)] }
}

interface Search {
  readonly store: DocumentStore
  readonly searcher: ChunkSearcher
  readonly keys: readonly CollectionKey[]
  readonly query: string
}

async function search(
  { store, searcher, keys, query }: Search,
  { limit, signal }: SearchOptions,
): Promise<readonly FoundPassage[]> {
  signal.throwIfAborted()
  const hits = await searcher.search(keys, query, { limit: limit * PIECES_PER_PASSAGE, signal })
  const scores = new Map(hits.map(({ chunkId, score }) => [chunkId, score]))
  const around = await store.passagesAround(keys, [...scores.keys()])
  const passages = new Map<string, FoundPassage>()
  for (const { chunkId, documentId, position, name, url, heading, text } of around) {
    const id = `${documentId}:${position}`
    if (passages.has(id)) continue
    const score = scores.get(chunkId) ?? 0
    const optional = { ...(heading !== '' && { heading }), ...(url !== null && { url }) }
    passages.set(id, { id, documentId, score, source: name, text, ...optional })
  }
  return [...passages.values()].slice(0, limit)
}

function bind(library: Library, place: DocumentPlace): BoundDocuments {
  const shared = { bot: place.bot, owner: SHARED }
  const own = { bot: place.bot, owner: ownerOf(place) }
  const keys: Readonly<Record<DocumentScope, CollectionKey>> = { bot: shared, person: own }
  return {
    own: library.collection(own),
    shared: library.collection(shared),
    search: (query, { of, ...options }) =>
      library.search(
        of.map((scope) => keys[scope]),
        query,
        options,
      ),
  }
}

function ownerOf({ subject, conversation, group }: DocumentPlace): string {
  return group ? `chat:${conversation.channel}:${conversation.key}` : ownedBy(subject)
}

/** A subject cannot be called like a group or like what is shared. */
function ownedBy(subject: string): string {
  return subject === SHARED || /^(?:chat|person):/.test(subject) ? `person:${subject}` : subject
}
