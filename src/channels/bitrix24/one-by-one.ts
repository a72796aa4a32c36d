/** Runs tasks of one name one after another, in the order they came; those of different names at the same time. */
export class OneByOne {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Settles as the task does; whether those before it failed does not matter. */
  run<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve()
    const own = before.then(task, task)
    this.#last.set(name, own)
    const forget = (): void => {
      if (this.#last.get(name) === own) this.#last.delete(name)
    }
    own.then(forget, forget)
    return own
  }
}
