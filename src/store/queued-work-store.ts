import type { Json } from '../inbound.ts'

export type WorkState = 'waiting' | 'running' | 'dead'

/** An item of a queue as operators see it. */
export interface QueuedItem {
  readonly id: string
  readonly state: WorkState
  /** The lane it waits in; items of one come one after another. */
  readonly key: string
  readonly dedupe: string | null
  readonly payload: Json
  /** When it is due, or was given up. */
  readonly at: Date
  readonly createdAt: Date
  readonly attempts: number
  readonly error: string | null
}

/** What operators do to the items of one queue. */
export interface QueuedWork {
  /** Those that died last first, then those due first. */
  list(wish: {
    readonly states: readonly WorkState[]
    readonly limit: number
  }): Promise<readonly QueuedItem[]>
  find(id: string): Promise<QueuedItem | undefined>
  /** Puts a dead item back into its lane; false when there is none, or one of its name waits already. */
  retry(id: string): Promise<boolean>
  /** Deletes a dead item, or one that waits and does not run; false when there is none. */
  drop(id: string): Promise<boolean>
}
