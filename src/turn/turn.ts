import type { Bot } from '../bot.ts'
import type { Sampling } from '../conversation.ts'
import type { Message, Passage, ToolSpec } from '../messages.ts'
import type { RequestOrigin } from '../origin.ts'
import type { Model } from '../models/model.ts'
import type { ToolServices } from '../tools/tool.ts'

/** The door of the turn room: what the engine needs to answer one message. */
export interface TurnInput {
  readonly turnId: string
  readonly conversationId: string
  /** Who is served; bound into every tool call. */
  readonly subject: string
  /** Bound to `subject`. */
  readonly services: ToolServices
  readonly bot: Bot
  readonly revision: string
  readonly model: Model
  /** The conversation, oldest first; the last message is what to answer. The engine cuts it to the bot's window. */
  readonly messages: readonly Message[]
  /** What the person asked, for searches; the last message may hold attached documents, too. Default: the last message. */
  readonly question?: string
  /** BCP 47 tag of the person's language. */
  readonly language?: string
  /** What to answer from, in place of a search. */
  readonly passages?: readonly Passage[]
  /** Instructions of the caller, added after the bot's own. */
  readonly callerInstructions?: string
  /** Where the message came from, for tools and model. */
  readonly origin?: RequestOrigin
  /** Tools the caller runs itself. */
  readonly callerTools: readonly ToolSpec[]
  readonly sampling: Sampling
  /** Further attempts after a retryable failure of the model, before it has said anything. */
  readonly retries: number
  /** Wall clock and monotonic milliseconds at which the turn began. */
  readonly startedAt: { readonly date: Date; readonly tick: number }
  /** Told what the events must not say: why a tool, a search or the model failed. */
  readonly onProblem: (problem: TurnProblem) => void
}

export interface TurnProblem {
  readonly what: 'tool-failed' | 'knowledge-failed' | 'model-retried' | 'model-failed' | 'turn-failed'
  readonly cause: unknown
}
