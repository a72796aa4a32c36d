import { availableParallelism } from 'node:os'
import { AppError } from '../errors.ts'

/** Hashes that may wait: some ten seconds of work for two cores. */
const MOST_WAITING = 1_000
/** Told to who comes when so many wait, in milliseconds. */
const RETRY_AFTER_MS = 10_000

export interface PasswordWorkOptions {
  /** How many are made at a time. Default: one for each core but one, and two at least. */
  readonly atOnce?: number
  /** Default 1000. */
  readonly mostWaiting?: number
}

/**
 * Makes password hashes a few at a time: each takes a core for some hundredths of a second and 19 MiB, and a crowd
 * that signs in at once must leave the rest of the server both. Who comes when too many wait gets `sign_in_busy`.
 */
export class PasswordWork {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor({ atOnce, mostWaiting = MOST_WAITING }: PasswordWorkOptions = {}) {
    this.#atOnce = atOnce ?? Math.max(2, availableParallelism() - 1)
    this.#mostWaiting = mostWaiting
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#mostWaiting)
        throw new AppError('sign_in_busy', { retryAfterMs: RETRY_AFTER_MS })
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
