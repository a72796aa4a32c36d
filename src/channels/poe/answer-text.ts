/**
 * The text of an answer on its way to Poe: gathers pieces until they are sent, counts them against the limit, and
 * never gives away half a surrogate pair.
 */
export class AnswerText {
  readonly #maxCharacters: number
  #pending = ''
  #replacing = false
  #sent = 0
  #said = false

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  /** True when there is something to send; half a surrogate pair is nothing yet. */
  get waiting(): boolean {
    return (
      this.#replacing ||
      this.#pending.length > 1 ||
      (this.#pending !== '' && !isLead(this.#pending.charCodeAt(0)))
    )
  }

  /** True when anything was ever taken. */
  get said(): boolean {
    return this.#said
  }

  /** Characters that may still be added. Text that replaces other text counts like any other. */
  get room(): number {
    return this.#maxCharacters - this.#sent - this.#pending.length
  }

  /** Adds a piece; false when it did not fit and was cut, marked with an ellipsis. */
  add(text: string): boolean {
    if (text === '') return true
    this.#said = true
    // One character stays free for the ellipsis.
    if (text.length < this.room) {
      this.#pending += text
      return true
    }
    this.#pending += `${cutAt(text, Math.max(0, this.room - 1))}${this.room > 0 ? '…' : ''}`
    return false
  }

  /** Discards what was said, here and at Poe, and goes on from `text`. False when it did not fit. */
  replace(text: string): boolean {
    this.#pending = ''
    this.#replacing = true
    this.#said = true
    return this.add(text)
  }

  /** What to send now; undefined when there is nothing. `last`: nothing follows, so nothing is kept back. */
  take(last: boolean): { readonly text: string; readonly replaces: boolean } | undefined {
    const keptBack = !last && isLead(this.#pending.charCodeAt(this.#pending.length - 1)) ? 1 : 0
    const end = this.#pending.length - keptBack
    if (end === 0 && !this.#replacing) return undefined
    const text = this.#pending.slice(0, end).toWellFormed()
    const replaces = this.#replacing
    this.#pending = this.#pending.slice(end)
    this.#replacing = false
    this.#sent += text.length
    return { text, replaces }
  }

  /** Counts characters that are sent beside the answer, such as a status. */
  spend(characters: number): void {
    this.#sent += characters
  }
}

/** The first half of a surrogate pair. */
function isLead(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function cutAt(text: string, length: number): string {
  return text.slice(0, isLead(text.charCodeAt(length - 1)) ? length - 1 : length)
}
