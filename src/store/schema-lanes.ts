import type { Generated } from 'kysely'
import type { DeliveryState, InboxOutcome } from './inbox-store.ts'
import type { BigId, Created } from './schema-columns.ts'

/** The tables of lanes, of the messages in them, and of what is delivered for them. */
export interface LaneSchema {
  lanes: LaneTable
  lane_items: LaneItemTable
  lane_dead_items: LaneDeadItemTable
  inbox_messages: InboxMessageTable
  deliveries: DeliveryTable
}

interface LaneTable {
  readonly queue: string
  readonly key: string
  /** When the lane may be claimed: the run time of its next item, the end of a back-off, or of a lease. */
  readonly due_at: Date
  /** A new one with every claim; a worker with another token has lost the lane. */
  readonly token: Generated<string>
  readonly leased: Generated<boolean>
  readonly attempts: Generated<number>
  readonly last_error: string | null
}

interface LaneItemTable {
  readonly id: BigId
  readonly queue: string
  readonly key: string
  readonly dedupe: string | null
  /** JSON text. */
  readonly payload: string
  readonly run_at: Generated<Date>
  readonly created_at: Created
}

interface LaneDeadItemTable {
  readonly id: string
  readonly queue: string
  readonly key: string
  readonly dedupe: string | null
  readonly payload: string
  readonly attempts: number
  readonly last_error: string | null
  readonly created_at: Date
  readonly died_at: Generated<Date>
}

export interface InboxMessageTable {
  readonly id: string
  readonly channel: string
  readonly bot: string
  readonly external_id: string
  readonly conversation_key: string
  readonly subject: string
  readonly text: string
  /** JSON text. */
  readonly detail: string
  readonly accepted_at: Created
  /** The first of the messages answered together, whose id is also that of the turn. */
  readonly answered_with: string | null
  /** Null while the message waits or is worked on. */
  readonly outcome: InboxOutcome | null
  readonly finished_at: Date | null
  readonly error: string | null
  /** JSON text of `WorkOrigin`: the request that brought it. */
  readonly trace: string | null
}

interface DeliveryTable {
  readonly message_id: string
  readonly part: number
  readonly state: DeliveryState
  /** The channel's id of what was sent. */
  readonly external_id: string | null
  /** JSON text. */
  readonly content: string | null
  /** How often it is unknown whether a placeholder was sent. */
  readonly ambiguous: Generated<number>
  readonly attempts: Generated<number>
  readonly last_error: string | null
  readonly created_at: Created
  readonly updated_at: Generated<Date>
}
