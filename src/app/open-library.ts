import type { Config } from '../config.ts'
import type { Jobs } from '../jobs/job.ts'
import { createLibrary, type StoredLibrary } from '../knowledge/documents/create-library.ts'
import type { Store } from '../store/store.ts'

interface LibraryParts {
  readonly config: Config
  readonly store: Pick<Store, 'documents'>
}

/** The documents of bots and people; `jobs` is asked for when the first document comes. */
export function openLibrary({ config, store }: LibraryParts, jobs: () => Jobs): StoredLibrary {
  return createLibrary({
    store: store.documents,
    jobs,
    timeoutMs: config.DOCUMENT_TIMEOUT * 1_000,
    ownHosts: config.DOCUMENT_HOSTS ?? [],
    limits: {
      documentBytes: config.MAX_DOCUMENT_BYTES,
      documents: config.MAX_DOCUMENTS,
      collectionBytes: config.MAX_COLLECTION_BYTES,
    },
  })
}
