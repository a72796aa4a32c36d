import type { CacheCounters } from './cache.ts'

/** Counts what happens at a cache. */
export class CacheCount implements CacheCounters {
  hits = 0
  misses = 0
  failures = 0
}
