import type { ColumnType, Generated } from 'kysely'
import type { BigId } from './schema-columns.ts'

/** The tables of chatbots that are data, and of guests, as the queries see them. */
export interface ChatbotTables {
  chatbots: ChatbotTable
  chatbot_revisions: ChatbotRevisionTable
  chatbot_changes: ChatbotChangeTable
  chatbot_usage: ChatbotUsageTable
  guest_messages: GuestMessageTable
}

export interface ChatbotTable {
  /** A UUID, or 24 hexadecimal digits, in lower case. */
  readonly id: string
  /** The account it belongs to; null when it is the server's. */
  readonly owner: number | null
  /** JSON text. */
  readonly draft: string
  /** One more with every change. */
  readonly version: Generated<number>
  /** The number of the revision that answers; null before the first. */
  readonly published: number | null
  readonly tokens_per_day: ColumnType<string | null, number | null, number | null>
  readonly tokens_per_month: ColumnType<string | null, number | null, number | null>
  readonly archived_at: Date | null
  readonly created_at: Generated<Date>
  readonly updated_at: Generated<Date>
}

export interface ChatbotRevisionTable {
  readonly chatbot_id: string
  readonly number: number
  /** The hash that turns name. */
  readonly revision: string
  /** JSON text; never changed. */
  readonly definition: string
  readonly published_by: string
  readonly published_at: Generated<Date>
  /** The revision that was published again. */
  readonly from_number: number | null
}

export interface ChatbotChangeTable {
  readonly id: BigId
  readonly chatbot_id: string
  readonly version: number
  readonly action: string
  /** JSON text. */
  readonly detail: string
  readonly changed_by: string
  readonly changed_at: Generated<Date>
}

/** What a chatbot used on a day in UTC. */
export interface ChatbotUsageTable {
  readonly chatbot_id: string
  readonly day: Date
  readonly tokens: string
  readonly turns: number
}

/** Messages that somebody sent without signing in: of a session or of an address. */
export interface GuestMessageTable {
  readonly bot: string
  readonly guest: string
  readonly used: number
  /** When the first of them came. */
  readonly since: Generated<Date>
}
