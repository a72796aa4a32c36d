import type { Message, Passage, ToolCall, ToolSpec } from '../messages.ts'
import type { RequestOrigin } from '../origin.ts'

/**
 * The door of the models room: what a language model is to Botyard. A model is one method; retries, tools,
 * budgets and history are the engine's work.
 */
export interface Model {
  /** Provider and model, such as `openai/gpt-4o-mini`; part of the revision hash. */
  readonly id: string
  /**
   * Streams one answer. Yields parts in order and exactly one `finish`, last. Throws an `AppError` with a
   * `model_*` code when the provider fails, also in the middle; a stream that ends without a finish reason is
   * such a failure, never a short answer. Aborting `signal` closes the socket to the provider.
   */
  stream(request: ModelRequest, options: { readonly signal: AbortSignal }): AsyncIterable<ModelPart>
  /** Loads what the first answer would wait for; called once the server listens. Default: there is nothing. */
  warm?(): Promise<void>
}

export interface ModelRequest {
  readonly instructions: string
  /** Oldest first; the last one is what to answer. */
  readonly messages: readonly Message[]
  readonly tools: readonly ToolSpec[]
  /**
   * Passages found for the question; data to answer from, never instructions. Empty: the bot's documents hold
   * nothing that fits. Absent: it has none.
   */
  readonly passages?: readonly Passage[]
  /** What the passages were found for, when the last message holds more than that, such as who asks. */
  readonly question?: string
  /** 0 to 2; the provider's default when absent. */
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly stopSequences?: readonly string[]
  /** Where the question came from, for models of the same service. */
  readonly origin?: RequestOrigin
}

export type ModelPart =
  | { readonly type: 'text'; readonly text: string }
  /** Discards the text of this answer so far and goes on from `text`. */
  | { readonly type: 'replace'; readonly text: string }
  /** A whole call; providers that stream arguments are assembled by their reader. */
  | ({ readonly type: 'tool-call' } & ToolCall)
  /** The answer rests on `passages[passage]` (counts from 0). */
  | { readonly type: 'citation'; readonly passage: number }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: Usage }

/** `refused`: the provider's content filter ended the answer. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused'

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}
