/** Chatbots that are data. What may be done by whom is decided above; here every change is noted with who made it. */
export interface ChatbotStore {
  /** Undefined, and nothing stored, when the id is taken. */
  create(chatbot: NewChatbot): Promise<StoredChatbot | undefined>
  find(id: string): Promise<StoredChatbot | undefined>
  /** Newest first. */
  list(filter: ChatbotFilter): Promise<readonly StoredChatbot[]>
  /** In one commit with the note of it. Undefined, and nothing changed, when the chatbot is not at `version` any more. */
  change(place: ChatbotPlace, change: ChatbotChange): Promise<StoredChatbot | undefined>
  /** Publishes a revision under the next number, in one commit with the note of it. Undefined as for `change`. */
  publish(place: ChatbotPlace, revision: NewRevision): Promise<StoredChatbot | undefined>
  /** Newest first, without definitions. */
  revisions(id: string): Promise<readonly RevisionInfo[]>
  revision(id: string, number: number): Promise<StoredRevision | undefined>
  /** The newest revision of that hash. */
  revisionByHash(id: string, hash: string): Promise<StoredRevision | undefined>
  /** Newest first. */
  history(id: string, limit: number): Promise<readonly ChatbotNote[]>
  /**
   * Which chatbots that were ever published changed after `since`, or a little before it: a change may become visible
   * later than one that was made after it.
   */
  changes(since: Date | undefined): Promise<ChatbotChanges>
  /** What answers, of those that were ever published, the oldest first. */
  published(ids: readonly string[]): Promise<readonly PublishedChatbot[]>
  /** Tokens of the day and of the month, in UTC. */
  usage(id: string): Promise<TokenUsage>
  /** The last days with any use, newest first. */
  dailyUsage(id: string, days: number): Promise<readonly DailyUsage[]>
}

export interface NewChatbot {
  readonly id: string
  readonly owner: number | null
  /** JSON text. */
  readonly draft: string
  readonly by: string
}

export interface StoredChatbot extends TokenQuota {
  readonly id: string
  /** The account it belongs to; null when it is the server's. */
  readonly owner: number | null
  /** JSON text. */
  readonly draft: string
  readonly version: number
  /** The number of the revision that answers. */
  readonly published: number | null
  readonly archivedAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Most tokens in a day or month of UTC; null is as the settings say. */
export interface TokenQuota {
  readonly tokensPerDay: number | null
  readonly tokensPerMonth: number | null
}

export interface ChatbotFilter {
  /** Only those of this account. Default: all. */
  readonly owner?: number | undefined
  readonly archived: boolean
  readonly limit: number
  readonly offset: number
}

/** A chatbot as it was read, and who is about to change it. */
export interface ChatbotPlace {
  readonly id: string
  readonly version: number
  readonly by: string
}

export interface ChatbotChange {
  readonly action: 'changed' | 'quota' | 'archived' | 'restored'
  /** What was changed, for the history. */
  readonly detail: Readonly<Record<string, unknown>>
  /** JSON text. Default: as it was. */
  readonly draft?: string
  readonly quota?: TokenQuota
}

export interface NewRevision {
  readonly hash: string
  /** JSON text. */
  readonly definition: string
  /** The number of the revision that is published again. */
  readonly from: number | null
}

export interface RevisionInfo {
  readonly number: number
  readonly hash: string
  readonly publishedBy: string
  readonly publishedAt: Date
  readonly from: number | null
}

export interface StoredRevision extends RevisionInfo {
  readonly definition: string
}

export interface ChatbotNote {
  readonly version: number
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly by: string
  readonly at: Date
}

export interface ChatbotChanges {
  /** When they were looked for, on the database's clock: the next `since`. */
  readonly at: Date
  readonly changed: readonly Pick<StoredChatbot, 'id' | 'version'>[]
}

export interface PublishedChatbot extends TokenQuota {
  readonly id: string
  readonly version: number
  readonly archived: boolean
  readonly hash: string
  readonly definition: string
}

export interface TokenUsage {
  readonly today: number
  readonly month: number
}

export interface DailyUsage {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string
  readonly tokens: number
  readonly turns: number
}

/** Messages of people who have not signed in, counted by whatever names them. */
export interface GuestStore {
  /**
   * Counts a message for each of the guests and returns the highest count. A count begins anew `windowMs` after its
   * first message.
   */
  count(bot: string, guests: readonly string[], windowMs: number): Promise<number>
  /** Takes back a message that was not answered. */
  giveBack(bot: string, guests: readonly string[]): Promise<void>
  /** Deletes counts that began more than `olderThanMs` ago. */
  prune(olderThanMs: number): Promise<void>
}
