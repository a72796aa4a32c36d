import type {
  BoundDocuments,
  CollectionKey,
  DocumentCollection,
  DocumentPlace,
  FoundPassage,
  SearchOptions,
} from '../documents.ts'

export type * from '../documents.ts'

/** The door of the documents: collections of bots, people and groups, and search over some of them. */
export interface Library {
  collection(key: CollectionKey): DocumentCollection
  /** Whole sections, each once, best first; only of the collections named. */
  search(
    keys: readonly CollectionKey[],
    query: string,
    options: SearchOptions,
  ): Promise<readonly FoundPassage[]>
  /** What those who speak at a place may use. */
  bind(place: DocumentPlace): BoundDocuments
  /**
   * Gives the documents of one subject to another, such as the account that a sender has linked. Resolves when they are
   * found there by their words; vectors outside the database follow in the background.
   */
  adopt(from: string, to: string): Promise<void>
}

/** A piece of a document that is searched; the section around it is what answers are made from. */
export interface Chunk {
  readonly id: string
  readonly documentId: string
  /** The position of the section in its document. */
  readonly passage: number
  readonly bot: string
  readonly owner: string
  /** The path of headings; empty when there is none. */
  readonly heading: string
  readonly text: string
}

/** Keeps what a further kind of search needs, such as vectors. Every call may come again for the same pieces. */
export interface Indexer {
  add(chunks: readonly Chunk[], options: { readonly signal: AbortSignal }): Promise<void>
  remove(documentId: string): Promise<void>
  /** Has the pieces of one owner belong to another. */
  adopt(from: string, to: string): Promise<void>
}

/** Finds pieces; it must look only into the collections named. Pieces of documents that are not ready are left out later. */
export interface ChunkSearcher {
  search(
    keys: readonly CollectionKey[],
    query: string,
    options: SearchOptions,
  ): Promise<readonly FoundChunk[]>
}

export interface FoundChunk {
  readonly chunkId: string
  readonly score: number
}
