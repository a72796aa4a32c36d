import type { AnswerClaim } from '../answer-claim.ts'
import type { BitrixPortals } from '../bitrix24-portals.ts'
import type { ConversationKey } from '../conversation.ts'
import type { ErrorCode } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'
import type { ChannelNotes } from '../feedback.ts'
import type { Accounts, Identities } from './account-store.ts'
import type { AnswerFileStore, CompanyStore } from './company-store.ts'
import type { ChatbotStore, GuestStore } from './chatbot-store.ts'
import type { DocumentStore } from './document-store.ts'
import type { Feedback } from './feedback-store.ts'
import type { Deliveries, Inbox } from './inbox-store.ts'
import type { Lanes } from './lane-store.ts'
import type { Numbers } from './number-store.ts'
import type { Audit, FlagStore, RolloutStore } from './rollout-store.ts'
import type { TaskStore } from './task-store.ts'
import type { VectorStore, WordStore } from './vector-store.ts'

export type * from './account-store.ts'
export type * from './company-store.ts'
export type * from './chatbot-store.ts'
export type * from './document-store.ts'
export type * from './feedback-store.ts'
export type * from './inbox-store.ts'
export { INBOX_QUEUE } from './inbox-store.ts'
export type * from './lane-store.ts'
export type * from './number-store.ts'
export type * from './queued-work-store.ts'
export type * from './rollout-store.ts'
export type * from './task-store.ts'
export { fromVectorBytes } from './vector-bytes.ts'
export type * from './vector-store.ts'

/** The door of the store room: what is kept, as repositories. PostgreSQL and the embedded one behave alike. */
export interface Store {
  readonly turns: Turns
  readonly conversations: Conversations
  readonly lanes: Lanes
  readonly inbox: Inbox
  readonly deliveries: Deliveries
  readonly feedback: Feedback
  readonly notes: ChannelNotes
  readonly accounts: Accounts
  readonly identities: Identities
  readonly ownConversations: OwnConversations
  readonly chatbots: ChatbotStore
  readonly guests: GuestStore
  readonly tasks: TaskStore
  readonly flags: FlagStore
  readonly rollouts: RolloutStore
  readonly audit: Audit
  readonly documents: DocumentStore
  readonly vectors: VectorStore
  readonly words: WordStore
  readonly bitrixPortals: BitrixPortals
  readonly numbers: Numbers
  readonly companies: CompanyStore
  readonly answerFiles: AnswerFileStore
  /** Throws `database_unavailable` or `migrations_pending`; what `/readyz` asks. */
  check(): Promise<void>
  close(): Promise<void>
}

/** Conversations and their messages; `Turns` writes them. */
export interface Conversations {
  /** The conversation of an outside key, or undefined when nobody has spoken there. Messages oldest first. */
  find(key: ConversationKey, options: { readonly limit: number }): Promise<StoredConversation | undefined>
  /** Deletes the messages; turns keep their facts. */
  clear(key: ConversationKey): Promise<void>
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
  /** How the turn ended that answered it; only in conversations that were found, and what was stored with its turn. */
  readonly outcome?: TurnOutcome
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
   * In one commit: begins an existing turn anew for `owner`, whoever held it. Its events and what it answered so far
   * are gone, the person's message stays in its place with the new text. For whoever is the only one who may answer
   * the message. Undefined, and nothing changed, when there is no such turn or it has its answer: it was completed,
   * stopped when it had spoken, or failed for good.
   */
  takeOver(turn: NewTurn): Promise<BegunTurn | undefined>
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
   * closed here with an `interrupted` error event as its last. Undefined when there is no such turn, or none that
   * `claim` finds. Default: whosever it is.
   */
  read(turnId: string, afterSeq: number, claim?: AnswerClaim): Promise<TurnLog | undefined>
  /**
   * The text a turn answered, also when its events are deleted; undefined when it said nothing, or `claim` does not find
   * it. Default: whosever it is.
   */
  answerOf(turnId: string, claim?: AnswerClaim): Promise<string | undefined>
  /** The conversation a turn belongs to; undefined when there is no such turn. */
  conversationOf(turnId: string): Promise<ConversationKey | undefined>
  /**
   * Keeps how much of a finished answer was spoken, and how soon; never less than before. The turn when this is the
   * first that is known of its sound.
   */
  noteVoice(
    turnId: string,
    voice: { readonly chunks: number; readonly firstAudioMs: number | null },
  ): Promise<VoicedTurn | undefined>
  /** Asks the turn's process to stop it. False when it is not running, or `claim` does not find it. Default: whosever it is. */
  requestStop(turnId: string, claim?: AnswerClaim): Promise<boolean>
  /** Closes turns whose lease has run out (or all that run, when this process owns the database alone). Returns how many. */
  interruptAbandoned(options: { readonly all: boolean }): Promise<number>
  /** Deletes event logs of turns that ended more than `olderThanMs` ago; messages and facts stay. Returns how many turns. */
  pruneLogs(olderThanMs: number): Promise<number>
}

/** What figures of a turn are told apart by. */
export interface VoicedTurn {
  readonly bot: string
  readonly revision: string
  readonly channel: string
  readonly model: string
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
  readonly firstAudioMs: number | null
  readonly audioChunks: number
  readonly words: number
  /** How long tools ran, added up. */
  readonly toolMs: number
  /** How long the message waited before its turn; null when it did not wait in a lane. */
  readonly queueMs: number | null
  /** What was not appended yet, the terminal event last. */
  readonly events: readonly LoggedEvent[]
}

export interface TurnLog {
  readonly events: readonly LoggedEvent[]
  readonly running: boolean
}

/** The conversations a signed-in user had alone with a bot, by subject. What is not theirs does not exist here. */
export interface OwnConversations {
  /** Newest first, without messages. */
  list(subject: string, limit: number): Promise<readonly OwnConversation[]>
  /** With its last messages, oldest first. */
  read(
    subject: string,
    place: { readonly id: string; readonly limit: number },
  ): Promise<OwnTranscript | undefined>
  /** Deletes a conversation with its messages and turns. */
  remove(subject: string, id: string): Promise<boolean>
  keyOf(subject: string, id: string): Promise<ConversationKey | undefined>
  /** Where the answer of a turn lies; without a message when nothing was said. */
  placeOf(turnId: string): Promise<AnswerPlace | undefined>
}

export interface OwnConversation {
  readonly id: string
  /** The begin of the first message. */
  readonly title: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface OwnTranscript extends OwnConversation {
  readonly messages: readonly StoredMessage[]
}

export interface AnswerPlace {
  readonly conversationId: string
  readonly messageId: string | null
}
