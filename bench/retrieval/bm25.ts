import { stemWord } from '../../src/knowledge/stem-word.ts'
import type { Corpus } from './corpus.ts'

/** The places of the paragraphs, best first. */
export type Search = (question: string) => Promise<readonly number[]>

/** The usual constants of BM25. */
const SATURATION = 1.2
const LENGTH_WEIGHT = 0.75

/** Plain BM25 over all paragraphs, as a measure: whole words, or their stems. */
export function createBm25({ paragraphs }: Corpus, stemmed: boolean): Search {
  const split = (text: string): readonly string[] => {
    const words =
      text
        .toLowerCase()
        .replaceAll('ё', 'е')
        .match(/[\p{L}\p{N}]+/gu) ?? []
    return stemmed ? words.map((word) => stemWord(word)) : words
  }
  const documents = paragraphs.map(({ text }) => {
    const words = split(text)
    return { counts: Map.groupBy(words, (word) => word), length: words.length }
  })
  const usual = documents.reduce((sum, { length }) => sum + length, 0) / documents.length
  const having = new Map<string, number>()
  for (const { counts } of documents)
    for (const word of counts.keys()) having.set(word, (having.get(word) ?? 0) + 1)
  const weigh = (word: string, document: (typeof documents)[number]): number => {
    const times = document.counts.get(word)?.length ?? 0
    const known = having.get(word) ?? 0
    const factor = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * document.length) / usual)
    const rarity = Math.log(1 + (documents.length - known + 0.5) / (known + 0.5))
    return (rarity * times * (SATURATION + 1)) / (times + factor)
  }
  return async (question) => {
    const words = split(question)
    const scores = documents.map((document) => words.reduce((sum, word) => sum + weigh(word, document), 0))
    return scores
      .map((score, place) => ({ score, place }))
      .toSorted((a, b) => b.score - a.score)
      .map(({ place }) => place)
  }
}
