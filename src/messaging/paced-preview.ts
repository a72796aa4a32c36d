export interface PacedPreviewOptions {
  /** Shows a text; called once at a time. Failures are its own business. */
  readonly show: (text: string) => Promise<void>
  /** From the end of one call to the begin of the next, in milliseconds. */
  readonly pauseMs: number
}

/** Shows a growing text now and then: the newest version, with pauses, never two at a time. */
export class PacedPreview {
  readonly #options: PacedPreviewOptions
  #text = ''
  #shown = ''
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(options: PacedPreviewOptions) {
    this.#options = options
  }

  update(text: string): void {
    this.#text = text
    this.#plan()
  }

  /** Resolves when nothing is shown any more, so that what comes next stays. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #plan(): void {
    if (this.#stopped || this.#timer || this.#running || this.#text === this.#shown) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#running = this.#show().finally(() => {
        this.#running = undefined
        this.#plan()
      })
    }, this.#options.pauseMs)
  }

  async #show(): Promise<void> {
    this.#shown = this.#text
    await this.#options.show(this.#text)
  }
}
