interface Waiting {
  readonly urgency: number
  readonly begin: () => void
}

/** Lets so many run at a time; of those that wait the most urgent goes first, and of equals the one that came first. */
export class SpeechQueue {
  #free: number
  /** The next one first. */
  readonly #waiting: Waiting[] = []

  constructor(concurrency: number) {
    this.#free = concurrency
  }

  /** How many wait that would go before, or came before, somebody of this urgency. */
  ahead(urgency: number): number {
    return this.#waiting.filter((other) => other.urgency <= urgency).length
  }

  /** Runs `work` when it is its turn; `urgency` 0 is the highest. Throws the signal's reason when it aborts before. */
  async run<Result>(urgency: number, work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    if (this.#free > 0) this.#free--
    else await this.#wait(urgency, signal)
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      this.#pass()
    }
  }

  async #wait(urgency: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const turn = Promise.withResolvers<void>()
    const waiting = { urgency, begin: turn.resolve }
    const behind = this.#waiting.findIndex((other) => other.urgency > urgency)
    this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, waiting)
    const leave = (): void => {
      const place = this.#waiting.indexOf(waiting)
      // Whose turn it is already gives it back by itself.
      if (place === -1) return
      this.#waiting.splice(place, 1)
      turn.reject(signal.reason as Error)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      await turn.promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #pass(): void {
    const next = this.#waiting.shift()
    if (next) next.begin()
    else this.#free++
  }
}
