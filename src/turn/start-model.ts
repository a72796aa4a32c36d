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

const FIRST_BACKOFF_MS = 500
const LONGEST_BACKOFF_MS = 20_000

/**
 * Streams an answer, and begins again when the model fails in a way that may pass before it has said anything.
 * Waits as long as the provider asks (`Retry-After`), else 0.5 s doubling with jitter; gives up when the wait
 * would pass the deadline. What has been said is never asked for twice.
 */
export async function* startModel(
  model: Model,
  request: ModelRequest,
  { signal, retries, deadline, onProblem }: StartOptions,
): AsyncGenerator<ModelPart, void> {
  for (let attempt = 0; ; attempt++) {
    let silent = true
    try {
      for await (const part of model.stream(request, { signal })) {
        silent = false
        yield part
      }
      return
    } catch (thrown) {
      const error = toModelError(thrown)
      const waitMs = error.retryAfterMs ?? backoff(attempt)
      const mayRetry = silent && error.retryable && attempt < retries && !signal.aborted
      if (!mayRetry || performance.now() + waitMs >= deadline) throw error
      onProblem({ what: 'model-retried', cause: error })
      await delay(waitMs, undefined, { signal })
    }
  }
}

/** A model that throws something of its own is unavailable; the reason goes to the log. */
function toModelError(thrown: unknown): AppError {
  return thrown instanceof AppError
    ? thrown
    : new AppError('model_unavailable', { cause: toAppError(thrown).cause })
}

function backoff(attempt: number): number {
  const full = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt)
  return full / 2 + Math.random() * (full / 2)
}
