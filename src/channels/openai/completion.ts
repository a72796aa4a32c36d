import type { ChatCompletion } from './openai-replies.ts'
import type { CitationEvent, EndReason, TurnEvent } from '../../events.ts'

/** What every chunk and the whole completion repeat. */
export interface CompletionHead {
  /** `chatcmpl-…` */
  readonly id: string
  readonly model: string
  /** Unix seconds. */
  readonly created: number
}

interface ToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/**
 * Builds chat completion chunks from the events of a turn, as recorded from the OpenAI API: the role first, then
 * content or tool calls, then `finish_reason`, then usage when it was asked for. Citations ride on the last chunk
 * as `citations`, the field other compatible servers use.
 */
export class Completion {
  readonly #head: CompletionHead
  readonly #citations: Omit<CitationEvent, 'type'>[] = []
  readonly #toolCalls: ToolCall[] = []
  #text = ''
  #usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
  #finish: 'stop' | 'length' | 'tool_calls' = 'stop'

  constructor(head: CompletionHead) {
    this.#head = head
  }

  /** Takes one event in and returns the JSON of the chunk it makes, if any. */
  // oxlint-disable-next-line complexity -- one flat case for each event that this wire can carry
  next(event: TurnEvent): string | undefined {
    switch (event.type) {
      case 'start':
        return this.#chunk({ role: 'assistant', content: '' })
      case 'text-delta':
        this.#text += event.text
        return this.#chunk({ content: event.text })
      case 'replace':
        // The wire cannot take text back, so what replaces it follows in a paragraph of its own.
        return this.next({ type: 'text-delta', text: this.#text === '' ? event.text : `\n\n${event.text}` })
      case 'tool-call-start':
        return event.external ? this.#toolCall(event) : undefined
      case 'citation': {
        const { type: _, ...citation } = event
        this.#citations.push(citation)
        return undefined
      }
      case 'usage':
        this.#usage = {
          prompt_tokens: event.inputTokens,
          completion_tokens: event.outputTokens,
          total_tokens: event.inputTokens + event.outputTokens,
        }
        return undefined
      case 'end':
        this.#finish = toFinishReason(event.reason)
        return this.#chunk({}, this.#finish)
      default:
        return undefined
    }
  }

  /** The chunk with empty `choices` that carries the usage. */
  usageChunk(): string {
    return JSON.stringify({ ...this.#envelope('chat.completion.chunk'), choices: [], usage: this.#usage })
  }

  /** The whole completion, for requests without `stream`. */
  toObject(): ChatCompletion {
    const message = {
      role: 'assistant' as const,
      content: this.#text === '' && this.#toolCalls.length > 0 ? null : this.#text,
      refusal: null,
      ...(this.#toolCalls.length > 0 && { tool_calls: this.#toolCalls }),
    }
    return {
      ...this.#envelope('chat.completion'),
      choices: [{ index: 0, message, logprobs: null, finish_reason: this.#finish }],
      usage: this.#usage,
      ...(this.#citations.length > 0 && { citations: this.#citations }),
    }
  }

  #toolCall({ callId, tool, input }: Extract<TurnEvent, { type: 'tool-call-start' }>): string {
    const call: ToolCall = { id: callId, type: 'function', function: { name: tool, arguments: input } }
    this.#toolCalls.push(call)
    return this.#chunk({ tool_calls: [{ index: this.#toolCalls.length - 1, ...call }] })
  }

  #chunk(delta: Readonly<Record<string, unknown>>, finish: string | null = null): string {
    return JSON.stringify({
      ...this.#envelope('chat.completion.chunk'),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(finish && this.#citations.length > 0 && { citations: this.#citations }),
    })
  }

  #envelope<Kind extends string>(object: Kind) {
    const { id, created, model } = this.#head
    return { id, object, created, model, system_fingerprint: null }
  }
}

function toFinishReason(reason: EndReason): 'stop' | 'length' | 'tool_calls' {
  if (reason === 'tool-calls') return 'tool_calls'
  return reason === 'length' || reason === 'limit' ? 'length' : 'stop'
}
