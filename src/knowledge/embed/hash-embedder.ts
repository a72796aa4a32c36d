import { TermReader } from '../search/terms.ts'
import type { Embedder } from './embedder.ts'
import { toUnitVector } from './unit-vector.ts'

const DIMENSIONS = 384

/** What a stem weighs beside a run of letters. A word of seven letters is one stem and eighteen runs. */
const STEM_WEIGHT = 2

/**
 * Vectors without a model: stems and runs of letters, hashed. They find words in any form and with typing errors, in
 * any language, and know nothing of meaning: `car` and `automobile` have nothing in common.
 */
export function createHashEmbedder(): Embedder {
  const reader = new TermReader()
  return {
    id: 'hash/1',
    lexical: true,
    embed: async (texts, { signal }) => {
      signal.throwIfAborted()
      return texts.map((text) => toVector(reader, text))
    },
  }
}

function toVector(reader: TermReader, text: string): Float32Array {
  const { stems, grams } = reader.read(text)
  const vector = new Float32Array(DIMENSIONS)
  for (const [stem, times] of stems) put(vector, stem, STEM_WEIGHT * (1 + Math.log(times)))
  for (const [gram, times] of grams) put(vector, gram, 1 + Math.log(times))
  return toUnitVector(vector)
}

/** The sign, from another bit of the hash, lets terms that share a number cancel out on average. */
function put(vector: Float32Array, term: number, weight: number): void {
  const at = term % DIMENSIONS
  vector[at] = (vector[at] ?? 0) + (term & 0x40000000 ? weight : -weight)
}
