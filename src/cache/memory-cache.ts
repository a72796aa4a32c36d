import { LRUCache } from 'lru-cache'
import type { Cache, CacheEntry } from './cache.ts'
import { CacheCount } from './count-cache.ts'

/** Groups kept at most; the ones not asked for longest go first. */
const MAX_GROUPS = 10_000

/** Entries as their JSON text, so that nobody shares an object with the cache. */
type Group = Map<string, { readonly text: string; readonly until: number }>

/** A cache in this process, right only where no other process writes to the same database. */
export function createMemoryCache(): Cache {
  const groups = new LRUCache<string, Group>({ max: MAX_GROUPS })
  const counters = new CacheCount()
  return {
    place: 'this process',
    counters,
    remember: async <Value>({ group, key, lifetimeMs }: CacheEntry, load: () => Promise<Value>) => {
      const entries = groups.get(group) ?? new Map<string, never>()
      const kept = entries.get(key)
      if (kept && kept.until > performance.now()) {
        counters.hits++
        return JSON.parse(kept.text) as Value
      }
      counters.misses++
      // In place before the loading: who forgets the group meanwhile takes this map away, and the entry with it.
      groups.set(group, entries)
      const value = await load()
      entries.set(key, { text: JSON.stringify(value), until: performance.now() + lifetimeMs })
      return value
    },
    forget: async (group) => {
      groups.delete(group)
    },
    close: async () => groups.clear(),
  }
}
