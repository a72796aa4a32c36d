/** Something this process keeps a copy of. */
export interface Refreshed {
  /** Reads it anew. Rejects when it cannot; the copy then stays as it is. */
  refresh(): Promise<void>
}

export interface PollerOptions {
  readonly everyMs: number
  /** Whether anything can have changed by now; asked before every reading but the first. Default: always. */
  readonly isDue?: () => boolean
  /** Told when reading begins to fail, and, without an error, when it works again. */
  readonly onChange: (error?: unknown) => void
}

/** Reads things anew again and again, one after another, so that every replica sees a change soon. */
export class Poller {
  readonly #things: readonly Refreshed[]
  readonly #options: PollerOptions
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> = Promise.resolve()
  #failing = false
  #closed = false

  constructor(things: readonly Refreshed[], options: PollerOptions) {
    this.#things = things
    this.#options = options
  }

  /** Reads everything once and goes on doing so. Does not reject: what cannot be read now is tried again. */
  async start(): Promise<void> {
    await this.#poll()
  }

  /** Resolves when nothing is being read any more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#reading
  }

  #poll(): Promise<void> {
    this.#reading = this.#readAll().finally(() => this.#wait())
    return this.#reading
  }

  #wait(): void {
    if (this.#closed) return
    const { everyMs, isDue } = this.#options
    const again = (): void => void (this.#failing || !isDue || isDue() ? this.#poll() : this.#wait())
    this.#timer = setTimeout(again, everyMs).unref()
  }

  async #readAll(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#things.map((thing) => thing.refresh()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if ((failed !== undefined) === this.#failing || this.#closed) return
    this.#failing = failed !== undefined
    this.#options.onChange(failed?.reason)
  }
}
