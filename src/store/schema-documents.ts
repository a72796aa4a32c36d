import type { ColumnType, Generated } from 'kysely'
import type { DocumentStatus, DocumentType } from '../documents.ts'
import type { ErrorCode } from '../errors.ts'
import type { BigId, Created } from './schema-columns.ts'
import type { VectorSpace } from './vector-store.ts'

/** The tables of documents and of what is searched in them, as the queries see them. */
export interface DocumentTables {
  document_collections: DocumentCollectionTable
  documents: DocumentTable
  document_contents: DocumentContentTable
  passages: PassageTable
  chunks: ChunkTable
  vector_space: VectorSpaceTable
  term_counts: TermCountTable
}

export interface DocumentCollectionTable {
  readonly bot: string
  readonly owner: string
  /** Changes with everything that can change an answer. */
  readonly version: Generated<string>
}

export interface DocumentTable {
  readonly id: string
  readonly bot: string
  readonly owner: string
  readonly name: string
  readonly type: DocumentType
  readonly url: string | null
  readonly sha256: string
  readonly size: ColumnType<string, number, never>
  /** `removed`: nobody sees it any more; what is left of it is being deleted. */
  readonly status: Generated<DocumentStatus | 'removed'>
  readonly progress: Generated<number>
  readonly error_code: ErrorCode | null
  readonly error: string | null
  readonly attempts: Generated<number>
  /** A new one with every attempt; whoever holds another has lost the document. */
  readonly run: string | null
  /** Pieces that the indexes beside the full text have, in their order. */
  readonly indexed: Generated<number>
  readonly passages: Generated<number>
  readonly chunks: Generated<number>
  readonly tokens: ColumnType<string, number | undefined, number>
  readonly added_at: Created
  readonly changed_at: Generated<Date>
}

/** What was given, in parts of at most 1 MiB; deleted when the document is ready or has failed. */
export interface DocumentContentTable {
  readonly document_id: string
  readonly part: number
  readonly bytes: Buffer
}

export interface PassageTable {
  readonly document_id: string
  readonly position: number
  /** The path of headings, such as `Install > Docker`; empty when there is none. */
  readonly heading: string
  readonly text: string
  readonly tokens: number
}

export interface ChunkTable {
  readonly id: BigId
  readonly document_id: string
  readonly position: number
  /** The position of the passage it is a piece of. */
  readonly passage: number
  readonly bot: string
  readonly owner: string
  readonly heading: string
  readonly text: string
  readonly lexemes: ColumnType<string, never, never>
}

/** One row at most: what the stored vectors are of. */
export interface VectorSpaceTable {
  readonly one: boolean
  readonly embedder: string
  readonly dimensions: number
  readonly way: VectorSpace['way']
}

export interface TermCountTable {
  readonly bot: string
  readonly version: Generated<string>
  /** As `TermCounts` of the knowledge room writes them. */
  readonly counts: Buffer
}
