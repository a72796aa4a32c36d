import { inspect } from 'node:util'
import { AppError } from '../errors.ts'
import type { RetryPolicy } from './lanes.ts'

/** What is to be done about a failed attempt. */
export type Remedy =
  | { readonly kind: 'bury'; readonly error: string }
  | { readonly kind: 'postpone'; readonly delayMs: number; readonly counted: boolean; readonly error: string }

/** Codes that say nothing against the item: it is tried again as often as it takes. */
const NOT_ITS_FAULT: ReadonlySet<string> = new Set([
  'overloaded',
  'draining',
  'database_unavailable',
  'channel_rate_limited',
])

const LONGEST_ERROR = 1_000
const MOST_CAUSES = 6

interface Tried {
  readonly attempt: number
  readonly policy: RetryPolicy
}

/** An `AppError` that is not retryable gives up at once; anything else is tried again, later and later. */
export function toRemedy(thrown: unknown, error: string, { attempt, policy }: Tried): Remedy {
  const known = thrown instanceof AppError ? thrown : undefined
  if (known && NOT_ITS_FAULT.has(known.code))
    return { kind: 'postpone', delayMs: known.retryAfterMs ?? policy.firstDelayMs, counted: false, error }
  if ((known && !known.retryable) || attempt >= policy.maxAttempts) return { kind: 'bury', error }
  return { kind: 'postpone', delayMs: known?.retryAfterMs ?? backOff(attempt, policy), counted: true, error }
}

/** Codes of what only this process waits for. */
const OURS: ReadonlySet<string> = new Set(['overloaded', 'draining', 'database_unavailable'])

/** What a process that stops leaves to others: at once, unless the other side asked to wait. */
export function toHandOver(thrown: unknown): Remedy & { readonly kind: 'postpone' } {
  const asked = thrown instanceof AppError && !OURS.has(thrown.code) ? thrown.retryAfterMs : undefined
  return { kind: 'postpone', delayMs: asked ?? 0, counted: false, error: 'handed over at a shutdown' }
}

/** What operators are shown: the code of a known error, then what it says and what caused it. */
export function describeFailure(thrown: unknown): string {
  const words: string[] = thrown instanceof AppError ? [thrown.code] : []
  for (let next = thrown; next instanceof Error && words.length < MOST_CAUSES; next = next.cause)
    words.push(next.message)
  return (words.length > 0 ? words.join(': ') : inspect(thrown)).slice(0, LONGEST_ERROR)
}

/** Doubles with every attempt; the last half is left to chance, so that what failed together is not tried together. */
function backOff(attempt: number, { firstDelayMs, longestDelayMs }: RetryPolicy): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1))
  return full / 2 + Math.random() * (full / 2)
}
