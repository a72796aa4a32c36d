import { LRUCache } from 'lru-cache'
import type { ContentCache } from './cache.ts'

/** What is kept at most, in bytes; what was not asked for longest goes first. */
const MAX_BYTES = 64 * 1_048_576

/** A content cache in this process. */
export function createMemoryContent(maxBytes: number = MAX_BYTES): ContentCache {
  const entries = new LRUCache<string, Uint8Array>({
    maxSize: maxBytes,
    sizeCalculation: (bytes, key) => bytes.byteLength + key.length,
  })
  return {
    get: async (key) => entries.get(key),
    set: async (key, bytes, lifetimeMs) => {
      entries.set(key, bytes, { ttl: lifetimeMs })
    },
  }
}
