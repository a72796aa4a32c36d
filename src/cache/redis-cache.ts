import { randomUUID } from 'node:crypto'
import type { Cache, CacheEntry, RedisClient } from './cache.ts'
import { CacheCount } from './count-cache.ts'

/** How long the version of a group is kept after its last use, in seconds; longer than any entry. */
const VERSION_SECONDS = 3_600
/** The pause between two attempts to tell Redis of what has to be forgotten, in milliseconds. */
const RETRY_MS = 250

/**
 * A cache on Redis, shared by all replicas. Entries lie under the version of their group; to forget the group is to
 * give it another version. A reader that loaded before the change stores under the old version, where nobody looks.
 */
export function createRedisCache(redis: RedisClient): Cache {
  return new RedisCache(redis)
}

class RedisCache implements Cache {
  readonly place = 'Redis'
  readonly counters = new CacheCount()
  readonly #redis: RedisClient
  /** Groups whose change Redis has not heard of yet; not read from it until then. */
  readonly #unheard = new Set<string>()
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(redis: RedisClient) {
    this.#redis = redis
  }

  async remember<Value>({ group, key, lifetimeMs }: CacheEntry, load: () => Promise<Value>): Promise<Value> {
    const place = this.#unheard.has(group) ? undefined : await this.#placeOf(group, key)
    const kept = place === undefined ? null : await this.#try(() => this.#redis.get(place))
    if (typeof kept === 'string') {
      this.counters.hits++
      return JSON.parse(kept) as Value
    }
    this.counters.misses++
    const value = await load()
    if (place !== undefined && kept === null)
      await this.#try(() => this.#redis.set(place, JSON.stringify(value), 'PX', lifetimeMs))
    return value
  }

  async forget(group: string): Promise<void> {
    this.#unheard.add(group)
    if (!(await this.#renew(group))) this.#retryLater()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
  }

  /** Where an entry lies now; undefined while Redis is away. */
  async #placeOf(group: string, key: string): Promise<string | undefined> {
    const name = versionKey(group)
    // Chosen by chance: when Redis has dropped the version, no entry of an earlier one must come back to life.
    const fresh = randomUUID()
    const version = await this.#try(() =>
      this.#redis.set(name, fresh, 'EX', VERSION_SECONDS, 'NX', 'GET').then((before) => before ?? fresh),
    )
    return version === undefined ? undefined : `botyard:cache:${group}:${version}:${key}`
  }

  async #renew(group: string): Promise<boolean> {
    const done = await this.#try(() =>
      this.#redis.set(versionKey(group), randomUUID(), 'EX', VERSION_SECONDS),
    )
    if (done === undefined) return false
    this.#unheard.delete(group)
    return true
  }

  #retryLater(): void {
    if (this.#closed || this.#retry) return
    this.#retry = setTimeout(() => void this.#renewAll(), RETRY_MS).unref()
  }

  async #renewAll(): Promise<void> {
    this.#retry = undefined
    for (const group of this.#unheard) if (!(await this.#renew(group))) return this.#retryLater()
  }

  /** Undefined when Redis does not answer. */
  async #try<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await ask()
    } catch {
      this.counters.failures++
      return undefined
    }
  }
}

function versionKey(group: string): string {
  return `botyard:cache-version:${group}`
}
