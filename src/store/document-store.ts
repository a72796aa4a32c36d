import type {
  CollectionKey,
  CollectionStats,
  DocumentInfo,
  DocumentProgress,
  DocumentStatus,
  DocumentType,
} from '../documents.ts'
import type { ErrorCode } from '../errors.ts'

/**
 * Documents, and the sections and pieces that answers are found in. Every call for people names the collections it may
 * see; a row of another is as good as none. `Run` names one attempt of the work on a document: what it writes is refused
 * once another attempt has begun or the document is gone.
 */
export interface DocumentStore {
  /** In one commit, one at a time for each collection; a version of the same name that is not ready yet is replaced. */
  add(key: CollectionKey, document: GivenDocument, limits: CollectionLimits): Promise<StoredAddition>
  list(key: CollectionKey): Promise<readonly DocumentInfo[]>
  /** By name, the ready version first, or by id. */
  find(key: CollectionKey, nameOrId: string): Promise<DocumentInfo | undefined>
  /** All versions of the document at once disappear. False when there is none. */
  remove(key: CollectionKey, nameOrId: string): Promise<boolean>
  clear(key: CollectionKey): Promise<number>
  stats(key: CollectionKey): Promise<CollectionStats>
  /**
   * In one commit: what `from` owns, of whichever bot, belongs to `to`, with its pieces and the vectors in the database. What
   * `to` has word for word is removed; a name that `to` has used gets a number. Resolves with the documents that are not
   * ready yet, to be read from their begin.
   */
  adopt(from: string, to: string): Promise<readonly (CollectionKey & { readonly id: string })[]>
  /** What was read of a document, from its begin. Undefined when there is no ready one of that name or id. */
  textOf(key: CollectionKey, nameOrId: string, maxCharacters: number): Promise<string | undefined>

  progress(id: string): Promise<DocumentProgress | undefined>
  /** Begins an attempt; undefined when there is nothing left to do. */
  begin(id: string): Promise<DocumentWork | undefined>
  content(id: string): Promise<Uint8Array>
  /** Forgets what earlier attempts have read. */
  restart(run: Run): Promise<boolean>
  setProgress(run: Run, status: DocumentStatus, progress: number): Promise<boolean>
  /** False, and nothing stored, when the attempt is not ours any more; so do the next ones. */
  addPassages(run: Run, passages: readonly NewPassage[]): Promise<boolean>
  /** Pieces in their order, from `position` on. */
  chunks(
    id: string,
    from: { readonly position: number; readonly limit: number },
  ): Promise<readonly StoredChunk[]>
  /** All pieces before `position` are in the further indexes. */
  markIndexed(run: Run, position: number, progress: number): Promise<boolean>
  /** In one commit: this version answers from now on, the one before it is removed. */
  publish(run: Run): Promise<boolean>
  fail(run: Run, error: { readonly code: ErrorCode; readonly message: string }): Promise<boolean>
  /** Documents on which nothing has happened for `idleMs`: to be worked on, or removed and not yet deleted. */
  unfinished(idleMs: number): Promise<readonly UnfinishedDocument[]>
  /** Removed documents of a collection. */
  removed(key: CollectionKey): Promise<readonly string[]>
  /** Deletes what is left of a removed document. */
  purge(id: string): Promise<void>

  /** Pieces that share words with the query, best first. */
  searchText(keys: readonly CollectionKey[], query: string, limit: number): Promise<readonly StoredHit[]>
  /** The sections around pieces, of ready documents in one of the collections only, in the order of the pieces. */
  passagesAround(
    keys: readonly CollectionKey[],
    chunkIds: readonly string[],
  ): Promise<readonly StoredPassage[]>
}

export interface GivenDocument {
  readonly name: string
  readonly type: DocumentType
  readonly url: string | null
  readonly sha256: string
  readonly bytes: Uint8Array
}

export interface CollectionLimits {
  readonly documents: number
  readonly bytes: number
}

export type StoredAddition =
  | { readonly outcome: 'new' | 'replaced' | 'unchanged'; readonly document: DocumentInfo }
  | { readonly outcome: 'too-many' }
  | { readonly outcome: 'too-big' }

export interface Run {
  readonly id: string
  readonly run: string
}

export interface DocumentWork extends Run, CollectionKey {
  readonly name: string
  readonly type: DocumentType
  /** Counts from 1. */
  readonly attempt: number
  /** The pieces are all stored; `indexed` of them are in the further indexes. */
  readonly read: boolean
  readonly indexed: number
  readonly chunks: number
}

export interface NewPassage {
  readonly position: number
  readonly heading: string
  readonly text: string
  readonly tokens: number
  readonly chunks: readonly NewChunk[]
}

export interface NewChunk {
  readonly position: number
  readonly heading: string
  readonly text: string
}

export interface StoredChunk extends NewChunk {
  readonly id: string
  readonly documentId: string
  readonly passage: number
  readonly bot: string
  readonly owner: string
}

export interface StoredHit {
  readonly chunkId: string
  readonly score: number
}

export interface StoredPassage {
  readonly chunkId: string
  readonly documentId: string
  readonly position: number
  readonly name: string
  readonly url: string | null
  /** The path of headings of the piece. */
  readonly heading: string
  readonly text: string
}

export interface UnfinishedDocument extends CollectionKey {
  readonly id: string
  readonly removed: boolean
}
