import type { InboundMessage, Json } from '../inbound.ts'
import type { LaneHold } from './lane-store.ts'

/** The queue of the lanes that hold inbound messages. */
export const INBOX_QUEUE = 'inbox'

/** Messages that were accepted to be answered later: one row each, which outlives its item in the lane. */
export interface Inbox {
  /**
   * In one commit: the rows, their lane items, their lanes; in the order given. True for those that are new, false
   * for those whose (channel, bot, external id) was accepted before.
   */
  accept(messages: readonly TracedMessage[]): Promise<readonly boolean[]>
  /** Whether a message with this (channel, bot, external id) was accepted. */
  has(message: Pick<InboundMessage, 'conversation' | 'externalId'>): Promise<boolean>
  /** The unfinished messages of a lane, the first one first. */
  waiting(laneKey: string, limit: number): Promise<readonly InboxMessage[]>
  /**
   * Records that the messages are answered together, by the turn `turnId`. False, and nothing recorded, when the lane
   * is lost or that turn has its answer already.
   */
  join(hold: LaneHold, ids: readonly string[], turnId: string): Promise<boolean>
  /** Ends messages, removes their items and frees the lane, in one commit. False when the lane is lost. */
  finish(hold: LaneHold, ids: readonly string[], end: InboxEnd): Promise<boolean>
  /** For operators, the newest first. */
  list(filter: InboxFilter): Promise<readonly InboxEntry[]>
  /** A message with its deliveries; undefined when there is none. */
  find(id: string): Promise<InboxEntry | undefined>
  /** Puts a dead message, and those that died with it, back in their lane in their place. Returns how many. */
  retry(id: string): Promise<number>
  /** Ends an unfinished or dead message without an answer; whoever works on it loses the lane. False when it has ended. */
  drop(id: string, reason: string): Promise<boolean>
  /** Deletes messages, and their deliveries, that ended more than `olderThanMs` ago. Returns how many. */
  prune(olderThanMs: number): Promise<number>
}

/** A message with the request that brought it. */
export interface TracedMessage extends InboundMessage {
  /** As text, see `describeWork`; absent when no request did. */
  readonly trace?: string | undefined
}

export type InboxOutcome = 'answered' | 'refused' | 'dead' | 'dropped'

export interface InboxEnd {
  readonly outcome: InboxOutcome
  readonly error: string | null
}

export interface InboxMessage extends InboundMessage {
  readonly id: string
  /** The first of the messages that are answered together; null while that is open. */
  readonly answeredWith: string | null
  readonly acceptedAt: Date
  /** The request that brought it, as text. */
  readonly trace: string | null
}

export type InboxState = 'waiting' | 'running' | InboxOutcome

export interface InboxFilter {
  readonly states: readonly InboxState[]
  readonly channel?: string
  readonly bot?: string
  readonly limit: number
}

export interface InboxEntry extends InboxMessage {
  readonly state: InboxState
  readonly finishedAt: Date | null
  /** How often it was begun; 0 for one that waits behind others, or has ended well. */
  readonly attempts: number
  readonly error: string | null
}

/** The ledger of deliveries, one row per message and part. What a worker records needs its lane. */
export interface Deliveries {
  /** Records that a placeholder is about to be sent, unless the part has one. Undefined when the lane is lost. */
  beginPlacing(part: HeldPart): Promise<PlacedPart | undefined>
  /** Records the channel's id of the placeholder. False when the lane is lost. */
  placed(part: HeldPart, externalId: string): Promise<boolean>
  /** Records that the other side took nothing. */
  notPlaced(part: HeldPart, error: string): Promise<void>
  /** Records the final content. Undefined when the lane is lost or the part has no placeholder. */
  beginFilling(part: HeldPart, content: Json): Promise<FilledPart | undefined>
  confirm(part: HeldPart): Promise<void>
  /** Records that the other side refuses the message for good; covers every part that is not confirmed. */
  refuse(hold: LaneHold, messageId: string, reason: string): Promise<void>
  /** For operators, the one that changed last first. */
  list(filter: DeliveryFilter): Promise<readonly Delivery[]>
  /**
   * Lets an ended message be delivered again: opens its parts and puts it in its lane. Returns what happened;
   * `unanswered` when there is no finished answer to deliver.
   */
  retry(messageId: string): Promise<'queued' | 'not-found' | 'unanswered' | 'unfinished'>
}

/** A part of what is delivered for a message, by a worker that holds the message's lane. */
export interface HeldPart {
  readonly hold: LaneHold
  readonly messageId: string
  readonly part: number
}

export interface PlacedPart {
  /** Set: the part is placed already. */
  readonly externalId: string | null
  /** True when an earlier attempt may have left a placeholder whose id is unknown. */
  readonly ambiguous: boolean
}

export interface FilledPart {
  readonly externalId: string
  readonly confirmed: boolean
}

export type DeliveryState = 'intended' | 'sending' | 'sent' | 'confirmed' | 'refused'

export interface DeliveryFilter {
  /** Only those that match one of these; all when empty. */
  readonly only: readonly ('ambiguous' | 'refused' | 'unfinished')[]
  readonly channel?: string
  readonly bot?: string
  readonly messageId?: string
  readonly limit: number
}

export interface Delivery {
  readonly messageId: string
  readonly channel: string
  readonly bot: string
  readonly part: number
  readonly state: DeliveryState
  readonly externalId: string | null
  readonly ambiguous: number
  readonly attempts: number
  readonly error: string | null
  readonly updatedAt: Date
  /** What was put there, or was last tried to be, as the channel writes it; null before that. */
  readonly content: Json | null
}
