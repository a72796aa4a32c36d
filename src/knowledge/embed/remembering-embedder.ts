import { LRUCache } from 'lru-cache'
import type { Embedder } from './embedder.ts'

/** Counts since the start. */
export interface EmbedCounters {
  readonly hits: number
  readonly misses: number
}

export interface RememberingEmbedder extends Embedder {
  readonly counters: EmbedCounters
}

/** Remembers the vectors of the last `size` questions, so that one asked again costs no call; 0 remembers none. */
export function rememberQueries(embedder: Embedder, size: number): RememberingEmbedder {
  const kept = size > 0 ? new LRUCache<string, Float32Array>({ max: size }) : undefined
  const counters = { hits: 0, misses: 0 }
  return {
    id: embedder.id,
    lexical: embedder.lexical,
    counters,
    embed: async (texts, options) => {
      const [text] = texts
      if (options.purpose !== 'query' || texts.length !== 1 || text === undefined)
        return embedder.embed(texts, options)
      const known = kept?.get(text.trim())
      counters[known ? 'hits' : 'misses']++
      if (known) return [known]
      const made = await embedder.embed(texts, options)
      if (made[0]) kept?.set(text.trim(), made[0])
      return made
    },
  }
}
