import type { FastifyInstance } from 'fastify'
import type { Answer, ConversationKey, ConverseRequest } from '../conversation.ts'
import type { LoggedEvent } from '../events.ts'

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
  history(conversation: ConversationKey): Promise<Transcript | undefined>
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
