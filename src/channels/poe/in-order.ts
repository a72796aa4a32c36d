/** Runs what concerns one thing in the order it came; other things do not wait for it. */
export class InOrder {
  readonly #last = new Map<string, Promise<void>>()

  /** `run` must not throw. */
  put(key: string, run: () => Promise<void>): void {
    const done = this.#after(this.#last.get(key), run).finally(() => {
      if (this.#last.get(key) === done) this.#last.delete(key)
    })
    this.#last.set(key, done)
  }

  async #after(earlier: Promise<void> | undefined, run: () => Promise<void>): Promise<void> {
    await earlier
    await run()
  }
}
