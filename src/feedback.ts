/** What a person thinks of an answer, as a channel hears of it. */
export interface FeedbackReport {
  readonly bot: string
  readonly channel: string
  /** The channel's own id of the answer, as given with the question. */
  readonly reference: string
  /** Who says it. */
  readonly subject: string
  readonly kind: 'reaction' | 'feedback'
  /** The channel's word, such as `like`. */
  readonly value: string
  /** The person took it back. */
  readonly removed?: boolean
}

/** How often people said something of the answers of one revision. */
export interface FeedbackCount {
  readonly bot: string
  /** Null: of answers that are not known here. */
  readonly revision: string | null
  readonly kind: FeedbackReport['kind']
  readonly value: string
  readonly count: number
}

/** What a channel remembers over restarts, for all replicas: small texts under keys of its own. */
export interface ChannelNotes {
  read(channel: string, key: string): Promise<string | undefined>
  write(channel: string, key: string, value: string): Promise<void>
}
