import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'

/** Lets calls through one after another, so many in a second; who would wait too long is refused. */
export class CallPace {
  readonly #spacingMs: number
  readonly #longestMs: number
  #next = 0

  constructor({ perSecond, longestMs }: { readonly perSecond: number; readonly longestMs: number }) {
    this.#spacingMs = 1_000 / perSecond
    this.#longestMs = longestMs
  }

  /** Resolves when the call may be made. Throws `company_rate_limited`. */
  async pass(): Promise<void> {
    const now = performance.now()
    // A second's worth may go at once after a pause.
    const due = Math.max(this.#next, now - 1_000 + this.#spacingMs)
    const waitMs = due - now
    if (waitMs > this.#longestMs) throw new AppError('company_rate_limited', { retryAfterMs: waitMs })
    this.#next = due + this.#spacingMs
    if (waitMs > 0) await delay(waitMs)
  }
}
