import type { Message } from './messages.ts'
import type { ToolContext, ToolEmission } from './tools/tool.ts'

/**
 * Answers a message in code, in place of the model's turn: yields text as it comes, and whatever else a tool may say.
 * It may ask the model by `context.model`. A thrown `AppError` ends the turn with its sentence.
 *
 * @example
 * async function* answer({ text }: AskedQuestion): AsyncIterable<AnswerPiece> {
 *   yield text === '/start' ? 'Welcome!' : `You said: ${text}`
 * }
 */
export type AnswerInCode = (question: AskedQuestion, context: AnswerContext) => AsyncIterable<AnswerPiece>

/** Text of the answer (Markdown), or an event. */
export type AnswerPiece = string | ToolEmission

/** What a person said. */
export interface AskedQuestion {
  /** Their words alone, without what a channel adds, such as who speaks in a group. */
  readonly text: string
  /** The conversation before it, oldest first, within the bot's limits. */
  readonly history: readonly Message[]
  /** BCP 47 tag of the person's language, as far as the channel knows it. */
  readonly language: string | undefined
}

export interface AnswerContext extends Omit<ToolContext, 'emit'> {
  readonly model: AskableModel
}

/** The bot's model, to be asked by code. */
export interface AskableModel {
  /** Such as `openai/gpt-4o-mini`; `offline` for the built-in one, which cannot write about facts it is given. */
  readonly id: string
  /** The answer as it is written; it counts towards the turn's usage. Throws `model_*`. Aborted with the turn. */
  ask(request: ModelQuestion): AsyncIterable<string>
}

export interface ModelQuestion {
  readonly text: string
  /** Default: the bot's. */
  readonly instructions?: string
  /** Default: the bot's. */
  readonly maxOutputTokens?: number
  /** Further attempts after a failure that may pass. Default: the server's `MODEL_RETRIES`. */
  readonly retries?: number
}
