/** How long nothing may be said before the person is told that work goes on, in milliseconds. */
const QUIET_MS = 8_000

interface Piece {
  readonly text: string
  readonly replaces: boolean
}

/**
 * A line below the answer while the bot works in silence, such as in a long call of a tool. Poe lets a response replace all
 * that was said before, so the line is put there, and taken away, with a copy of the answer so far.
 */
export class StatusLine {
  readonly #line: string
  #answer = ''
  #shown = false
  #saidAt: number

  constructor(line: string, startedAt: number) {
    this.#line = line
    this.#saidAt = startedAt
  }

  /** Takes note of a piece; returns what to send for it so that the line disappears. */
  add({ text, replaces }: Piece, now: number): Piece {
    this.#answer = replaces ? text : this.#answer + text
    this.#saidAt = now
    if (!this.#shown) return { text, replaces }
    this.#shown = false
    return { text: this.#answer, replaces: true }
  }

  /** The text that shows the line; undefined when it is not time, it stands already, or copies would take much of `room`. */
  show(now: number, room: number): string | undefined {
    if (this.#shown || now < this.#saidAt + QUIET_MS || room < 4 * this.#answer.length + this.#line.length)
      return undefined
    this.#shown = true
    return this.#answer === '' ? this.#line : `${this.#answer}\n\n${this.#line}`
  }

  /** The answer without the line, when the line stands. */
  clear(): string | undefined {
    if (!this.#shown) return undefined
    this.#shown = false
    return this.#answer
  }
}
