/**
 * An append-only list that any number of readers follow from any place while it still grows. Nothing is lost
 * when a reader is slow or absent; the list ends when it is closed.
 */
export class EventLog<Entry> {
  readonly #entries: Entry[] = []
  #waiting: (() => void)[] = []
  #closed = false

  get entries(): readonly Entry[] {
    return this.#entries
  }

  get closed(): boolean {
    return this.#closed
  }

  append(entry: Entry): void {
    this.#entries.push(entry)
    this.#wake()
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  /** Gives the entries from index `from` on, then follows until the log is closed. */
  read(from = 0): AsyncIterableIterator<Entry, undefined> {
    return new EventLogReader(this, Math.max(0, from))
  }

  /** Calls back once, when the log has grown or is closed. */
  onChange(callback: () => void): void {
    this.#waiting.push(callback)
  }

  #wake(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resume of waiting) resume()
  }
}

/** Written out, since a generator would cost several promises for every token. */
class EventLogReader<Entry> implements AsyncIterableIterator<Entry, undefined> {
  readonly #log: EventLog<Entry>
  #next: number
  #left = false

  constructor(log: EventLog<Entry>, from: number) {
    this.#log = log
    this.#next = from
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Entry, undefined>> {
    const ready = this.#take()
    if (ready) return Promise.resolve(ready)
    return new Promise((resolve) => this.#log.onChange(() => resolve(this.next())))
  }

  return(): Promise<IteratorResult<Entry, undefined>> {
    this.#left = true
    return Promise.resolve({ value: undefined, done: true })
  }

  #take(): IteratorResult<Entry, undefined> | undefined {
    const { entries, closed } = this.#log
    if (!this.#left && this.#next < entries.length)
      return { value: entries[this.#next++] as Entry, done: false }
    return this.#left || closed ? { value: undefined, done: true } : undefined
  }
}
