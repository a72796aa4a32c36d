import { replayRecording } from './replay-recording.ts'

/** What a fake model is to answer; a plain string is its text. */
export type FakeReply = string | FakeAnswer

export interface FakeAnswer {
  readonly text?: string
  readonly toolCalls?: readonly FakeToolCall[]
  /** The provider's own word; default: what fits the answer. */
  readonly finishReason?: string
  /** Documents of the request the answer rests on, counted from 0. Only Cohere can say it. */
  readonly citations?: readonly number[]
  /** Default: about a quarter of the request's characters, and one token a word. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number }
  /**
   * A captured event stream of the provider, which a request that streams gets as it is. `text` and `toolCalls`, when
   * given, stand in for the captured ones, cut into as many fragments; ids, the finish reason and usage stay.
   */
  readonly recording?: string
}

export interface FakeToolCall {
  readonly name: string
  /** Sent as JSON; a string is sent as it is, so that it can be wrong. */
  readonly arguments: unknown
  /** Default: an id in the provider's style. */
  readonly id?: string
}

/** The answers in order, the last one again and again; or a function of the request. */
export type FakeScript = readonly FakeReply[] | ((body: RequestBody, index: number) => FakeReply)

/** A request's JSON body. */
export type RequestBody = Readonly<Record<string, unknown>>

/** An answer with nothing left open. */
export interface FullAnswer {
  readonly text: string
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly input: string }[]
  readonly finishReason: string | undefined
  readonly citations: readonly number[]
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number }
  /** The events of the stream, when they are recorded. */
  readonly recorded: readonly string[] | undefined
}

export interface AnswerOptions {
  readonly body: RequestBody
  readonly sameIds: boolean
  /** Makes the id of a call that has none. */
  readonly createId: (index: number) => string
}

export function pickReply(script: FakeScript, body: RequestBody, index: number): FakeReply {
  if (typeof script === 'function') return script(body, index)
  return script[Math.min(index, script.length - 1)] ?? 'Hello! How can I help you today?'
}

export function completeAnswer(reply: FakeReply, { body, sameIds, createId }: AnswerOptions): FullAnswer {
  const answer = typeof reply === 'string' ? { text: reply } : reply
  const { text = '', usage, finishReason, citations = [], recording } = answer
  const toolCalls = (answer.toolCalls ?? []).map((call, index) => ({
    id: sameIds ? createId(0) : (call.id ?? createId(index)),
    name: call.name,
    input: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
  }))
  return {
    text,
    toolCalls,
    finishReason,
    citations,
    usage: usage ?? {
      inputTokens: Math.ceil(JSON.stringify(body).length / 4),
      outputTokens: splitTokens(text).length + toolCalls.length * 16,
    },
    recorded: recording === undefined ? undefined : replayRecording(recording, { ...answer, toolCalls }),
  }
}

/** Pieces as a model streams them: words with the space before them. */
export function splitTokens(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

/** Arguments as a model streams them: a few characters at a time. */
export function splitInput(input: string): readonly string[] {
  return input.match(/[^]{1,8}/g) ?? []
}
