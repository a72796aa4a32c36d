import type { CollectionKey, FoundChunk } from '../library.ts'

/** The seam of vectors: where they are kept and which are nearest. Each call names the collections it may see. */
export interface VectorIndex {
  /** For people, such as `Qdrant at http://…`. */
  readonly place: string
  readonly way: 'vector' | 'bytes' | 'qdrant'
  /** True when each search compares all vectors of a collection. */
  readonly scans: boolean
  /** Prepares for vectors of so many numbers; may come again. */
  prepare(dimensions: number): Promise<void>
  /** Replaces what there is of the same pieces. */
  add(vectors: readonly ChunkVector[], options: { readonly signal: AbortSignal }): Promise<void>
  /** Nearest first. Empty before anything was added. */
  search(keys: readonly CollectionKey[], query: VectorQuery): Promise<readonly FoundChunk[]>
  remove(documentId: string): Promise<void>
  /** Has what belongs to `from` belong to `to`, where the store has not done so with the pieces; may come again. */
  adopt(from: string, to: string): Promise<void>
  /** Forgets everything, to be prepared for other vectors. */
  clear(): Promise<void>
}

export interface ChunkVector extends CollectionKey {
  readonly chunkId: string
  readonly documentId: string
  /** Of length 1. */
  readonly vector: Float32Array
}

export interface VectorQuery {
  readonly vector: Float32Array
  readonly limit: number
  readonly signal: AbortSignal
}
