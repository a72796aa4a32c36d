import { scoreTexts } from '../search/score-texts.ts'
import { TermCounts } from '../search/term-counts.ts'
import { TermReader } from '../search/terms.ts'
import type { Reranker } from './embedder.ts'

/** Ranks texts by the words and letters they share with the question; rare is what few of them hold. */
export function createWordReranker(): Reranker {
  const reader = new TermReader()
  return {
    id: 'words/1',
    rerank: async (query, texts, { signal }) => {
      signal.throwIfAborted()
      const counts = new TermCounts()
      for (const text of texts) counts.add(reader.read(text))
      return scoreTexts(query, texts, { reader, counts })
    },
  }
}
