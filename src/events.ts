import type { ErrorCode } from './errors.ts'

/**
 * Everything a turn can say, in the order it is said: `start` first, then any of the middle events, then
 * exactly one terminal event (`end` or `error`), always last. Channels encode these events and nothing else.
 */
export type TurnEvent =
  | StartEvent
  | TextDeltaEvent
  | ReplaceEvent
  | ToolCallStartEvent
  | ToolCallEndEvent
  | CitationEvent
  | SuggestionsEvent
  | FileEvent
  | DataEvent
  | AudioEvent
  | UsageEvent
  | TerminalEvent

/** The last event of a turn. */
export type TerminalEvent = ErrorEvent | EndEvent

export interface StartEvent {
  readonly type: 'start'
  readonly turnId: string
  readonly conversationId: string
  readonly bot: string
  /** Hash that names what answered: instructions, model, tools, knowledge and voice. */
  readonly revision: string
  /** When the turn began, ISO 8601. */
  readonly startedAt: string
}

/** The next piece of the answer; pieces are appended. */
export interface TextDeltaEvent {
  readonly type: 'text-delta'
  readonly text: string
}

/** Discards all text so far and continues from `text`. */
export interface ReplaceEvent {
  readonly type: 'replace'
  readonly text: string
}

export interface ToolCallStartEvent {
  readonly type: 'tool-call-start'
  readonly callId: string
  readonly tool: string
  /** The arguments as the model wrote them: JSON text. */
  readonly input: string
  /** True when the caller, not Botyard, has to run the tool (OpenAI and Poe clients bring their own tools). */
  readonly external: boolean
}

export interface ToolCallEndEvent {
  readonly type: 'tool-call-end'
  readonly callId: string
  readonly tool: string
  /** False when the tool failed; `output` then holds what the model was told about it. */
  readonly ok: boolean
  /** What the model was given: JSON text. */
  readonly output: string
  readonly durationMs: number
}

/** A source the answer rests on; `[index]` in the text refers to it. */
export interface CitationEvent {
  readonly type: 'citation'
  /** Counts from 1. */
  readonly index: number
  readonly source: string
  readonly heading?: string
  readonly url?: string
}

/** Replies the person may want to send next. */
export interface SuggestionsEvent {
  readonly type: 'suggestions'
  readonly items: readonly string[]
}

export interface FileEvent {
  readonly type: 'file'
  readonly name: string
  readonly url: string
  readonly contentType: string
  /** Markdown that shows the file within the text names it by this: `![title][ref]`; the event then comes first. */
  readonly inlineRef?: string
}

/** A named value for the client; what it means is between the bot and its client. */
export interface DataEvent {
  readonly type: 'data'
  readonly name: string
  readonly value: unknown
}

/** One spoken sentence of the answer. */
export interface AudioEvent {
  readonly type: 'audio'
  /** Counts from 0 within the turn. */
  readonly sequence: number
  /** Base64. */
  readonly chunk: string
  /** For example `LINEAR16` or `MP3`. */
  readonly encoding: string
  /** In hertz. */
  readonly sampleRate: number
}

/** Tokens of the whole turn so far; the last one counts. */
export interface UsageEvent {
  readonly type: 'usage'
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface ErrorEvent {
  readonly type: 'error'
  readonly code: ErrorCode
  /** The public sentence of the error table. */
  readonly message: string
  readonly retryable: boolean
}

/**
 * Why a turn ended without an error: the model had said all (`stop`), its own output limit (`length`), a limit
 * of the bot (`limit`), the person stopped it (`stopped`), or the caller has to run tools (`tool-calls`).
 */
export type EndReason = 'stop' | 'length' | 'limit' | 'stopped' | 'tool-calls'

export interface EndEvent {
  readonly type: 'end'
  readonly reason: EndReason
  /** From the begin of the turn to its end, in milliseconds. */
  readonly durationMs: number
  /** From the begin of the turn to the first piece of text; null when there was none. */
  readonly firstTokenMs: number | null
  readonly wordCount: number
  readonly sentenceCount: number
}

/** A turn's event with its place in the turn; `seq` counts from 1 and never skips. */
export interface LoggedEvent {
  readonly seq: number
  readonly event: TurnEvent
}

export function isTerminal(event: TurnEvent): event is TerminalEvent {
  return event.type === 'end' || event.type === 'error'
}
