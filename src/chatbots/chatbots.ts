import type { ServedBot, ServedBots } from '../served-bot.ts'
import type { ChatbotNote, DailyUsage, RevisionInfo, TokenQuota, TokenUsage } from '../store/store.ts'
import type { ChatbotFields } from './chatbot-fields.ts'

export type { ChatbotFields } from './chatbot-fields.ts'

/** The door of the chatbots room: bots that are data, made and changed while the server runs. */
export interface Chatbots {
  /** What answers now. `find` gives the published revision of a chatbot, `list` those of all that are not archived. */
  readonly served: ServedBots
  /**
   * A published revision by its hash, the newest of that hash, also when another answers now; undefined when the
   * chatbot never had it, or its model cannot be had any more. Remembered, so asking again costs nothing.
   */
  revision(id: string, hash: string): Promise<ServedBot | undefined>
  /** Throws `chatbot_quota_exhausted` when the bot has used up its tokens; bots in code have no quota. */
  admit(bot: string): Promise<void>
  /** The chatbots as somebody may see and change them. */
  as(actor: ChatbotActor): OwnChatbots
  /** Reads what other processes changed. Rejects when the database is away; what was read last stays. */
  refresh(): Promise<void>
}

/** Who manages chatbots. */
export interface ChatbotActor {
  /** As the history names them: `user:7`, or the role of a machine's token. */
  readonly name: string
  /** The account that what they make belongs to; null for a machine's token. */
  readonly account: number | null
  /** Sees everybody's chatbots, sets quotas and makes chatbots for others; else only what belongs to the account. */
  readonly unrestricted: boolean
}

/** Management for one actor: what is not theirs does not exist here. */
export interface OwnChatbots {
  list(filter: ChatbotListFilter): Promise<readonly Chatbot[]>
  /** Throws `chatbot_invalid`, `chatbot_id_taken`, or `forbidden` when it is made for another account. */
  create(fields: unknown, options?: NewChatbotOptions): Promise<Chatbot>
  /** Throws `chatbot_not_found`, as all below. */
  get(id: string): Promise<Chatbot>
  /** Puts another draft in the place of the one that was read. Throws `chatbot_invalid` or `chatbot_changed`, as all below. */
  replace(place: ChatbotVersion, fields: unknown): Promise<Chatbot>
  /** Changes fields of the draft; null removes one. */
  change(place: ChatbotVersion, fields: Readonly<Record<string, unknown>>): Promise<Chatbot>
  /** Has the draft answer from now on. Also throws when its model cannot be had. */
  publish(place: ChatbotVersion): Promise<Chatbot>
  /** Publishes an earlier revision again, under a new number; the draft stays. Throws `chatbot_revision_not_found`. */
  rollBack(place: ChatbotVersion, number: number): Promise<Chatbot>
  /** Archived, it answers nobody; everything of it stays. */
  setArchived(place: ChatbotVersion, archived: boolean): Promise<Chatbot>
  /** Throws `forbidden` when the actor may not. */
  setQuota(place: ChatbotVersion, quota: TokenQuota): Promise<Chatbot>
  revisions(id: string): Promise<readonly RevisionInfo[]>
  revision(id: string, number: number): Promise<ChatbotRevision>
  history(id: string, limit: number): Promise<readonly ChatbotNote[]>
  usage(id: string, days: number): Promise<ChatbotUsage>
}

export interface NewChatbotOptions {
  /** A UUID, or 24 hexadecimal digits. Default: a new UUID. */
  readonly id?: string | undefined
  /** The account it belongs to. Default: the actor's own. */
  readonly owner?: number | undefined
}

export interface ChatbotListFilter {
  readonly archived: boolean
  readonly limit: number
  readonly offset: number
}

/** A chatbot as somebody has read it. */
export interface ChatbotVersion {
  readonly id: string
  /** Undefined: whatever it is now. */
  readonly version: number | undefined
}

export interface Chatbot extends TokenQuota {
  readonly id: string
  readonly owner: number | null
  readonly version: number
  /** The number of the revision that answers; null before the first. */
  readonly published: number | null
  readonly archived: boolean
  readonly draft: ChatbotFields
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ChatbotRevision extends RevisionInfo {
  readonly fields: ChatbotFields
}

export interface ChatbotUsage extends TokenUsage {
  /** What may be used; null: no limit. */
  readonly tokensPerDay: number | null
  readonly tokensPerMonth: number | null
  readonly days: readonly DailyUsage[]
}
