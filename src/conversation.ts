import type { LoggedEvent } from './events.ts'
import type { Message, Passage, ToolSpec } from './messages.ts'
import type { RequestOrigin } from './origin.ts'

/** Names one conversation: who speaks to which bot where. */
export interface ConversationKey {
  readonly bot: string
  readonly channel: string
  /** The channel's own id: a session, a chat, a dialog. */
  readonly key: string
}

/** One message to answer. */
export interface ConverseRequest extends Sampling {
  readonly conversation: ConversationKey
  /**
   * A UUID that names the message; becomes the id of its turn. A message that comes again under its name is not
   * answered again: the answer of the first is read. Default: a new one.
   */
  readonly messageId?: string
  /**
   * Says that nobody else may answer the message, such as the holder of its lane: an unfinished answer of its turn,
   * on whatever replica, is then begun anew instead of read. A finished one is read as ever.
   */
  readonly takeOver?: boolean
  /** Whose conversation it is; tools scope their rows by it. */
  readonly subject: string
  /** Several people speak in the conversation: documents they give belong to it, and not to one of them. Default false. */
  readonly group?: boolean
  /** What the person said. */
  readonly text: string
  /**
   * The whole conversation, `text` included as its last message, from channels whose clients carry it (OpenAI,
   * Poe). It takes the place of the stored history.
   */
  readonly transcript?: readonly Message[]
  /** How long the message waited in its lane before this call, in milliseconds; for the numbers. Default: not at all. */
  readonly waitedMs?: number
  /** BCP 47 tag of the person's language, as far as the channel knows it. */
  readonly language?: string
  /** What to search for, when the text holds more than the question, such as who asks. Default: the text. */
  readonly question?: string
  /** What to answer from, in place of a search in the bot's knowledge. */
  readonly passages?: readonly Passage[]
  /** Instructions of the caller, added after the bot's own. */
  readonly instructions?: string
  /** What tools and models may know of where the message came from. */
  readonly origin?: RequestOrigin
  /** The channel's own id of the answer, by which reactions to it find its turn. */
  readonly reference?: string
  /** Tools the caller runs itself: a call ends the turn with reason `tool-calls`. */
  readonly tools?: readonly ToolSpec[]
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

/** How a caller wants the model to choose its words. */
export interface Sampling {
  /** 0 to 2; the bot's own when absent. */
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly stopSequences?: readonly string[]
}
