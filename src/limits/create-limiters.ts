import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Allowance, CreateLimiter, Limiter, LimitRule } from './limits.ts'

/** Gives limiters that count on Redis, over all replicas; in this process without one, and while it is away. */
export function createLimiters(redis?: object): CreateLimiter {
  return (rule) => toLimiter(rule, redis)
}

function toLimiter(rule: LimitRule, redis: object | undefined): Limiter {
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
  if (result === null) return { allowed: true, left: points, resetMs: seconds * 1_000 }
  return {
    allowed: result.consumedPoints <= points,
    left: Math.max(0, result.remainingPoints),
    resetMs: Math.max(0, result.msBeforeNext),
  }
}
