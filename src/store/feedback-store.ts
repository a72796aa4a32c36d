import type { FeedbackCount, FeedbackReport } from '../feedback.ts'

/** What people think of answers, under the channel's own ids of them. */
export interface Feedback {
  /** Remembers which turn a channel's id of an answer stands for; the last one wins. */
  link(reference: AnswerReference): Promise<void>
  /** Keeps or takes back one word of one person on one answer; saying it again changes nothing. Returns what it is about. */
  record(report: FeedbackReport): Promise<FeedbackTarget>
  /** Counts by bot, revision and word, of all bots or one; the newest revision first. */
  count(options?: { readonly bot?: string }): Promise<readonly FeedbackCount[]>
}

export interface AnswerReference {
  readonly bot: string
  readonly channel: string
  readonly reference: string
  readonly turnId: string
}

/** Both null when the answer is not known here. */
export interface FeedbackTarget {
  readonly turnId: string | null
  readonly revision: string | null
}
