import type { ConversationKey } from '../conversation.ts'
import type { ErrorCode } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'

/** The door of the store room: what is kept, as repositories. PostgreSQL and the embedded one behave alike. */
export interface Store {
  readonly turns: Turns
  readonly conversations: Conversations
  /** Throws `database_unavailable` or `migrations_pending`; what `/readyz` asks. */
  check(): Promise<void>
  close(): Promise<void>
}

/** Conversations and their messages, read side; `Turns` writes them. */
export interface Conversations {
  /** The conversation of an outside key, or undefined when nobody has spoken there. Messages oldest first. */
  find(key: ConversationKey, options: { readonly limit: number }): Promise<StoredConversation | undefined>
}

export interface StoredConversation {
  readonly id: string
  readonly messages: readonly StoredMessage[]
  /** The turn that is being answered now, if any. */
  readonly runningTurnId: string | null
}

export interface StoredMessage {
  readonly id: string
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly createdAt: Date
}

/**
 * Turns: the row of facts of each answer, and its event log. The log is what a client reads and resumes; only
 * the process that holds the turn's lease may append to it.
 */
export interface Turns {
  /**
   * In one commit: finds or creates the conversation, stores the person's message and a running turn, leased to
   * `owner` for `leaseMs` on the database's clock. Undefined, and nothing stored, when there is a turn of that id.
   */
  begin(turn: NewTurn): Promise<BegunTurn | undefined>
  /**
   * Appends events, many turns in one commit, and renews the leases of their turns when `renewForMs` says for how
   * long (`segments` may then be empty of events). Returns what became of each turn that is not simply running on:
   * `stop-requested`, or `lost` when another process has closed it.
   */
  append(
    segments: readonly EventSegment[],
    hold: Hold,
  ): Promise<ReadonlyMap<string, 'stop-requested' | 'lost'>>
  /** In one commit: the answer, the facts and the last events. False when the turn was already closed by another. */
  finish(turn: FinishedTurn): Promise<boolean>
  /**
   * The events after `afterSeq`, oldest first, and whether the turn still runs. A turn whose lease has run out is
   * closed here with an `interrupted` error event as its last. Undefined when there is no such turn.
   */
  read(turnId: string, afterSeq: number): Promise<TurnLog | undefined>
  /** The conversation a turn belongs to; undefined when there is no such turn. */
  conversationOf(turnId: string): Promise<ConversationKey | undefined>
  /** Asks the turn's process to stop it. False when it is not running. */
  requestStop(turnId: string): Promise<boolean>
  /** Closes turns whose lease has run out (or all that run, when this process owns the database alone). Returns how many. */
  interruptAbandoned(options: { readonly all: boolean }): Promise<number>
  /** Deletes event logs of turns that ended more than `olderThanMs` ago; messages and facts stay. Returns how many turns. */
  pruneLogs(olderThanMs: number): Promise<number>
}

export interface Lease {
  readonly owner: string
  readonly leaseMs: number
}

/** What an append does with the leases of its turns, all held by `owner`. */
export interface Hold {
  readonly owner: string
  /** Null leaves the leases as they are. */
  readonly renewForMs: number | null
}

export interface NewTurn extends Lease {
  readonly turnId: string
  readonly conversation: ConversationKey
  /** Whose conversation it is: a user, a session, a chat. */
  readonly subject: string
  readonly revision: string
  readonly model: string
  /** What the person said; empty when the channel only returns tool results. */
  readonly text: string
  /** How many earlier messages to return, newest kept. */
  readonly historyLimit: number
}

export interface BegunTurn {
  readonly conversationId: string
  /** Earlier messages, oldest first, without the one just stored. */
  readonly history: readonly StoredMessage[]
}

export interface EventSegment {
  readonly turnId: string
  /** Consecutive; empty to renew the lease alone. */
  readonly events: readonly LoggedEvent[]
}

/** How a turn ended. `interrupted`: its process died or was shut down. */
export type TurnOutcome = 'completed' | 'failed' | 'stopped' | 'interrupted'

export interface FinishedTurn {
  readonly turnId: string
  readonly owner: string
  readonly outcome: TurnOutcome
  readonly errorCode: ErrorCode | null
  /** The whole answer; empty stores no message. */
  readonly text: string
  readonly firstTokenMs: number | null
  readonly durationMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly steps: number
  readonly toolCalls: number
  /** What was not appended yet, the terminal event last. */
  readonly events: readonly LoggedEvent[]
}

export interface TurnLog {
  readonly events: readonly LoggedEvent[]
  readonly running: boolean
}
