/** How long an answer that nobody reads any more is kept going for a query that comes again, in milliseconds. */
const GRACE_MS = 10_000

interface Attempt {
  readonly turnId: string
  readers: number
  spoken: boolean
  ended: boolean
  timer: NodeJS.Timeout | undefined
}

/** One reading of an answer. */
export interface Reading {
  readonly turnId: string
  /** False for a query that came again: its answer is being written already. */
  readonly first: boolean
  /** The reader has seen some of the answer: from here on, the same query means a new answer. */
  spoken(): void
  /** The answer has ended: nothing is left to stop. */
  ended(): void
  /** The reader is gone. */
  left(): void
}

/**
 * Poe at times drops a connection right after opening it and sends the same query again, over a new one. Both get the
 * same answer, as long as nothing of it has been shown; after that the same query is a wish for another answer. A
 * reader that leaves otherwise has stopped the answer: Poe has no other way to say so.
 */
export class Redrives {
  readonly #attempts = new Map<string, Attempt>()
  readonly #stop: (turnId: string) => void

  /** `stop` ends an answer that nobody waits for. */
  constructor(stop: (turnId: string) => void) {
    this.#stop = stop
  }

  /** Begins to read the answer to the query that `key` names, which is `turnId` when it is a new one. */
  read(key: string, turnId: string): Reading {
    const known = this.#attempts.get(key)
    const attempt: Attempt = known ?? { turnId, readers: 0, spoken: false, ended: false, timer: undefined }
    clearTimeout(attempt.timer)
    attempt.readers++
    this.#attempts.set(key, attempt)
    let here = true
    return {
      turnId: attempt.turnId,
      first: known === undefined,
      spoken: () => {
        attempt.spoken = true
        this.#forget(key, attempt)
      },
      ended: () => {
        attempt.ended = true
        this.#forget(key, attempt)
      },
      left: () => {
        if (!here) return
        here = false
        attempt.readers--
        if (attempt.readers === 0) this.#abandon(key, attempt)
      },
    }
  }

  #abandon(key: string, attempt: Attempt): void {
    if (attempt.ended) return
    if (attempt.spoken) return this.#stop(attempt.turnId)
    attempt.timer = setTimeout(() => {
      this.#forget(key, attempt)
      this.#stop(attempt.turnId)
    }, GRACE_MS).unref()
  }

  #forget(key: string, attempt: Attempt): void {
    if (this.#attempts.get(key) === attempt) this.#attempts.delete(key)
  }
}
