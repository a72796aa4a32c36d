import { rarity, type TermCounts } from './term-counts.ts'
import { splitWords, type TermReader } from './terms.ts'

/** Words of a question to look for, the rarest first. */
export interface ChosenWords {
  readonly words: readonly { readonly text: string; readonly weight: number }[]
  /** True when one of them is in no chunk, as when it is misspelt. */
  readonly unknown: boolean
}

/** Pieces that the words may have together; a word of its own beyond that only makes the search slow. */
const MOST_PIECES = 2_000
const FEWEST_WORDS = 2
const MOST_WORDS = 16
/** Shorter words are too common to be misspelt ones of a document. */
const SHORTEST_MISSPELT = 4

/** Common words find everything and tell nothing, so the rarest are looked for; the ranking counts all of them. */
export function chooseWords(
  query: string,
  { reader, counts }: { readonly reader: TermReader; readonly counts: TermCounts },
): ChosenWords {
  const words = toTokens(query).map((text) => {
    const pieces = Math.min(...splitWords(text).map((word) => counts.chunksWithStem(reader.word(word).stem)))
    return { text, pieces, weight: rarity(pieces, counts.chunks) }
  })
  const chosen: typeof words = []
  let pieces = 0
  for (const word of words.toSorted((a, b) => a.pieces - b.pieces)) {
    if (chosen.length === MOST_WORDS || (chosen.length >= FEWEST_WORDS && pieces > MOST_PIECES)) break
    chosen.push(word)
    pieces += word.pieces
  }
  const unknown = words.some((word) => word.pieces === 0 && word.text.length >= SHORTEST_MISSPELT)
  return { words: chosen, unknown }
}

/** Whatever stands between spaces, each once: the database splits addresses and the like as it did in documents. */
function toTokens(query: string): readonly string[] {
  const plain = query.toLowerCase().replaceAll('ё', 'е').replaceAll('\0', ' ').toWellFormed()
  const tokens = plain.split(/\s+/).filter((token) => splitWords(token).length > 0)
  return [...new Set(tokens)]
}
