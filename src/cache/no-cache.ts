import type { Cache, CacheEntry } from './cache.ts'
import { CacheCount } from './count-cache.ts'

/** Keeps nothing: for several processes that share a database and no Redis. */
export function createNoCache(): Cache {
  const counters = new CacheCount()
  return {
    place: 'nowhere',
    counters,
    remember: async <Value>(_entry: CacheEntry, load: () => Promise<Value>) => {
      counters.misses++
      return load()
    },
    forget: async () => undefined,
    close: async () => undefined,
  }
}
