import type { FastifyInstance } from 'fastify'
import type { LoggedEvent } from '../events.ts'
import type { Message, ToolSpec } from '../messages.ts'

/** The door of the channels room: a way for people to reach bots. */
export interface Channel {
  /** Names the channel in facts and logs, such as `web`. */
  readonly name: string
  /** Adds the channel's routes; what they need of Botyard they get from `host`. */
  register(server: FastifyInstance, host: Host): void
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
   * Reads an answer from after `afterSeq`, running or finished, on whichever replica, until it ends or `readerLeft`
   * aborts. Throws `stream_not_found`.
   */
  resume(turnId: string, afterSeq: number, readerLeft: AbortSignal): Promise<AsyncIterable<LoggedEvent>>
  /** Stops a running answer; it ends with reason `stopped` and what was said so far is kept. False when it does not run. */
  stop(turnId: string): Promise<boolean>
  /** The last messages of a conversation, oldest first; undefined when nobody has spoken there. */
  history(conversation: ConversationRef): Promise<Transcript | undefined>
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
}

/** Names one conversation: who speaks to which bot where. */
export interface ConversationRef {
  readonly bot: string
  readonly channel: string
  /** The channel's own id: a session, a chat, a dialog. */
  readonly key: string
}

export interface ConverseRequest {
  readonly conversation: ConversationRef
  /**
   * A UUID that names the message; becomes the id of its turn. A message that comes again under its name is not
   * answered again: the answer of the first is read. Default: a new one.
   */
  readonly messageId?: string
  /** Whose conversation it is; tools scope their rows by it. */
  readonly subject: string
  /** What the person said. */
  readonly text: string
  /**
   * The whole conversation, `text` included as its last message, from channels whose clients carry it (OpenAI,
   * Poe). It takes the place of the stored history.
   */
  readonly transcript?: readonly Message[]
  /** Instructions of the caller, added after the bot's own. */
  readonly instructions?: string
  /** Tools the caller runs itself: a call ends the turn with reason `tool-calls`. */
  readonly tools?: readonly ToolSpec[]
  /** 0 to 2; the bot's own when absent. */
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly stopSequences?: readonly string[]
  /** Stops the turn. */
  readonly signal?: AbortSignal
  /** Ends the reading of the answer; the turn goes on. Default: never. */
  readonly readerLeft?: AbortSignal
}

export interface Answer {
  readonly turnId: string
  /** From `start` to the terminal event. May be left at any time. */
  readonly events: AsyncIterable<LoggedEvent>
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
}
