/**
 * An append-only list that any number of readers follow from any place while it still grows. Nothing is lost
 * when a reader is slow or absent; the list ends when it is closed.
 */
export class EventLog<Entry> {
  readonly #entries: Entry[] = []
  readonly #waiting = new Set<() => void>()
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

  /** Yields the entries from index `from` on, then follows until the log is closed. */
  async *read(from = 0): AsyncGenerator<Entry, void> {
    let next = Math.max(0, from)
    while (true) {
      while (next < this.#entries.length) yield this.#entries[next++] as Entry
      if (this.#closed) return
      await this.#grown()
    }
  }

  #grown(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  #wake(): void {
    if (this.#waiting.size === 0) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of waiting) resume()
  }
}
