import type { FastifyInstance } from 'fastify'
import type { ClaimedAnswer } from '../answer-claim.ts'
import type { NewFile } from '../answer-files.ts'
import type { CommandDescription, CommandReply, Language } from '../bot-commands.ts'
import type { Answer, ConversationKey, ConverseRequest } from '../conversation.ts'
import type { BoundDocuments } from '../documents.ts'
import type { LoggedEvent } from '../events.ts'
import type { FlagReader } from '../feature-flags.ts'
import type { ChannelNotes, FeedbackReport } from '../feedback.ts'
import type { InboundMessage, InboxHandler } from '../inbound.ts'
import type { Speech, Transcriber } from '../speech.ts'
import type { SiteOptions } from '../site-options.ts'

/** The door of the channels room: a way for people to reach bots. */
export interface Channel {
  /** Names the channel in facts and logs, such as `web`. */
  readonly name: string
  /** Adds the channel's routes; what they need of Botyard they get from `host`. */
  register(server: FastifyInstance, host: Host): void
  /**
   * Begins what does not wait for requests, such as long polling or telling the other side our address; called when
   * the server listens. Must not throw for what may pass by itself: it goes on trying and says so in `health`.
   * Resolves with what stops it, which resolves when nothing runs any more.
   */
  start?(host: Host): Promise<() => Promise<void>>
  /** How messages given to `host.accept` are answered; channels that call it have one. */
  readonly inbox?: InboxHandler
  /**
   * Says something nobody asked for just now, such as a reminder. False when the conversation is no place for what
   * concerns one person, such as a group. Throws when it could not be said; only a retryable `AppError` is tried again.
   */
  notify?(conversation: ConversationKey, text: string, signal: AbortSignal): Promise<boolean>
  /** One line on how the channel is, for `/health`; null when all is well. */
  health?(): string | null
}

/** What Botyard does for a channel. */
export interface Host {
  readonly bots: Bots
  /**
   * Answers one message: stores it, runs the turn, keeps its events. The turn goes on when the reader leaves;
   * only `request.signal` or `stop` ends it early. Throws `bot_not_found`, `overloaded`, `draining` or
   * `message_id_taken` before anything is stored; later failures are the stream's terminal `error` event.
   */
  converse(request: ConverseRequest): Promise<Answer>
  /**
   * Stores a message durably and in order, to be answered by the channel's `inbox`; acknowledge it to the other side
   * when this has resolved. `duplicate`: the same event was accepted before, finished or not; acknowledge it, too.
   * Throws `database_unavailable`; then the other side must deliver it again.
   */
  accept(message: InboundMessage): Promise<'accepted' | 'duplicate'>
  /** Whether the event was accepted before, for what is done beside accepting and must not be done again. */
  hasAccepted(message: Pick<InboundMessage, 'conversation' | 'externalId'>): Promise<boolean>
  /**
   * Links the sender `subject` (`telegram:123`) to the account whose one-time code was sent; from then on turns have
   * the account's subject. False when the code is wrong, used or expired. Throws `rate_limited` after many attempts.
   */
  link(subject: string, code: string): Promise<boolean>
  /** Forgets the messages of a conversation: later turns do not see them. Its turns keep their facts. */
  clear(conversation: ConversationKey): Promise<void>
  /**
   * Reads an answer from after `afterSeq`, running or finished, on whichever replica, until it ends or `readerLeft`
   * aborts. Throws `stream_not_found`, also for an answer that was given to others.
   */
  resume(
    answer: ClaimedAnswer,
    afterSeq: number,
    readerLeft: AbortSignal,
  ): Promise<AsyncIterable<LoggedEvent>>
  /**
   * Stops a running answer; it ends with reason `stopped` and what was said so far is kept. False when it does not run, or
   * was given to others.
   */
  stop(answer: ClaimedAnswer): Promise<boolean>
  /** The last messages of a conversation, oldest first; undefined when nobody has spoken there. */
  history(conversation: ConversationKey): Promise<Transcript | undefined>
  /** The documents of the person, or of the group, who speaks there, and those of the bot; nobody else's. */
  documents(place: SpeakerPlace): Promise<BoundDocuments>
  /** A file that this server keeps for a `FileEvent` of an answer, by the event's address; undefined for any other. */
  file(url: string): Promise<NewFile | undefined>
  /** Runs a command of the bot for who speaks there; undefined when it has none of that name. */
  command(call: CommandCall): Promise<CommandReply | undefined>
  /** Keeps what a person thinks of an answer, with its turn and revision where they are known. */
  report(feedback: FeedbackReport): Promise<void>
  readonly notes: ChannelNotes
  /** Features that operators turn on and off for shares of the people. */
  readonly flags: FlagReader
  /** Speaks answers; undefined when nothing does. */
  readonly speech: Speech | undefined
  /** Reads recordings; undefined when nothing does. */
  readonly transcriber: Transcriber | undefined
}

/** Who speaks where. */
export type SpeakerPlace = Pick<ConverseRequest, 'conversation' | 'subject' | 'group'>

export interface CommandCall extends SpeakerPlace {
  readonly name: string
  /** What stands behind the command. */
  readonly text: string
  readonly language: Language
  readonly signal: AbortSignal
}

export interface Bots {
  /** Every bot, the default one first. */
  list(): readonly BotInfo[]
  find(name: string): BotInfo | undefined
}

/** What a channel may show of a bot; its instructions stay inside. */
export interface BotInfo {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly suggestions: readonly string[]
  /** For menus; `Host.command` runs them. */
  readonly commands: readonly CommandInfo[]
  /** Documents that people send go to `Host.documents`. */
  readonly takesDocuments: boolean
  /** How it appears on sites, and which may embed it. */
  readonly site?: SiteOptions | undefined
}

export interface CommandInfo {
  readonly name: string
  readonly description: CommandDescription
}

export interface Transcript {
  readonly messages: readonly TranscriptMessage[]
  /** The turn that is being answered now; `resume` it. */
  readonly runningTurnId: string | null
}

export interface TranscriptMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly createdAt: Date
  /** How the answer ended; `stopped` and `interrupted` ones are not whole. Absent in what people said. */
  readonly outcome?: 'completed' | 'failed' | 'stopped' | 'interrupted'
}
