import { setTimeout as delay } from 'node:timers/promises'
import { AppError, toAppError } from '../errors.ts'
import type { Model, ModelPart, ModelRequest } from '../models/model.ts'
import type { TurnProblem } from './turn.ts'

export interface StartOptions {
  readonly signal: AbortSignal
  /** Further attempts after the first. */
  readonly retries: number
  /** No attempt begins after this point of `performance.now()`. */
  readonly deadline: number
  readonly onProblem: (problem: TurnProblem) => void
}

interface Backoff {
  /** Before jitter, which takes up to half of it away. */
  readonly firstMs: number
  readonly longestMs: number
}

const AFTER_FAILURE: Backoff = { firstMs: 500, longestMs: 20_000 }
/** Of guide 001: three attempts, 2 to 10 s apart. */
const AFTER_RATE_LIMIT: Backoff = { firstMs: 4_000, longestMs: 10_000 }

/**
 * Begins an answer: resolves with its parts once the first one is there. Begins again when the model fails before
 * that in a way that may pass, and waits as `waitBefore` says; gives up when the wait would pass the deadline. What has
 * been said is never asked for twice.
 */
export async function startModel(
  model: Model,
  request: ModelRequest,
  { signal, retries, deadline, onProblem }: StartOptions,
): Promise<AsyncIterable<ModelPart>> {
  for (let attempt = 0; ; attempt++) {
    try {
      const parts = model.stream(request, { signal })[Symbol.asyncIterator]()
      return continueFrom(await parts.next(), parts)
    } catch (thrown) {
      const error = toModelError(thrown)
      const waitMs = waitBefore(error, attempt)
      const mayRetry = error.retryable && attempt < retries && !signal.aborted
      if (!mayRetry || performance.now() + waitMs >= deadline) throw error
      onProblem({ what: 'model-retried', cause: error })
      await delay(waitMs, undefined, { signal })
    }
  }
}

/** A model that throws something of its own is unavailable; the reason goes to the log. */
export function toModelError(thrown: unknown): AppError {
  return thrown instanceof AppError
    ? thrown
    : new AppError('model_unavailable', { cause: toAppError(thrown).cause })
}

/** The first result again, then the rest; not a generator, which would cost more promises for every part. */
function continueFrom(
  first: IteratorResult<ModelPart, unknown>,
  rest: AsyncIterator<ModelPart, unknown>,
): AsyncIterable<ModelPart> {
  let begun = false
  const next = (): Promise<IteratorResult<ModelPart, unknown>> => {
    if (begun) return rest.next()
    begun = true
    return Promise.resolve(first)
  }
  const leave = async (): Promise<IteratorResult<ModelPart, unknown>> =>
    (await rest.return?.()) ?? { value: undefined, done: true }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

/**
 * How long to wait, in milliseconds, after the failure of an attempt, the first of which is 0: as long as the provider
 * asks (`Retry-After`), else 0.5 s doubling, and 2 to 10 s doubling after a rate limit, both with jitter.
 */
export function waitBefore(
  { code, retryAfterMs }: Pick<AppError, 'code' | 'retryAfterMs'>,
  attempt: number,
): number {
  if (retryAfterMs !== undefined) return retryAfterMs
  const { firstMs, longestMs } = code === 'model_rate_limited' ? AFTER_RATE_LIMIT : AFTER_FAILURE
  const full = Math.min(longestMs, firstMs * 2 ** attempt)
  return full / 2 + Math.random() * (full / 2)
}
