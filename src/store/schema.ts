import type { ColumnType, Generated } from 'kysely'
import type { DocumentStatus, DocumentType } from '../documents.ts'
import type { ErrorCode } from '../errors.ts'
import type { ChatbotTables } from './schema-chatbots.ts'
import type { LaneSchema } from './schema-lanes.ts'
import type { RolloutSchema } from './schema-rollouts.ts'
import type { TurnOutcome } from './store.ts'
import type { BitrixOAuthStateTable, BitrixPortalTable } from './schema-bitrix.ts'
import type { VectorSpace } from './vector-store.ts'

/** The tables as the queries see them. `schema-list.ts` says the same to `verifySchema`. */
export interface Schema extends LaneSchema, ChatbotTables, RolloutSchema {
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
  document_collections: DocumentCollectionTable
  documents: DocumentTable
  document_contents: DocumentContentTable
  passages: PassageTable
  chunks: ChunkTable
  vector_space: VectorSpaceTable
  term_counts: TermCountTable
  bitrix_portals: BitrixPortalTable
  bitrix_oauth_states: BitrixOAuthStateTable
  company_records: CompanyRecordTable
  company_usage: CompanyUsageTable
  answer_files: AnswerFileTable
}

type Created = ColumnType<Date, Date | undefined, never>
/** A 64-bit number; the driver gives it as text, which loses nothing. */
type BigId = ColumnType<string, never, never>

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
