import { AppError } from '../../errors.ts'
import type { VectorSpace, VectorStore } from '../../store/store.ts'
import type { Embedder } from '../embed/embedder.ts'
import type { VectorIndex } from './vector-index.ts'

interface GuardOptions {
  readonly store: VectorStore
  readonly embedder: Embedder
  readonly index: VectorIndex
}

/** How long it is taken for granted that nothing is stored, or nothing has changed, in milliseconds. */
const FRESH_MS = 5_000

/** Keeps vectors of two embedders, or in two places, from being mixed. */
export class SpaceGuard {
  readonly #options: GuardOptions
  #checked: { readonly ready: boolean; readonly until: number } | undefined

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** Makes room for the first vectors. Throws `embeddings_changed` when there are others. */
  async prepare(dimensions: number): Promise<void> {
    const { store, embedder, index } = this.#options
    const wanted = { embedder: embedder.id, dimensions, way: index.way }
    requireSame(await store.prepare(wanted), wanted)
    await index.prepare(dimensions)
    this.#checked = undefined
  }

  /** Whether there are vectors to search. Throws `embeddings_changed` when they are others. */
  async isReady(): Promise<boolean> {
    if (this.#checked && this.#checked.until > performance.now()) return this.#checked.ready
    const { store, embedder, index } = this.#options
    const stored = await store.space()
    if (stored) {
      requireSame(stored, { ...stored, embedder: embedder.id, way: index.way })
      await index.prepare(stored.dimensions)
    }
    this.#checked = { ready: stored !== undefined, until: performance.now() + FRESH_MS }
    return stored !== undefined
  }

  async clear(): Promise<void> {
    const { store, index } = this.#options
    this.#checked = undefined
    await index.clear()
    await store.clear()
  }
}

function requireSame(stored: VectorSpace, wanted: VectorSpace): void {
  const same =
    stored.embedder === wanted.embedder &&
    stored.dimensions === wanted.dimensions &&
    stored.way === wanted.way
  if (!same)
    throw new AppError('embeddings_changed', {
      params: { stored: describe(stored), wanted: describe(wanted) },
    })
}

const PLACES = { vector: 'pgvector', bytes: 'the database as bytes', qdrant: 'Qdrant' } as const

function describe({ embedder, dimensions, way }: VectorSpace): string {
  return `${embedder} (${dimensions} numbers, in ${PLACES[way]})`
}
