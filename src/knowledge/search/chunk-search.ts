import type { PieceOfText, Store } from '../../store/store.ts'
import type { Embedder, Reranker } from '../embed/embedder.ts'
import type { ChunkSearcher, CollectionKey, FoundChunk, SearchOptions } from '../library.ts'
import type { BotTerms } from './bot-terms.ts'
import { chooseWords, type ChosenWords } from './choose-words.ts'
import { fuseRanks } from './fuse-ranks.ts'
import { scoreTexts } from './score-texts.ts'
import type { TermCounts } from './term-counts.ts'
import type { TermReader } from './terms.ts'
import type { VectorIndex } from './vector-index.ts'
import type { SpaceGuard } from './vector-space.ts'

export interface ChunkSearchParts {
  readonly words: Store['words']
  readonly embedder: Embedder
  readonly reader: TermReader
  readonly terms: BotTerms
  /** Absent: full text alone. */
  readonly vectors?: { readonly index: VectorIndex; readonly space: SpaceGuard }
  readonly reranker?: Reranker
  /** Told when a part of the search failed and the rest answered. */
  readonly onWarning: (message: string, error: unknown) => void
}

/** Pieces that each kind of search may bring, and that a reranker reads. */
const CANDIDATES = 100
const RERANKED = 30
/** Of a word that is everywhere, as many pieces are looked at. */
const MOST_OF_A_WORD = 2_000
/** In a larger bot, comparing all vectors for a misspelt word takes longer than people wait. */
const MOST_SCANNED = 5_000
/** What is behind it in a question is left out, in characters. */
const LONGEST_QUERY = 2_000

interface Asked extends SearchOptions {
  readonly keys: readonly CollectionKey[]
  readonly query: string
}

interface FoundByWords {
  readonly counts: TermCounts
  readonly chosen: ChosenWords
  readonly byWords: Promise<readonly PieceOfText[]>
}

/**
 * Finds pieces by their words and by their vectors, and ranks what both bring. With an embedder that knows meaning the
 * two rankings are fused; with `hash`, which knows words only, the exact score over words decides.
 */
export class ChunkSearch implements ChunkSearcher {
  readonly #parts: ChunkSearchParts

  constructor(parts: ChunkSearchParts) {
    this.#parts = parts
  }

  async search(
    keys: readonly CollectionKey[],
    query: string,
    options: SearchOptions,
  ): Promise<readonly FoundChunk[]> {
    const [key] = keys
    if (!key || query.trim() === '') return []
    const asked = { ...options, keys, query: query.slice(0, LONGEST_QUERY) }
    const { reader, terms, words } = this.#parts
    const counts = await terms.of(key.bot)
    const chosen = chooseWords(asked.query, { reader, counts })
    const byWords = words.find(keys, { words: chosen.words, most: MOST_OF_A_WORD, limit: CANDIDATES })
    const [found, near] = await Promise.all([
      byWords,
      this.#nearest(asked, this.#wantsVectors(asked, { counts, chosen, byWords })),
    ])
    const pieces = await this.#withTexts(keys, found, near)
    const scores = scoreTexts(
      asked.query,
      pieces.map(({ text }) => text),
      { reader, counts },
    )
    const scored = pieces.map((piece, at) => ({ ...piece, score: scores[at] ?? 0 }))
    const ranked = this.#rank(scored.toSorted(byScore), near)
    return (await this.#rerank(ranked, asked)).slice(0, options.limit).map(toFound)
  }

  /** Lexical vectors add only what full text cannot find: misspelt words and unusual forms. */
  async #wantsVectors({ limit }: Asked, { counts, chosen, byWords }: FoundByWords): Promise<boolean> {
    const { vectors, embedder } = this.#parts
    if (!embedder.lexical) return true
    if (vectors?.index.scans && counts.chunks > MOST_SCANNED) return false
    return chosen.unknown || (await byWords).length < limit
  }

  /** By vectors. What fails here costs the answer nothing but this part of the search. */
  async #nearest({ keys, query, signal }: Asked, wanted: Promise<boolean>): Promise<readonly FoundChunk[]> {
    const { vectors, embedder, onWarning } = this.#parts
    if (!(await wanted) || !vectors) return []
    try {
      if (!(await vectors.space.isReady())) return []
      const [vector] = await embedder.embed([query], { purpose: 'query', signal })
      if (!vector) return []
      return await vectors.index.search(keys, { vector, limit: CANDIDATES, signal })
    } catch (error) {
      signal.throwIfAborted()
      onWarning('Documents were searched by words alone, as the search by vectors failed', error)
      return []
    }
  }

  async #withTexts(
    keys: readonly CollectionKey[],
    found: readonly PieceOfText[],
    near: readonly FoundChunk[],
  ): Promise<readonly PieceOfText[]> {
    const known = new Set(found.map(({ chunkId }) => chunkId))
    const missing = near.map(({ chunkId }) => chunkId).filter((id) => !known.has(id))
    return missing.length === 0 ? found : [...found, ...(await this.#parts.words.texts(keys, missing))]
  }

  #rank(byWords: readonly ScoredPiece[], near: readonly FoundChunk[]): readonly ScoredPiece[] {
    if (this.#parts.embedder.lexical || near.length === 0) return byWords
    const pieces = new Map(byWords.map((piece) => [piece.chunkId, piece]))
    const ids = [byWords.filter(({ score }) => score > 0), near].map((list) =>
      list.map(({ chunkId }) => chunkId),
    )
    return fuseRanks(ids).flatMap(({ id, score }) => {
      const piece = pieces.get(id)
      return piece ? [{ ...piece, score }] : []
    })
  }

  async #rerank(ranked: readonly ScoredPiece[], { query, signal }: Asked): Promise<readonly ScoredPiece[]> {
    const { reranker, onWarning } = this.#parts
    if (!reranker || ranked.length === 0) return ranked
    const best = ranked.slice(0, RERANKED)
    try {
      const scores = await reranker.rerank(
        query,
        best.map(({ text }) => text),
        { signal },
      )
      return best.map((piece, at) => ({ ...piece, score: scores[at] ?? -Infinity })).toSorted(byScore)
    } catch (error) {
      signal.throwIfAborted()
      onWarning('What was found in documents was not reranked', error)
      return ranked
    }
  }
}

interface ScoredPiece extends PieceOfText {
  readonly score: number
}

function byScore(a: ScoredPiece, b: ScoredPiece): number {
  return b.score - a.score
}

function toFound({ chunkId, score }: ScoredPiece): FoundChunk {
  return { chunkId, score }
}
