import type { BoundDocuments } from '../documents.ts'
import type { Passage } from '../messages.ts'

/** The door of the knowledge room: where a bot looks before it answers. */
export interface Knowledge {
  /** Changes when what can be found changes; part of the revision hash. */
  readonly version: string
  /** The passages that fit `query` best, best first; empty when none fits. */
  search(query: string, options: KnowledgeSearch): Promise<readonly Passage[]>
}

export interface KnowledgeSearch {
  readonly limit: number
  readonly signal: AbortSignal
  /** The documents of who asks and of the bot, bound by the server. */
  readonly documents?: BoundDocuments
}
