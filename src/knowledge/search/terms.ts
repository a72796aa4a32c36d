import { LRUCache } from 'lru-cache'
import { stemWord } from '../stem-word.ts'

/** What texts are compared by: stems of words and runs of 3 to 5 letters, each as a number of 32 bits. */
export interface Terms {
  /** With how often each occurs. */
  readonly stems: ReadonlyMap<number, number>
  readonly grams: ReadonlyMap<number, number>
  readonly stemCount: number
  readonly gramCount: number
}

/** The terms of a word. */
export interface Word {
  readonly stem: number
  readonly grams: readonly number[]
}

const SHORTEST_GRAM = 3
const LONGEST_GRAM = 5
const EDGE = 95
/** Letters of a word that are looked at; what is longer is no word of a language. */
const LONGEST_WORD = 40

/** Words of texts and their stems repeat all the time, and stemming one costs a microsecond. */
const KNOWN_WORDS = 20_000

/** Cuts texts into terms. Remembers the words it met. */
export class TermReader {
  readonly #known = new LRUCache<string, Word>({ max: KNOWN_WORDS })

  /** A word as `splitWords` gives it. */
  word(text: string): Word {
    const known = this.#known.get(text)
    if (known) return known
    const word = { stem: hashOf(stemWord(text)), grams: gramsOf(text) }
    this.#known.set(text, word)
    return word
  }

  read(text: string): Terms {
    const stems = new Map<number, number>()
    const grams = new Map<number, number>()
    let stemCount = 0
    let gramCount = 0
    for (const each of splitWords(text)) {
      const word = this.word(each)
      count(stems, word.stem)
      for (const gram of word.grams) count(grams, gram)
      stemCount++
      gramCount += word.grams.length
    }
    return { stems, grams, stemCount, gramCount }
  }
}

/** What may hold an accent: neither ASCII nor Cyrillic nor the usual punctuation. */
const MAY_HAVE_ACCENTS = /[^\0-\u007f\u0400-\u04ff\u2000-\u206f«»]/

/** The words of a text in lower case, without accents; ё is е, as in most Russian texts. */
export function splitWords(text: string): readonly string[] {
  const lower = text.toLowerCase().replaceAll('ё', 'е')
  const plain = MAY_HAVE_ACCENTS.test(lower) ? withoutAccents(lower) : lower
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The breve stays: й is no и. */
function withoutAccents(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u0305\u0307-\u036f]/g, '')
    .normalize('NFC')
}

function count(counts: Map<number, number>, term: number): void {
  counts.set(term, (counts.get(term) ?? 0) + 1)
}

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a over UTF-16 units, mixed at the end so that any of its bits can be used. */
function hashOf(text: string): number {
  let hash = OFFSET
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME)
  return mix(hash)
}

function mix(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (half ^ (half >>> 13)) >>> 0
}

function gramsOf(word: string): readonly number[] {
  const grams: number[] = []
  eachGram(word, (gram) => grams.push(gram))
  return grams
}

/** Tells each run of letters of a word, its edges counting as letters. Makes no text and no list: it runs a lot. */
export function eachGram(word: string, tell: (gram: number) => void): void {
  const letters = Math.min(word.length, LONGEST_WORD)
  const at = (place: number): number => (place === 0 || place > letters ? EDGE : word.charCodeAt(place - 1))
  for (let start = 0; start + SHORTEST_GRAM <= letters + 2; start++) {
    let hash = OFFSET
    for (let length = 1; length <= LONGEST_GRAM && start + length <= letters + 2; length++) {
      hash = Math.imul(hash ^ at(start + length - 1), PRIME)
      if (length >= SHORTEST_GRAM) tell(mix(hash ^ length))
    }
  }
}

/** How many runs of letters a word has. */
export function countGrams(word: string): number {
  const letters = Math.min(word.length, LONGEST_WORD) + 2
  let count = 0
  for (let length = SHORTEST_GRAM; length <= LONGEST_GRAM; length++)
    count += Math.max(0, letters - length + 1)
  return count
}
