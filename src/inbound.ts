import type { Answer, ConversationKey, ConverseRequest } from './conversation.ts'

/** A value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A message of a channel that acknowledges first and answers later (Telegram, Bitrix24). Stored as it is. */
export interface InboundMessage {
  readonly conversation: ConversationKey
  /** The channel's own id of the event: with channel and bot the key by which a redelivery is recognised. */
  readonly externalId: string
  /** Who wrote it; tools scope their rows by it. */
  readonly subject: string
  /** What the person said; empty when the message holds only attachments. */
  readonly text: string
  /** What only the channel reads: where to answer, language, attachments. */
  readonly detail: Json
}

/**
 * What becomes of messages that arrive while one is being answered: each is answered in turn (`queue`), all that
 * waited are answered together (`merge`), or, beyond that, a new one restarts a turn that has neither spoken nor used
 * a tool yet (`steer`). Only messages of the same subject are ever answered together, at most 20.
 */
export type TurnPolicy = 'queue' | 'merge' | 'steer'

/** How a channel answers what it accepted. */
export interface InboxHandler {
  readonly turnPolicy: TurnPolicy
  /**
   * False for a message that is never answered together with others, such as a command; of `first`, when that is given,
   * whether it may be answered together with that one and those that joined it.
   */
  joins(message: InboundMessage, first?: InboundMessage): boolean
  /**
   * False for a message that this server cannot answer, since its bot is unknown here: servers that have it are left
   * to do so, for an hour. Default: true.
   */
  serves?(message: InboundMessage): boolean
  /**
   * Answers the messages, delivery included. Called in the order of arrival, one call a conversation at a time, on
   * one replica. After a crash it is called again for the same messages: `work.converse` then gives the stored
   * answer or runs the turn anew, and `work.outbox` knows what was sent. A thrown retryable `AppError` (its
   * `retryAfterMs` obeyed) or any other error is tried again with back-off, then the messages go to the dead
   * letters; to give up at once, throw an `AppError` that is not retryable.
   */
  handle(work: MessageWork): Promise<void>
}

/** One call of an inbox handler. */
export interface MessageWork {
  /** Stable over retries; the id of the turn. A UUID. */
  readonly id: string
  /** The oldest first; more than one only under `merge` and `steer`. */
  readonly messages: readonly [InboundMessage, ...InboundMessage[]]
  /** Counts from 1. */
  readonly attempt: number
  /** True when a failure of this attempt sends the messages to the dead letters: the time to tell the person. */
  readonly lastAttempt: boolean
  /** Aborts when the lane is lost, steered anew, or handed over at a shutdown; the handler then ends soon, without effects. */
  readonly signal: AbortSignal
  /** Answers as `Host.converse` does, once: a finished answer is read again, an unfinished one is run anew. */
  converse(
    request: Omit<ConverseRequest, 'messageId' | 'signal' | 'readerLeft' | 'takeOver' | 'waitedMs'>,
  ): Promise<Answer>
  readonly outbox: Outbox
}

/**
 * The ledger of what is delivered for one piece of work, part by part (a long answer has several). A part is placed
 * once, as a placeholder whose id is recorded, and then filled, which may be repeated without harm. A crash
 * between sending a placeholder and recording its id is recorded as ambiguous; a new placeholder is then placed.
 */
export interface Outbox {
  /**
   * The channel's id of the message for this part: the recorded one, or that of the placeholder `send` sends now. An
   * `AppError` from `send` says that the other side took nothing; after any other error that is open, and the next
   * attempt counts as ambiguous. Throws `interrupted` when the lane is lost.
   */
  place(part: number, send: () => Promise<string>): Promise<string>
  /**
   * Records the final content of a placed part, puts it there with `edit`, and confirms the part. Does nothing when it
   * is confirmed. Throws `interrupted` when the lane is lost.
   */
  fill(part: number, content: Json, edit: (externalId: string) => Promise<void>): Promise<void>
  /** Records that the other side refuses the rest for good (a blocked bot, a chat that is gone); `reason` for operators. */
  refuse(reason: string): Promise<void>
}
