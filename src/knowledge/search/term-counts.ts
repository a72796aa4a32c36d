import type { Terms } from './terms.ts'

/** Counters a kind of terms is spread over; two terms may share one, which makes a rare one look less rare. */
const BUCKETS = 65_536
const HEADER = 4

/**
 * In how many chunks of a bot each term occurs, roughly: counters that terms share. Removed chunks stay counted, as
 * only shares matter: what was rare among all that was ever read is rare.
 */
export class TermCounts {
  /** Chunks, their stems and grams in all, one to spare; then the counters of stems, then those of grams. */
  readonly #numbers: Uint32Array

  constructor(numbers = new Uint32Array(HEADER + 2 * BUCKETS)) {
    this.#numbers = numbers
  }

  get chunks(): number {
    return this.#at(0)
  }
  /** Stems and grams in a chunk, on average. */
  get stemsInChunk(): number {
    return this.#at(1) / Math.max(1, this.chunks)
  }
  get gramsInChunk(): number {
    return this.#at(2) / Math.max(1, this.chunks)
  }

  add({ stems, grams, stemCount, gramCount }: Terms): void {
    this.#raise(0, 1)
    this.#raise(1, stemCount)
    this.#raise(2, gramCount)
    for (const stem of stems.keys()) this.#raise(placeOf(stem, 0), 1)
    for (const gram of grams.keys()) this.#raise(placeOf(gram, BUCKETS), 1)
  }

  addAll(others: TermCounts): void {
    others.#numbers.forEach((value, at) => value > 0 && this.#raise(at, value))
  }

  chunksWithStem(stem: number): number {
    return this.#at(placeOf(stem, 0))
  }
  chunksWithGram(gram: number): number {
    return this.#at(placeOf(gram, BUCKETS))
  }

  /** As unsigned numbers of 32 bits, little-endian. */
  toBytes(): Buffer {
    return Buffer.from(this.#numbers.buffer)
  }

  static fromBytes(bytes: Uint8Array): TermCounts {
    const aligned = new Uint8Array(bytes)
    return new TermCounts(new Uint32Array(aligned.buffer))
  }

  #at(place: number): number {
    return this.#numbers[place] ?? 0
  }
  #raise(place: number, by: number): void {
    this.#numbers[place] = this.#at(place) + by
  }
}

function placeOf(term: number, offset: number): number {
  return HEADER + offset + (term % BUCKETS)
}

/** How much a term tells that `having` of `all` chunks have: the idf of BM25. */
export function rarity(having: number, all: number): number {
  const known = Math.min(having, all)
  return Math.log(1 + (all - known + 0.5) / (known + 0.5))
}
