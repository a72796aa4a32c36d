import { rarity, type TermCounts } from './term-counts.ts'
import { countGrams, eachGram, splitWords, type TermReader } from './terms.ts'

/** The usual ones of BM25: how soon repetition stops to count, and how much long texts are held back. */
const SATURATION = 1.2
const LENGTH_WEIGHT = 0.75

/** What runs of letters add to stems; measured with `bench/retrieval.ts`. */
const GRAM_WEIGHT = 0.25

export interface ScoreOptions {
  readonly reader: TermReader
  /** Tell how rare a term is, and how long texts usually are. */
  readonly counts: TermCounts
}

/**
 * Scores texts against a question: BM25 over stems plus a quarter of BM25 over runs of letters, which finds word
 * forms that stemming misses and words with a typing error.
 */
export function scoreTexts(
  query: string,
  texts: readonly string[],
  { reader, counts }: ScoreOptions,
): readonly number[] {
  const question = new Question(query, { reader, counts })
  return texts.map((text) => question.score(text))
}

/** Which terms of the question a word holds, by their places. */
interface Hits {
  readonly stem: number | undefined
  readonly grams: readonly number[]
  readonly gramCount: number
}

class Question {
  readonly #reader: TermReader
  readonly #counts: TermCounts
  /** Places of the terms. */
  readonly #stems: ReadonlyMap<number, number>
  readonly #grams: ReadonlyMap<number, number>
  /** How words of the question begin: a word that begins otherwise has another stem. */
  readonly #beginnings: ReadonlySet<string>
  readonly #stemWeights: Float64Array
  readonly #gramWeights: Float64Array
  /** Texts share most of their words, so each is compared once. */
  readonly #hits = new Map<string, Hits>()

  constructor(query: string, { reader, counts }: ScoreOptions) {
    this.#reader = reader
    this.#counts = counts
    const { stems, grams } = reader.read(query)
    this.#beginnings = new Set(splitWords(query).map(toBeginning))
    this.#stems = toPlaces(stems)
    this.#grams = toPlaces(grams)
    this.#stemWeights = toWeights(stems, (stem) => rarity(counts.chunksWithStem(stem), counts.chunks))
    this.#gramWeights = toWeights(grams, (gram) => rarity(counts.chunksWithGram(gram), counts.chunks))
  }

  score(text: string): number {
    const stems = new Uint16Array(this.#stemWeights.length)
    const grams = new Uint16Array(this.#gramWeights.length)
    const words = splitWords(text)
    let gramCount = 0
    for (const word of words) {
      const hits = this.#hitsOf(word)
      gramCount += hits.gramCount
      if (hits.stem !== undefined) raise(stems, hits.stem)
      for (const place of hits.grams) raise(grams, place)
    }
    const { stemsInChunk, gramsInChunk } = this.#counts
    return (
      sum(stems, this.#stemWeights, lengthFactor(words.length, stemsInChunk)) +
      GRAM_WEIGHT * sum(grams, this.#gramWeights, lengthFactor(gramCount, gramsInChunk))
    )
  }

  #hitsOf(text: string): Hits {
    const known = this.#hits.get(text)
    if (known) return known
    const grams: number[] = []
    eachGram(text, (gram) => {
      const place = this.#grams.get(gram)
      if (place !== undefined) grams.push(place)
    })
    const stem = this.#beginnings.has(toBeginning(text))
      ? this.#stems.get(this.#reader.word(text).stem)
      : undefined
    const hits = { stem, grams, gramCount: countGrams(text) }
    this.#hits.set(text, hits)
    return hits
  }
}

/** Stemming leaves the first two letters as they are. */
function toBeginning(word: string): string {
  return word.slice(0, 2)
}

function toPlaces(terms: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  return new Map([...terms.keys()].map((term, place) => [term, place]))
}

function toWeights(terms: ReadonlyMap<number, number>, weigh: (term: number) => number): Float64Array {
  return Float64Array.from(terms, ([term, times]) => times * weigh(term))
}

function raise(counts: Uint16Array, place: number): void {
  counts[place] = (counts[place] ?? 0) + 1
}

function lengthFactor(length: number, usual: number): number {
  return SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * length) / Math.max(1, usual))
}

function sum(counts: Uint16Array, weights: Float64Array, factor: number): number {
  let score = 0
  for (const [place, times] of counts.entries())
    if (times > 0) score += ((weights[place] ?? 0) * times * (SATURATION + 1)) / (times + factor)
  return score
}
