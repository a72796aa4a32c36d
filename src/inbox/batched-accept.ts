import { AppError } from '../errors.ts'
import type { Inbox, TracedMessage } from '../store/store.ts'

/** Messages of one commit; more wait for the next one. */
const LARGEST_BATCH = 200

interface Waiting {
  readonly message: TracedMessage
  readonly resolve: (fresh: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Accepts messages one commit after another, each with all that arrived during the one before: many connections share
 * the cost of a commit, and the order of the calls is the order of the lanes.
 */
export class BatchedAccept {
  readonly #inbox: Pick<Inbox, 'accept'>
  #waiting: Waiting[] = []
  #writing = false

  constructor(inbox: Pick<Inbox, 'accept'>) {
    this.#inbox = inbox
  }

  /** Resolves after the commit: true when the message is new. */
  accept(message: TracedMessage): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.#waiting.push({ message, resolve, reject })
    if (!this.#writing) void this.#writeAll()
    return promise
  }

  async #writeAll(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0, LARGEST_BATCH))
    this.#writing = false
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const fresh = await this.#inbox.accept(batch.map(({ message }) => message))
      for (const [index, { resolve }] of batch.entries()) resolve(fresh[index] === true)
    } catch (error) {
      const away = error instanceof AppError && error.retryable
      // One message that cannot be stored must not take the others with it.
      if (batch.length > 1 && !away) for (const one of batch) await this.#write([one])
      else for (const { reject } of batch) reject(error)
    }
  }
}
