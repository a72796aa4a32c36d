import type { ContentCache, RedisClient } from './cache.ts'

/** A content cache on Redis, shared by all replicas. */
export function createRedisContent(redis: RedisClient): ContentCache {
  const place = (key: string): string => `botyard:content:${key}`
  return {
    get: async (key) => {
      try {
        return (await redis.getBuffer(place(key))) ?? undefined
      } catch {
        return undefined
      }
    },
    set: async (key, bytes, lifetimeMs) => {
      try {
        await redis.set(place(key), Buffer.from(bytes), 'PX', lifetimeMs)
      } catch {
        // It is made again when it is wanted.
      }
    },
  }
}
