import type { Block } from './block.ts'

const LONGEST_HEADING = 200

/** Follows the headings of a document. */
export class Headings {
  #open: readonly { readonly depth: number; readonly text: string }[] = []

  /** The headings above what comes next. */
  get path(): readonly string[] {
    return this.#open.map(({ text }) => text)
  }

  enter(depth: number, text: string): void {
    if (text === '') return
    const short =
      text.length > LONGEST_HEADING ? `${text.slice(0, LONGEST_HEADING - 1).toWellFormed()}…` : text
    this.#open = [...this.#open.filter((heading) => heading.depth < depth), { depth, text: short }]
  }

  /** A document of headings alone is made of them. */
  withLonely(blocks: readonly Block[]): readonly Block[] {
    return blocks.length > 0 || this.#open.length === 0 ? blocks : [{ path: [], text: this.path.join('\n') }]
  }
}
