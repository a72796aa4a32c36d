import type { VectorStore } from '../../store/store.ts'
import type { Embedder } from '../embed/embedder.ts'
import type { Chunk, Indexer } from '../library.ts'
import { toSearchedText, type BotTerms } from './bot-terms.ts'
import type { VectorIndex } from './vector-index.ts'
import type { SpaceGuard } from './vector-space.ts'

export interface ChunkIndexerParts {
  readonly embedder: Embedder
  readonly terms: BotTerms
  readonly vectors?: { readonly index: VectorIndex; readonly space: SpaceGuard }
}

/** Keeps, for each piece, how often its terms occur, and its vector. */
export class ChunkIndexer implements Indexer {
  readonly #parts: ChunkIndexerParts

  constructor(parts: ChunkIndexerParts) {
    this.#parts = parts
  }

  async add(chunks: readonly Chunk[], options: { readonly signal: AbortSignal }): Promise<void> {
    if (chunks.length === 0) return
    await this.#embed(chunks, options)
    await this.#parts.terms.add(chunks)
  }

  async remove(documentId: string): Promise<void> {
    await this.#parts.vectors?.index.remove(documentId)
  }

  async adopt(from: string, to: string): Promise<void> {
    await this.#parts.vectors?.index.adopt(from, to)
  }

  /** Forgets all vectors and makes them anew from the stored pieces. Resolves with how many there are. */
  async reindex(
    store: VectorStore,
    { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void },
  ): Promise<number> {
    await this.#parts.vectors?.space.clear()
    let done = 0
    for (let after = '0'; ;) {
      const chunks = await store.chunks({ after, limit: 256 })
      const last = chunks.at(-1)
      if (!last) return done
      await this.#embed(chunks, { signal })
      done += chunks.length
      onProgress(done)
      after = last.id
    }
  }

  async #embed(
    chunks: readonly Omit<Chunk, 'passage'>[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    const { embedder, vectors } = this.#parts
    if (!vectors) return
    const made = await embedder.embed(chunks.map(toSearchedText), { purpose: 'passage', signal })
    await vectors.space.prepare(made[0]?.length ?? 0)
    const rows = chunks.flatMap(({ id, documentId, bot, owner }, at) => {
      const vector = made[at]
      return vector ? [{ chunkId: id, documentId, bot, owner, vector }] : []
    })
    await vectors.index.add(rows, { signal })
  }
}
