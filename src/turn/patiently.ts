import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'

export interface Patience {
  /** How long a database that does not answer is asked again, in milliseconds. */
  readonly patienceMs: number
  /** Aborts when nobody waits any more. Default: never. */
  readonly signal?: AbortSignal
}

const PAUSE_MS = 150

/** Asks the database, and again as long as it is away; undefined when nobody waits any more. Throws what the last try threw. */
export async function patiently<Result>(
  ask: () => Promise<Result>,
  patience: Patience,
): Promise<Result | undefined> {
  const giveUpAt = performance.now() + patience.patienceMs
  while (!patience.signal?.aborted) {
    try {
      return await ask()
    } catch (error) {
      const mayPass = error instanceof AppError && error.retryable
      if (!mayPass || performance.now() > giveUpAt) throw error
      await delay(PAUSE_MS)
    }
  }
  return undefined
}
