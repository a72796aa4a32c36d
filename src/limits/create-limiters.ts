import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { createEvenLimiter, type ScriptRunner } from './even-limiter.ts'
import type { Allowance, CreateLimiter, Limiter, LimitRule } from './limits.ts'

/** Gives limiters that count on Redis, over all replicas; in this process without one, and while it is away. */
export function createLimiters(redis?: ScriptRunner): CreateLimiter {
  return (rule) => (rule.evenly ? createEvenLimiter(rule, redis) : createWindowLimiter(rule, redis))
}

function createWindowLimiter(rule: LimitRule, redis: object | undefined): Limiter {
  const counting = { keyPrefix: `botyard:limit:${rule.name}`, points: rule.points, duration: rule.seconds }
  const inProcess = new RateLimiterMemory(counting)
  const limiter = redis
    ? new RateLimiterRedis({
        ...counting,
        storeClient: redis,
        insuranceLimiter: inProcess,
        rejectIfRedisNotReady: true,
      })
    : inProcess
  return {
    rule,
    use: async (key) => toAllowance(await resultOf(() => limiter.consume(key)), rule),
    look: async (key) => {
      const result = await resultOf(() => limiter.get(key))
      return toAllowance(result, rule)
    },
    forgive: async (key) => {
      await limiter.delete(key)
    },
  }
}

/** The library throws its result when the limit is reached. */
async function resultOf(count: () => Promise<RateLimiterRes | null>): Promise<RateLimiterRes | null> {
  try {
    return await count()
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) return thrown
    throw thrown
  }
}

function toAllowance(result: RateLimiterRes | null, { points, seconds }: LimitRule): Allowance {
  if (result === null) return { allowed: true, left: points, waitMs: 0, resetMs: seconds * 1_000 }
  const left = Math.max(0, result.remainingPoints)
  const resetMs = Math.max(0, result.msBeforeNext)
  return {
    allowed: result.consumedPoints <= points,
    left,
    waitMs: left > 0 ? 0 : resetMs,
    resetMs,
  }
}
