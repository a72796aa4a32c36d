import { setTimeout as delay } from 'node:timers/promises'
import { BitrixFailure, isFailure } from './bitrix-failure.ts'

/** Calls a portal takes at once before its rate holds. Source: b24restdocs, limits: blocked at 50. */
const BURST = 50
/** What previews and signs of typing leave to answers. */
const RESERVED = 25
/** A longer wait is the lane's: it makes room for others meanwhile. */
const PATIENCE_MS = 5_000
/** A portal that goes on refusing is asked later and later, up to this. */
const LONGEST_PAUSE_MS = 60_000

/**
 * Keeps the rate of one portal. Calls wait for their turn; courtesies happen only while there is plenty of room. When
 * the portal says 503 or 429 everything to it waits, and what was refused, which had no effect, is called again; each
 * pause is twice as long as the one before, until a call succeeds.
 */
export class CallSchedule {
  readonly #perMs: number
  readonly #size: number
  #level: number
  #at = 0
  #pausedAt = 0
  #pausedUntil = 0
  /** Pauses since a call succeeded. */
  #pauses = 0

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1_000
    this.#size = Math.max(BURST, perSecond)
    this.#level = this.#size
  }

  /** Throws a `throttled` failure when the wait is long. */
  async run<Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      await this.#room(signal)
      try {
        return await this.#make(call)
      } catch (error) {
        if (!isFailure(error, 'throttled')) throw error
      }
    }
  }

  /** Makes the call now, or not at all; a failure is thrown. */
  async courtesy(call: () => Promise<unknown>): Promise<void> {
    const now = performance.now()
    this.#fill(now)
    if (this.#level < 1 + RESERVED || this.#pausedUntil > now) return
    await this.#make(call)
  }

  async #make<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#level--
    const begun = performance.now()
    try {
      const result = await call()
      this.#pauses = 0
      return result
    } catch (error) {
      if (isFailure(error, 'throttled')) this.#pause(error, begun)
      throw error
    }
  }

  async #room(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const now = performance.now()
      this.#fill(now)
      const wait = Math.max(this.#pausedUntil - now, (1 - this.#level) / this.#perMs)
      if (wait <= 0) return
      if (wait > PATIENCE_MS)
        throw new BitrixFailure('Bitrix24 asks for a pause', { kind: 'throttled', retryAfterMs: wait })
      await delay(Math.ceil(wait), undefined, { signal }).catch(() => undefined)
    }
  }

  #pause({ retryAfterMs = 1_000 }: BitrixFailure, begun: number): void {
    // Calls that were made side by side were refused for one reason.
    if (begun <= this.#pausedAt) return
    this.#pausedAt = performance.now()
    const pause = Math.min(LONGEST_PAUSE_MS, retryAfterMs * 2 ** this.#pauses)
    this.#pausedUntil = this.#pausedAt + Math.max(retryAfterMs, pause)
    this.#pauses++
  }

  #fill(now: number): void {
    this.#level = Math.min(this.#size, this.#level + (now - this.#at) * this.#perMs)
    this.#at = now
  }
}
