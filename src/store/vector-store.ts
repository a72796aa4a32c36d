import type { CollectionKey } from '../documents.ts'
import type { StoredHit } from './document-store.ts'

/**
 * Vectors of pieces, in the database. `exact` and `indexed` search in the database, by pgvector; where it is missing,
 * vectors are kept as bytes, and whoever searches reads them.
 */
export interface VectorStore {
  /** Whether pgvector's own index is made, so that a search need not compare all vectors. */
  readonly indexed: boolean
  /** Whether this database has pgvector, 0.8 or newer. */
  hasVectorType(): Promise<boolean>
  /** Which embedder the stored vectors are of, wherever they are kept; undefined before the first. */
  space(): Promise<VectorSpace | undefined>
  /** Makes room for vectors of an embedder. Resolves with the space there is, also when another was first. */
  prepare(space: VectorSpace): Promise<VectorSpace>
  /** Forgets all vectors and their space. */
  clear(): Promise<void>
  /** Pieces that are gone meanwhile are left out. */
  add(vectors: readonly NewVector[], way: VectorSpace['way']): Promise<void>
  remove(documentId: string): Promise<void>
  /** Nearest first, by pgvector. */
  search(keys: readonly CollectionKey[], vector: Float32Array, limit: number): Promise<readonly StoredHit[]>
  /** Of the way `bytes`, in parts by id. */
  read(key: CollectionKey, options: ReadVectors): Promise<readonly StoredVector[]>
  /** Pieces of ready documents in the order of their ids, to embed them again. */
  chunks(options: ReadVectors): Promise<readonly ChunkToEmbed[]>
}

export interface VectorSpace {
  readonly embedder: string
  readonly dimensions: number
  /** `vector`: pgvector. `bytes`: bytes in the database. `qdrant`: there. */
  readonly way: 'vector' | 'bytes' | 'qdrant'
}

export interface NewVector {
  readonly chunkId: string
  /** Of length 1. */
  readonly vector: Float32Array
}

export interface StoredVector {
  readonly chunkId: string
  /** As `toVectorBytes` writes it. */
  readonly bytes: Uint8Array
}

export interface ReadVectors {
  readonly after: string
  readonly limit: number
}

export interface ChunkToEmbed extends CollectionKey {
  readonly id: string
  readonly documentId: string
  /** The path of headings; empty when there is none. */
  readonly heading: string
  readonly text: string
}

/** Finds pieces by their words, and knows how rare words are. */
export interface WordStore {
  /**
   * Pieces of ready documents that hold one of the words, those with the greatest sum of weights first. Each word is
   * looked for in any form; of a word that is everywhere only `most` pieces are looked at.
   */
  find(keys: readonly CollectionKey[], query: WordQuery): Promise<readonly PieceOfText[]>
  /** The texts of pieces, in the collections named only, in any order. */
  texts(keys: readonly CollectionKey[], chunkIds: readonly string[]): Promise<readonly PieceOfText[]>
  /** Counters of a bot's terms, with a number that changes with them. Undefined when `version` is still the newest. */
  counts(bot: string, version: string): Promise<StoredCounts | undefined>
  /** Replaces the counters by what `merge` makes of them; one at a time for each bot. */
  changeCounts(bot: string, merge: (counts: Uint8Array | undefined) => Uint8Array): Promise<void>
}

export interface WordQuery {
  readonly words: readonly { readonly text: string; readonly weight: number }[]
  readonly most: number
  readonly limit: number
}

export interface PieceOfText {
  readonly chunkId: string
  /** With the path of headings in front. */
  readonly text: string
}

export interface StoredCounts {
  readonly version: string
  /** Undefined when the bot has read nothing yet. */
  readonly counts: Uint8Array | undefined
}
