import type { Passage } from '../messages.ts'

/** The door of the knowledge room: where a bot looks before it answers. */
export interface Knowledge {
  /** Changes when what can be found changes; part of the revision hash. */
  readonly version: string
  /** The passages that fit `query` best, best first; empty when none fits. */
  search(
    query: string,
    options: { readonly limit: number; readonly signal: AbortSignal },
  ): Promise<readonly Passage[]>
}
