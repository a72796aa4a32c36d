import { createHash } from 'node:crypto'
import type { Cache } from '../../cache/cache.ts'
import type { ChunkSearcher, CollectionKey } from '../library.ts'

interface RememberingOptions {
  readonly cache: Cache
  /** Changes with what is in a collection. */
  readonly versionOf: (key: CollectionKey) => Promise<number>
  /** 0: nothing is remembered. */
  readonly lifetimeMs: number
}

export interface RememberingSearcher extends ChunkSearcher {
  /** Counts since the start. */
  readonly counters: { readonly hits: number; readonly misses: number }
}

/**
 * Remembers which pieces were found for a question in the same collections, as long as these stay as they are. Only
 * their numbers are kept: whose they are is asked again whenever they are read.
 */
export function rememberFound(searcher: ChunkSearcher, options: RememberingOptions): RememberingSearcher {
  const { cache, versionOf, lifetimeMs } = options
  const counters = { hits: 0, misses: 0 }
  return {
    counters,
    search: async (keys, query, limits) => {
      if (lifetimeMs === 0) return searcher.search(keys, query, limits)
      const versions = await Promise.all(keys.map(versionOf))
      const asked = JSON.stringify([
        keys.map(({ bot, owner }) => [bot, owner]),
        versions,
        limits.limit,
        query,
      ])
      const group = `found:${createHash('sha256').update(asked).digest('base64url')}`
      let hit = true
      const found = await cache.remember({ group, key: '', lifetimeMs }, () => {
        hit = false
        return searcher.search(keys, query, limits)
      })
      counters[hit ? 'hits' : 'misses']++
      return found
    },
  }
}
