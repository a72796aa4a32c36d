import { Redis } from 'ioredis'
import type { RedisClient } from './cache.ts'

export interface RedisOptions {
  readonly url: string
  /** Told once when Redis goes away, and once when it is back. */
  readonly onChange: (state: 'away' | 'back', error?: unknown) => void
}

/** How long Redis may take for one command, in milliseconds; a frozen server is given up after it. */
const COMMAND_MS = 250
/** The longest pause between two attempts to connect, in milliseconds. */
const LONGEST_PAUSE_MS = 500

/**
 * A connection that fails at once while Redis is away, and comes back by itself. Does not wait for the first
 * connection and does not throw.
 */
export function openRedis({ url, onChange }: RedisOptions): RedisClient {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, LONGEST_PAUSE_MS),
  })
  let away = false
  let reason: unknown
  redis.on('error', (error: unknown) => {
    reason = error
  })
  redis.on('reconnecting', () => {
    if (!away) onChange('away', reason)
    away = true
  })
  redis.on('ready', () => {
    if (away) onChange('back')
    away = false
  })
  return redis
}
