import type { Redis } from 'ioredis'

/** The door of the cache room. What is in a cache may be gone at any moment; without it all is slower, never wrong. */
export interface Cache {
  /** Names where it is kept, for people: `Redis` or `this process`. */
  readonly place: string
  /**
   * What `load` gave within the last `lifetimeMs` for this group and key, and was not forgotten since; otherwise
   * loads it. Only JSON values survive.
   */
  remember<Value>(entry: CacheEntry, load: () => Promise<Value>): Promise<Value>
  /** Forgets everything of a group, on every replica. Resolves also when that has to wait for Redis to come back. */
  forget(group: string): Promise<void>
  /** Counts since the start. */
  readonly counters: CacheCounters
  close(): Promise<void>
}

export interface CacheEntry {
  /** What is forgotten together, such as `conversations:user:7`. */
  readonly group: string
  readonly key: string
  readonly lifetimeMs: number
}

/**
 * Bytes under names that say what they are, such as a hash of what they were made of: an entry is never out of date,
 * only gone.
 */
export interface ContentCache {
  /** Undefined when it is gone, or its place does not answer. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Resolves also when it could not be kept. */
  set(key: string, bytes: Uint8Array, lifetimeMs: number): Promise<void>
}

export interface CacheCounters {
  readonly hits: number
  readonly misses: number
  /** Times the place of the cache did not answer. */
  readonly failures: number
}

/** A connection to Redis, for the rooms that keep something there. */
export type RedisClient = Redis
