import { countTokens } from './count-tokens.ts'

/** A word with the space behind it; what is written without spaces is parted, too. */
interface Word {
  readonly text: string
  readonly tokens: number
  /** A sentence or a line ends behind it. */
  readonly ends: boolean
}

export interface WindowOptions {
  /** Of one window. */
  readonly mostTokens: number
  /** Tokens of a window that the next one begins with, at most; 0 for none. */
  readonly overlapTokens: number
}

const WORD = /\S{1,48}\s*/gu
const SENTENCE_END = /[.!?…。！？;][)"'»”\]]*\s+$|\n\s*$/u

/**
 * Parts a text into windows that end with a sentence where one ends in their second half, and otherwise with a word.
 * Together they hold the whole text.
 */
export function cutWindows(text: string, { mostTokens, overlapTokens }: WindowOptions): readonly string[] {
  const words = [...text.trim().matchAll(WORD)].map(([word]) => toWord(word))
  const windows: string[] = []
  let start = 0
  while (start < words.length) {
    const end = findEnd(words, start, mostTokens)
    windows.push(
      words
        .slice(start, end)
        .map((word) => word.text)
        .join('')
        .trim(),
    )
    if (end === words.length) break
    start = overlapTokens === 0 ? end : findOverlap(words, { start, end }, overlapTokens)
  }
  return windows
}

function toWord(text: string): Word {
  return { text, tokens: countTokens(text), ends: SENTENCE_END.test(text) }
}

function findEnd(words: readonly Word[], start: number, most: number): number {
  let tokens = 0
  let sentence = -1
  for (let index = start; index < words.length; index++) {
    const { tokens: more = 0, ends = false } = words[index] ?? {}
    if (tokens + more > most && index > start) return sentence === -1 ? index : sentence
    tokens += more
    if (ends && tokens > most / 2) sentence = index + 1
  }
  return words.length
}

/** Where the next window begins: with the first sentence of the overlap, or else with its first word. */
function findOverlap(
  words: readonly Word[],
  { start, end }: { readonly start: number; readonly end: number },
  most: number,
): number {
  let first = end
  let tokens = 0
  for (let index = end - 1; index > start; index--) {
    tokens += words[index]?.tokens ?? 0
    if (tokens > most) break
    first = index
  }
  for (let index = first; index < end; index++) if (words[index - 1]?.ends) return index
  return first
}
