import type { ToolCall } from '../messages.ts'
import type { FinishReason, ModelPart } from './model.ts'

interface OpenCall {
  readonly givenId: string
  readonly callId: string
  readonly tool: string
  input: string
}

/**
 * What the events of one answer add up to: text is merged until it is taken, fragments of tool calls are assembled,
 * the finish reason and the token counts are kept for the end.
 */
export class AnswerCollector {
  /** Set by the event that says why the answer ended; without it the stream was cut. */
  reason: FinishReason | undefined
  /** The provider's id of the answer, for readers that have to notice a second one. */
  id: string | undefined
  inputTokens = 0
  outputTokens = 0
  readonly #calls: OpenCall[] = []
  readonly #callByKey = new Map<unknown, OpenCall>()
  readonly #cited = new Set<number>()
  #parts: ModelPart[] = []
  #text = ''
  #additions = 0
  /** What was added last, when it was text. */
  #lastText: string | undefined

  addText(text: string): void {
    this.#text += text
    this.#additions++
    this.#lastText = text
  }

  /** The text that `read` adds to the answer when it adds nothing else, otherwise undefined. */
  soleTextOf(read: () => void): string | undefined {
    const before = this.#additions
    read()
    return this.#additions === before + 1 ? this.#lastText : undefined
  }

  /** Discards all text so far and goes on from `text`. */
  replaceText(text: string): void {
    this.#addOther()
    this.#text = ''
    this.#parts = [...this.#parts.filter(({ type }) => type !== 'text'), { type: 'replace', text }]
  }

  /** Names a passage once, however often the provider does. */
  addCitation(passage: number): void {
    if (this.#cited.has(passage)) return
    this.#cited.add(passage)
    this.#addOther()
    this.#flushText()
    this.#parts.push({ type: 'citation', passage })
  }

  /**
   * Begins a call; `key` is how later fragments name it. Two calls never share an id, even when the provider says
   * so: a tool's answer has to find its call.
   */
  startCall(key: unknown, { callId, tool, input }: ToolCall): void {
    this.#addOther()
    const taken = this.#calls.some((call) => call.callId === callId)
    const call = { givenId: callId, callId: taken ? `${callId}-${this.#calls.length}` : callId, tool, input }
    this.#calls.push(call)
    this.#callByKey.set(key, call)
  }

  /** Adds to the arguments of a call; a fragment of an unknown call is dropped. */
  appendToCall(key: unknown, input: string): void {
    this.#addOther()
    const call = this.#callByKey.get(key)
    if (call) call.input += input
  }

  /** The id that the provider gave to the call named `key`; undefined when there is none. */
  callIdOf(key: unknown): string | undefined {
    return this.#callByKey.get(key)?.givenId
  }

  /** What has been said since the last time. */
  take(): readonly ModelPart[] {
    this.#flushText()
    const parts = this.#parts
    if (parts.length > 0) this.#parts = []
    return parts
  }

  /**
   * The last parts of the answer, or undefined when no finish reason was seen. Calls of an answer that ran into the
   * length limit or the content filter are dropped, since the last of them is cut.
   */
  end(): readonly ModelPart[] | undefined {
    if (!this.reason) return undefined
    const usage = { inputTokens: this.inputTokens, outputTokens: this.outputTokens }
    const mayCall = this.reason === 'stop' || this.reason === 'tool-calls'
    const calls = mayCall ? this.#calls : []
    const reason = mayCall ? (calls.length > 0 ? 'tool-calls' : 'stop') : this.reason
    return [...this.take(), ...calls.map(toPart), { type: 'finish', reason, usage }]
  }

  #addOther(): void {
    this.#additions++
    this.#lastText = undefined
  }

  #flushText(): void {
    if (this.#text === '') return
    this.#parts.push({ type: 'text', text: this.#text })
    this.#text = ''
  }
}

/** A call without arguments may come without a single fragment of them. */
function toPart({ callId, tool, input }: OpenCall): ModelPart {
  return { type: 'tool-call', callId, tool, input: input || '{}' }
}
