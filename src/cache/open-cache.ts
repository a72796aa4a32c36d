import type { Cache, ContentCache, RedisClient } from './cache.ts'
import { createMemoryContent } from './memory-content.ts'
import { createMemoryCache } from './memory-cache.ts'
import { createNoCache } from './no-cache.ts'

export interface CacheOptions {
  readonly redisUrl: string | undefined
  /** True when no other process writes to the database, so that a cache in this one sees every change. */
  readonly alone: boolean
  readonly onChange: (state: 'away' | 'back', error?: unknown) => void
}

export interface OpenCache {
  readonly cache: Cache
  /** Right in any number of processes, as its entries never change; without Redis each has its own. */
  readonly content: ContentCache
  /** The connection, for others who count or tell something there. */
  readonly redis: RedisClient | undefined
  close(): Promise<void>
}

/** Opens the cache that fits: on Redis, in this process, or none where neither would always be right. */
export async function openCache({ redisUrl, alone, onChange }: CacheOptions): Promise<OpenCache> {
  if (redisUrl === undefined) {
    const cache = alone ? createMemoryCache() : createNoCache()
    return { cache, content: createMemoryContent(), redis: undefined, close: () => cache.close() }
  }
  const { openRedis } = await import('./open-redis.ts')
  const { createRedisCache } = await import('./redis-cache.ts')
  const { createRedisContent } = await import('./redis-content.ts')
  const redis = openRedis({ url: redisUrl, onChange })
  const cache = createRedisCache(redis)
  return {
    cache,
    content: createRedisContent(redis),
    redis,
    close: async () => {
      await cache.close()
      redis.disconnect()
    },
  }
}
