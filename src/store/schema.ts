import type { Generated } from 'kysely'
import type { ErrorCode } from '../errors.ts'
import type { BitrixOAuthStateTable, BitrixPortalTable } from './schema-bitrix.ts'
import type { ChatbotTables } from './schema-chatbots.ts'
import type { BigId, Created } from './schema-columns.ts'
import type { DocumentTables } from './schema-documents.ts'
import type { LaneSchema } from './schema-lanes.ts'
import type { RolloutSchema } from './schema-rollouts.ts'
import type { TurnOutcome } from './store.ts'

/** The tables as the queries see them. `schema-list.ts` says the same to `verifySchema`. */
export interface Schema extends LaneSchema, ChatbotTables, DocumentTables, RolloutSchema {
  conversations: ConversationTable
  messages: MessageTable
  turns: TurnTable
  turn_events: TurnEventTable
  metrics_start: MetricsStartTable
  users: UserTable
  ended_tokens: EndedTokenTable
  identities: IdentityTable
  link_codes: LinkCodeTable
  tasks: TaskTable
  notifications: NotificationTable
  time_zones: TimeZoneTable
  task_owners: TaskOwnerTable
  turn_references: TurnReferenceTable
  feedback: FeedbackTable
  channel_notes: ChannelNoteTable
  bitrix_portals: BitrixPortalTable
  bitrix_oauth_states: BitrixOAuthStateTable
  company_records: CompanyRecordTable
  company_usage: CompanyUsageTable
  answer_files: AnswerFileTable
}

export interface ConversationTable {
  readonly id: string
  readonly bot: string
  readonly channel: string
  readonly key: string
  readonly subject: string
  readonly created_at: Created
  readonly updated_at: Generated<Date>
}

export interface MessageTable {
  readonly id: string
  readonly conversation_id: string
  /** Order of the messages; gaps mean nothing. */
  readonly position: BigId
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly created_at: Created
  /** The turn it belongs to; null in what older versions stored. */
  readonly turn_id: string | null
}

export interface TurnTable {
  readonly id: string
  readonly conversation_id: string
  readonly bot: string
  readonly channel: string
  readonly subject: string
  readonly revision: string
  readonly model: string
  /** Null while the turn runs. */
  readonly outcome: TurnOutcome | null
  readonly error_code: ErrorCode | null
  readonly first_token_ms: number | null
  readonly duration_ms: number | null
  readonly input_tokens: Generated<number>
  readonly output_tokens: Generated<number>
  readonly steps: Generated<number>
  readonly tool_calls: Generated<number>
  readonly started_at: Generated<Date>
  readonly ended_at: Date | null
  readonly owner: string
  readonly lease_until: Date
  readonly stop_requested_at: Date | null
  readonly first_audio_ms: number | null
  readonly audio_chunks: Generated<number>
  /** Of the answer, as are `characters`. */
  readonly words: Generated<number>
  readonly characters: Generated<number>
  /** How long tools ran, added up. */
  readonly tool_ms: Generated<number>
  /** How long the message waited in its lane; null when the turn began at once. */
  readonly queue_ms: number | null
}

/** One row at most: when the numbers were last reset. */
export interface MetricsStartTable {
  readonly one: Generated<boolean>
  readonly since: Date
}

export interface TurnEventTable {
  readonly turn_id: string
  readonly first_seq: number
  readonly last_seq: number
  /** JSON text of `LoggedEvent[]`; text because jsonb refuses `\u0000`. */
  readonly events: string
}

export interface UserTable {
  readonly id: Generated<number>
  /** In lower case; null for people whom another issuer's tokens brought. */
  readonly email: string | null
  readonly name: string
  /** Argon2id; null when the person cannot sign in with a password. */
  readonly password_hash: string | null
  readonly role: Generated<'user' | 'operator' | 'admin'>
  readonly created_at: Created
  readonly updated_at: Generated<Date>
}

/** Tokens that were signed out before they expired. */
export interface EndedTokenTable {
  readonly id: string
  readonly expires_at: Date
}

/** A subject of a channel, such as `telegram:123`, and the user it belongs to. */
export interface IdentityTable {
  readonly subject: string
  readonly user_id: number
  readonly created_at: Created
}

export interface LinkCodeTable {
  /** SHA-256 of the code, in hex. */
  readonly hash: string
  readonly user_id: number
  readonly expires_at: Date
}

export interface TaskTable {
  readonly id: BigId
  readonly subject: string
  readonly title: string
  readonly description: string | null
  readonly completed: boolean
  readonly priority: 'none' | 'low' | 'medium' | 'high'
  readonly tags: readonly string[]
  /** JSON text of `StoredRecurrence`. */
  readonly recurrence: string | null
  /** Noon UTC of the day when `due_all_day`. */
  readonly due_at: Date | null
  readonly due_all_day: boolean
  readonly reminder_offset_minutes: number | null
  /** When the person is still to be reminded. */
  readonly remind_at: Date | null
  /** The task whose completion made this one. */
  readonly parent_task_id: string | null
  readonly created_at: Created
  readonly updated_at: Generated<Date>
}

export interface NotificationTable {
  readonly id: BigId
  readonly subject: string
  readonly task_id: string
  readonly message: string
  readonly read: Generated<boolean>
  /** Handed to the job that tells it where the person last spoke. */
  readonly announced: Generated<boolean>
  readonly created_at: Created
}

/** A row to be locked while one of somebody's tasks is added. */
export interface TaskOwnerTable {
  readonly subject: string
}

export interface TimeZoneTable {
  readonly subject: string
  readonly time_zone: string
}

/** How a channel calls an answer. */
export interface TurnReferenceTable {
  readonly bot: string
  readonly channel: string
  readonly reference: string
  readonly turn_id: string
  readonly created_at: Generated<Date>
}

export interface FeedbackTable {
  readonly id: BigId
  readonly bot: string
  readonly channel: string
  readonly reference: string
  readonly subject: string
  readonly kind: 'reaction' | 'feedback'
  readonly value: string
  readonly turn_id: string | null
  readonly revision: string | null
  readonly created_at: Created
}

export interface ChannelNoteTable {
  readonly channel: string
  readonly key: string
  readonly value: string
  readonly updated_at: Generated<Date>
}

export interface CompanyRecordTable {
  readonly service: string
  readonly query: string
  /** JSON; null: there was nothing to find. */
  readonly body: string | null
  readonly fetched_at: Generated<Date>
  readonly expires_at: Date
}

export interface CompanyUsageTable {
  readonly day: Date
  readonly used: number
}

export interface AnswerFileTable {
  /** The hash of what its address says. */
  readonly id: string
  readonly subject: string
  readonly name: string
  readonly content_type: string
  readonly bytes: Buffer
  readonly created_at: Created
  readonly expires_at: Date
}
