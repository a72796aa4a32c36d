import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'

const HOLD_MS = 20_000
const HOLD_PAUSE_MS = 250

/**
 * Stores what a portal says once and never again: while the database is away it is held here and tried again, for 20 s
 * at most. Throws what the last try threw.
 */
export async function hold<Result>(store: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + HOLD_MS
  for (;;) {
    try {
      return await store()
    } catch (error) {
      const passing = error instanceof AppError && error.retryable
      if (!passing || performance.now() > deadline) throw error
    }
    await delay(HOLD_PAUSE_MS)
  }
}
