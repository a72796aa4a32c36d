import type { TurnEvent } from '../events.ts'
import type { Passage } from '../messages.ts'

/** Which passages an answer cites; each is told once. */
export class Citations {
  readonly #passages: readonly Passage[]
  readonly #tell: (event: TurnEvent) => void
  readonly #cited = new Set<number>()

  constructor(passages: readonly Passage[], tell: (event: TurnEvent) => void) {
    this.#passages = passages
    this.#tell = tell
  }

  /** `index` counts from 0; one that is no passage's is left out. */
  cite(index: number): void {
    const passage = this.#passages[index]
    if (!passage || this.#cited.has(index)) return
    this.#cited.add(index)
    const { source, heading, url } = passage
    this.#tell({
      type: 'citation',
      index: index + 1,
      source,
      ...(heading && { heading }),
      ...(url && { url }),
    })
  }

  /** Models that cite in the text (`[2]`) get their citation events from the text. */
  citeMarked(text: string): void {
    for (const [, number] of text.matchAll(/\[(\d{1,3})\]/g)) this.cite(Number(number) - 1)
  }
}
