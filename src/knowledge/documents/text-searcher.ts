import type { DocumentStore } from '../../store/store.ts'
import type { ChunkSearcher } from '../library.ts'

/** Results that fit much worse than the best one are noise to a model that has to answer from them. */
const LEAST_SHARE_OF_BEST = 0.2

/** Finds pieces by their words, in the database. */
export function createTextSearcher(store: Pick<DocumentStore, 'searchText'>): ChunkSearcher {
  return {
    search: async (keys, query, { limit, signal }) => {
      signal.throwIfAborted()
      const hits = await store.searchText(keys, query, limit)
      const least = (hits[0]?.score ?? 0) * LEAST_SHARE_OF_BEST
      return hits.filter(({ score }) => score >= least)
    },
  }
}
