import { LRUCache } from 'lru-cache'
import type { Allowance, Limiter, LimitRule } from './limits.ts'

/** What is needed of a connection to Redis. */
export interface ScriptRunner {
  readonly status: string
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>
  del(key: string): Promise<unknown>
}

/** Keys that are remembered in this process; those not asked for longest go first. */
const MOST_KEYS = 100_000

/**
 * The generic cell rate algorithm (ITU-T I.371), which nginx's `limit_req … nodelay` comes to as well: a key has
 * one number, the time at which all its uses will be there again. Each use moves it by the time one use takes to come
 * back; a use that would move it further than all of them together is one too many, and moves nothing.
 *
 * KEYS: the key. ARGV: milliseconds of one use, of all uses, uses (0 to look). Returns whether it was allowed (1, 0)
 * and how far the time lies ahead, in whole milliseconds.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local ahead = math.max(0, (tonumber(redis.call('GET', KEYS[1])) or 0) - now)
local after = ahead + ARGV[1] * ARGV[3]
if after > ARGV[2] + 0.001 then return { 0, math.ceil(ahead) } end
if tonumber(ARGV[3]) > 0 then
  redis.call('SET', KEYS[1], string.format('%.3f', now + after), 'PX', math.ceil(after))
end
return { 1, math.ceil(after) }`

interface Used {
  readonly allowed: boolean
  readonly aheadMs: number
}

/** A limiter whose uses come back one by one; counts on Redis, and in this process without one or while it is away. */
export function createEvenLimiter(rule: LimitRule, redis?: ScriptRunner): Limiter {
  const allMs = rule.seconds * 1_000
  const oneMs = allMs / rule.points
  const local = new LocalCells({ oneMs, allMs })
  const keyOf = (key: string): string => `botyard:limit:${rule.name}:${key}`
  const move = async (key: string, uses: 0 | 1): Promise<Used> => {
    if (redis?.status !== 'ready') return local.move(key, uses)
    try {
      const [allowed, aheadMs] = (await redis.eval(SCRIPT, 1, keyOf(key), oneMs, allMs, uses)) as number[]
      return { allowed: allowed === 1, aheadMs: aheadMs ?? 0 }
    } catch {
      return local.move(key, uses)
    }
  }
  const toAllowance = ({ allowed, aheadMs }: Used): Allowance => {
    const left = Math.max(0, Math.floor((allMs - aheadMs) / oneMs))
    return {
      allowed,
      left,
      waitMs: left > 0 ? 0 : Math.max(1, Math.ceil(aheadMs + oneMs - allMs)),
      resetMs: Math.ceil(aheadMs),
    }
  }
  return {
    rule,
    use: async (key) => toAllowance(await move(key, 1)),
    look: async (key) => toAllowance(await move(key, 0)),
    forgive: async (key) => {
      local.forget(key)
      if (redis?.status === 'ready') await redis.del(keyOf(key)).catch(() => undefined)
    },
  }
}

/** The same in this process, by its own clock. */
class LocalCells {
  readonly #times: { readonly oneMs: number; readonly allMs: number }
  #fullAt: LRUCache<string, number> | undefined

  constructor(times: { readonly oneMs: number; readonly allMs: number }) {
    this.#times = times
  }

  move(key: string, uses: 0 | 1): Used {
    const now = performance.now()
    const ahead = Math.max(0, (this.#fullAt?.get(key) ?? 0) - now)
    const after = ahead + this.#times.oneMs * uses
    // A thousandth of a millisecond is what sums of such times may be off by.
    if (after > this.#times.allMs + 0.001) return { allowed: false, aheadMs: ahead }
    if (uses > 0) this.#remember(key, now + after)
    return { allowed: true, aheadMs: after }
  }

  forget(key: string): void {
    this.#fullAt?.delete(key)
  }

  /** Room for all keys takes a while to make, and is not needed where Redis counts. */
  #remember(key: string, fullAt: number): void {
    this.#fullAt ??= new LRUCache({ max: MOST_KEYS })
    this.#fullAt.set(key, fullAt)
  }
}
