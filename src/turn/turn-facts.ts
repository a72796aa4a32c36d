import type { EndEvent, EndReason, TurnEvent } from '../events.ts'
import type { Usage } from '../models/model.ts'

/** One call of a tool that was run. */
export interface ToolUse {
  readonly tool: string
  readonly ok: boolean
  readonly ms: number
}

/** What a turn amounts to, gathered from its own events: the numbers of its row and the text to keep. */
export class TurnFacts {
  readonly #startTick: number
  readonly #pieces: string[] = []
  #characters = 0
  #events = 0
  #firstTokenMs: number | null = null
  #inputTokens = 0
  #outputTokens = 0
  #toolCalls = 0
  #firstAudioMs: number | null = null
  #audioChunks = 0
  readonly #tools: ToolUse[] = []
  #gave = false
  steps = 0
  /** How long the search in the knowledge took; null when there was none. */
  searchMs: number | null = null

  constructor(startTick: number) {
    this.#startTick = startTick
  }

  // oxlint-disable-next-line complexity -- one flat case for each event that counts
  observe(event: TurnEvent): void {
    this.#events++
    switch (event.type) {
      case 'text-delta':
        this.#firstTokenMs ??= this.elapsedMs
        this.#addText(event.text)
        break
      case 'file':
      case 'data':
        this.#gave = true
        break
      case 'audio':
        this.#firstAudioMs ??= this.elapsedMs
        this.#audioChunks++
        this.#gave = true
        break
      case 'replace':
        this.#pieces.length = 0
        this.#characters = 0
        this.#addText(event.text)
        break
      case 'tool-call-start':
        this.#toolCalls++
        this.#gave ||= event.external
        break
      case 'tool-call-end':
        this.#tools.push({ tool: event.tool, ok: event.ok, ms: event.durationMs })
        break
      default:
    }
  }

  /** Adds the tokens of one call to the model, as its provider counted them. */
  addUsage({ inputTokens, outputTokens }: Usage): void {
    this.#inputTokens += toCount(inputTokens)
    this.#outputTokens += toCount(outputTokens)
  }

  /** True when the person got something: text, a file, data, or a call to run. */
  get gave(): boolean {
    return this.#gave || this.#characters > 0
  }

  get text(): string {
    return this.#pieces.join('')
  }

  get characters(): number {
    return this.#characters
  }

  get events(): number {
    return this.#events
  }

  get firstTokenMs(): number | null {
    return this.#firstTokenMs
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.#startTick)
  }

  get inputTokens(): number {
    return this.#inputTokens
  }

  get outputTokens(): number {
    return this.#outputTokens
  }

  get toolCalls(): number {
    return this.#toolCalls
  }

  get firstAudioMs(): number | null {
    return this.#firstAudioMs
  }

  get audioChunks(): number {
    return this.#audioChunks
  }

  get tools(): readonly ToolUse[] {
    return this.#tools
  }

  get words(): number {
    return countWords(this.text)
  }

  toEnd(reason: EndReason): EndEvent {
    const { text } = this
    return {
      type: 'end',
      reason,
      durationMs: this.elapsedMs,
      firstTokenMs: this.#firstTokenMs,
      wordCount: countWords(text),
      sentenceCount: text.match(/[^.!?।…]+(?:[.!?।…]+|$)/g)?.filter((part) => part.trim() !== '').length ?? 0,
    }
  }

  #addText(text: string): void {
    this.#pieces.push(text)
    this.#characters += text.length
  }
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}

/** Providers and their imitators send all kinds of numbers; the row of facts holds whole ones. */
function toCount(tokens: number): number {
  return Number.isFinite(tokens) ? Math.max(0, Math.round(tokens)) : 0
}
