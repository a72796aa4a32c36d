import type { EndEvent, EndReason, TurnEvent } from '../events.ts'

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
  steps = 0

  constructor(startTick: number) {
    this.#startTick = startTick
  }

  observe(event: TurnEvent): void {
    this.#events++
    switch (event.type) {
      case 'text-delta':
        this.#firstTokenMs ??= this.elapsedMs
        this.#addText(event.text)
        break
      case 'replace':
        this.#pieces.length = 0
        this.#characters = 0
        this.#addText(event.text)
        break
      case 'tool-call-start':
        this.#toolCalls++
        break
      case 'usage':
        this.#inputTokens = event.inputTokens
        this.#outputTokens = event.outputTokens
        break
      default:
    }
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

  toEnd(reason: EndReason): EndEvent {
    const { text } = this
    return {
      type: 'end',
      reason,
      durationMs: this.elapsedMs,
      firstTokenMs: this.#firstTokenMs,
      wordCount: text.match(/\S+/g)?.length ?? 0,
      sentenceCount: text.match(/[^.!?।…]+(?:[.!?।…]+|$)/g)?.filter((part) => part.trim() !== '').length ?? 0,
    }
  }

  #addText(text: string): void {
    this.#pieces.push(text)
    this.#characters += text.length
  }
}
