import type { ErrorCode } from './errors.ts'
import type { Passage } from './messages.ts'

/** Names one collection of documents; nobody reads one that the server did not bind for them. */
export interface CollectionKey {
  readonly bot: string
  /**
   * `bot`: shared by all who speak to the bot. A subject such as `user:7`: that person's own. `chat:<channel>:<key>`: a
   * group's.
   */
  readonly owner: string
}

/** The owner of what everybody who speaks to a bot may read. */
export const SHARED = 'bot'

/** Who is served where: what decides which collections are theirs. */
export interface DocumentPlace {
  readonly bot: string
  readonly subject: string
  readonly conversation: { readonly channel: string; readonly key: string }
  /** Several people speak there: documents belong to the conversation, not to one of them. */
  readonly group: boolean
}

/** Which collections of a place: what the operator gave the bot, what the person (in a group, the group) did, or both. */
export type DocumentScope = 'bot' | 'person'

/** The documents of one place: they take no user as an argument, so nobody else's can be reached through them. */
export interface BoundDocuments {
  /** The person's own, or the group's. */
  readonly own: DocumentCollection
  /** What the operator gave the bot. */
  readonly shared: Pick<DocumentCollection, 'list' | 'get' | 'textOf' | 'stats'>
  /** The passages that fit best, best first. */
  search(query: string, options: BoundSearch): Promise<readonly FoundPassage[]>
}

export interface SearchOptions {
  readonly limit: number
  readonly signal: AbortSignal
}

export interface BoundSearch extends SearchOptions {
  readonly of: readonly DocumentScope[]
}

/** A section of a document that may answer a question. */
export interface FoundPassage extends Passage {
  readonly id: string
  readonly documentId: string
  /** Higher is better; compare only those of one search. */
  readonly score: number
}

/** The documents of one owner. Names are compared exactly; a document of another collection is as good as none. */
export interface DocumentCollection {
  /**
   * Takes a document in: checks it, stores it and has it read in the background (see `follow`). The version before it of
   * the same name answers until the new one is ready. Throws `document_type_unknown`, `document_too_large`,
   * `document_empty` or `collection_full`.
   */
  add(document: NewDocument): Promise<AddedDocument>
  /** Fetches a web page or file and adds it under its address. Also throws `address_refused` and `address_unreadable`. */
  addUrl(url: string, options: { readonly signal: AbortSignal }): Promise<AddedDocument>
  /** By name; versions that wait or failed are told as such. */
  list(): Promise<readonly DocumentInfo[]>
  /** By its name, or else by its id. */
  get(nameOrId: string): Promise<DocumentInfo | undefined>
  /** False when there is no such document. */
  delete(nameOrId: string): Promise<boolean>
  /** Deletes all; resolves with how many there were. */
  clear(): Promise<number>
  /** What was read of a ready document, cut to `maxCharacters`. Throws `document_not_found`. */
  textOf(nameOrId: string, options: { readonly maxCharacters: number }): Promise<string>
  stats(): Promise<CollectionStats>
  /** How the work on a document goes on, each change once, until it is ready or has failed, or `signal` aborts. */
  follow(id: string, options: { readonly signal: AbortSignal }): AsyncIterable<DocumentProgress>
}

export interface NewDocument {
  /** As people call it; opened nowhere. Of a path the last part is kept. */
  readonly name: string
  /** The folders in the name belong to it: `a/read.me` and `b/read.me` are two documents. Default false. */
  readonly keepFolders?: boolean
  readonly bytes: Uint8Array
  /** What the other side says it is, such as `text/html`; the content decides first. Default: unknown. */
  readonly contentType?: string
  /** Where readers find it; citations carry it. Default: none. */
  readonly url?: string
}

/** What became of an added document. `unchanged`: the same bytes are there already, perhaps under another name. */
export interface AddedDocument {
  readonly outcome: 'new' | 'replaced' | 'unchanged'
  /** The one that is there already when `unchanged`. */
  readonly document: DocumentInfo
}

export type DocumentType = 'txt' | 'md' | 'html' | 'pdf' | 'docx' | 'epub' | 'csv'

export type DocumentStatus = 'queued' | 'reading' | 'indexing' | 'ready' | 'failed'

export interface DocumentProgress {
  readonly status: DocumentStatus
  /** Of the whole work: 0 to 1. */
  readonly progress: number
  /** Why it failed. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

export interface DocumentInfo extends DocumentProgress {
  readonly id: string
  readonly name: string
  readonly type: DocumentType
  readonly url: string | null
  /** In bytes. */
  readonly size: number
  /** Of the bytes, in hexadecimal. */
  readonly sha256: string
  /** Sections that answers are made from, and the pieces they are found by; 0 until it was read. */
  readonly passages: number
  readonly chunks: number
  readonly tokens: number
  readonly addedAt: Date
}

export interface CollectionStats {
  readonly documents: number
  readonly bytes: number
  readonly passages: number
  readonly chunks: number
  /** Changes with everything that can change an answer; what caches key by. */
  readonly version: number
}
