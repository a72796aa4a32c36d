import type { Terminal } from './command.ts'

const WIDTH = 24
const LONGEST_NAME = 40

/** One line that shows how far a list of things is; nothing where nobody looks. */
export class ProgressBar {
  readonly #stream: Terminal['stderr']
  readonly #total: number
  #done = -1
  #name = ''

  constructor(stream: Terminal['stderr'], total: number) {
    this.#stream = stream
    this.#total = total
  }

  /** The next thing begins, and the one before is done. */
  begin(name: string): void {
    this.#done++
    this.#name = name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name
    this.show(0)
  }

  /** `share` of it is done: 0 to 1. */
  show(share: number): void {
    if (!this.#stream.isTTY) return
    const whole = (this.#done + share) / this.#total
    const filled = Math.round(whole * WIDTH)
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
    this.#write(`${bar} ${this.#done + 1}/${this.#total} ${this.#name} ${Math.round(share * 100)} %`)
  }

  clear(): void {
    if (this.#stream.isTTY) this.#write('')
  }

  /** Back to the begin of the line, which is cleared to its end. */
  #write(line: string): void {
    this.#stream.write(`\r\u001B[K${line}`)
  }
}
