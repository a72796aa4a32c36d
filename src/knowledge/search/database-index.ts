import type { VectorStore } from '../../store/store.ts'
import type { VectorIndex } from './vector-index.ts'

/** Vectors beside the pieces, searched by pgvector: by its index on a server, by scanning in the embedded database. */
export function createDatabaseIndex(store: VectorStore): VectorIndex {
  return {
    place: 'pgvector',
    way: 'vector',
    scans: !store.indexed,
    prepare: async () => undefined,
    add: (vectors) => store.add(vectors, 'vector'),
    search: (keys, { vector, limit }) => store.search(keys, vector, limit),
    remove: (documentId) => store.remove(documentId),
    adopt: async () => undefined,
    clear: async () => undefined,
  }
}
