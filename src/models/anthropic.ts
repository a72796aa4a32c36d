import { AppError } from '../errors.ts'
import type { Image, Message, ToolCall, ToolSpec } from '../messages.ts'
import type { AnswerCollector } from './answer-collector.ts'
import { citePassages } from './cite-passages.ts'
import { createHttpModel } from './http-model.ts'
import type { HttpModelOptions } from './http-model.ts'
import type { FinishReason, Model, ModelRequest } from './model.ts'
import { parseEvent } from './parse-event.ts'
import { toProviderError } from './provider-error.ts'

export const ANTHROPIC_BASE_URL = 'https://api.anthropic.com'

/** Anthropic demands a limit; every model it serves can write this much. */
const DEFAULT_MAX_OUTPUT_TOKENS = 8_192

/**
 * A model behind Anthropic's Messages API, version 2023-06-01. Without an output limit in the request, answers end
 * at 8,192 tokens. Throws `invalid_configuration` when the base URL is not one.
 */
export function createAnthropicModel(options: HttpModelOptions): Model {
  const protocol = {
    name: 'anthropic',
    baseUrl: ANTHROPIC_BASE_URL,
    path: '/v1/messages',
    headers: toHeaders,
    toBody: (request: ModelRequest) => toBody(request, options.model, options.images ?? true),
    readEvent,
  }
  return createHttpModel(protocol, options)
}

function toHeaders(apiKey: string | undefined): Record<string, string> {
  return { 'anthropic-version': '2023-06-01', ...(apiKey && { 'x-api-key': apiKey }) }
}

function toBody(request: ModelRequest, model: string, images: boolean): object {
  const { messages, temperature, maxOutputTokens = DEFAULT_MAX_OUTPUT_TOKENS, stopSequences } = request
  const system = citePassages(request)
  return {
    model,
    max_tokens: maxOutputTokens,
    ...(system !== '' && { system }),
    messages: toMessages(messages, images),
    stream: true,
    ...toTools(request),
    // Anthropic's scale ends at 1.
    ...(temperature !== undefined && { temperature: Math.min(1, temperature) }),
    ...(stopSequences?.length && { stop_sequences: stopSequences }),
  }
}

/** A history with calls is refused when no tools come with it: then the called ones are named, and forbidden. */
function toTools({ tools, messages }: ModelRequest): object {
  if (tools.length > 0) return { tools: tools.map(toTool) }
  const called = messages.flatMap((message) => (message.role === 'tool' ? [message.tool] : []))
  if (called.length === 0) return {}
  const known = [...new Set(called)].map((name) => ({
    name,
    description: '',
    inputSchema: { type: 'object' },
  }))
  return { tools: known.map(toTool), tool_choice: { type: 'none' } }
}

function toTool({ name, description, inputSchema }: ToolSpec): object {
  return { name, description, input_schema: inputSchema }
}

interface AnthropicMessage {
  readonly role: 'user' | 'assistant'
  readonly content: object[]
}

/** Neighbours of one role become one message: all results of a round have to stand in the message after its calls. */
function toMessages(messages: readonly Message[], images: boolean): readonly AnthropicMessage[] {
  const merged: AnthropicMessage[] = []
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = toContent(message, images)
    const last = merged.at(-1)
    if (last?.role === role) last.content.push(...content)
    else if (content.length > 0) merged.push({ role, content })
  }
  return merged
}

/** Empty text blocks are refused. */
function toContent(message: Message, seen: boolean): object[] {
  if (message.role === 'tool')
    return [{ type: 'tool_result', tool_use_id: message.callId, content: message.output }]
  const images = message.role === 'user' && seen ? (message.images ?? []) : []
  const text = message.text === '' ? [] : [{ type: 'text', text: message.text }]
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  return [...images.map(toImage), ...text, ...calls.map(toToolUse)]
}

function toImage({ url }: Image): object {
  return { type: 'image', source: { type: 'url', url } }
}

function toToolUse({ callId, tool, input }: ToolCall): object {
  return { type: 'tool_use', id: callId, name: tool, input: parseInput(input) }
}

/** Anthropic takes arguments as an object only; what a model once wrote wrongly has been told to it as an error. */
function parseInput(input: string): object {
  try {
    const value: unknown = JSON.parse(input || '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value }
  } catch {
    return { text: input }
  }
}

/** One event, as the `@anthropic-ai/sdk` client 1.11 types it. */
interface AnthropicEvent {
  readonly type?: string
  readonly index?: number
  readonly message?: { readonly id?: string; readonly usage?: AnthropicUsage }
  readonly content_block?: {
    readonly type?: string
    readonly id?: string
    readonly name?: string
    readonly text?: string
  }
  readonly delta?: {
    readonly text?: string
    readonly partial_json?: string
    readonly stop_reason?: string | null
  }
  readonly usage?: AnthropicUsage
}

interface AnthropicUsage {
  readonly input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly output_tokens?: number | null
}

const STOP_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refused',
}

type EventReader = (event: AnthropicEvent, answer: AnswerCollector) => void

/** What is not here says nothing: pings, ends of blocks, events to come. */
const READERS: Readonly<Record<string, EventReader>> = {
  message_start: readMessageStart,
  content_block_start: readBlockStart,
  content_block_delta: readBlockDelta,
  message_delta: readMessageDelta,
}

function readEvent(data: string, answer: AnswerCollector): boolean {
  const event: AnthropicEvent = parseEvent(data)
  if (event.type === 'error') throw toProviderError({ body: data })
  READERS[event.type ?? '']?.(event, answer)
  return event.type === 'message_stop'
}

/**
 * An intermediary that lost Anthropic in the middle and asked again has been seen to send the second answer behind the
 * half of the first; one that sends this event twice has been seen, too.
 */
function readMessageStart({ message }: AnthropicEvent, answer: AnswerCollector): void {
  if (answer.id !== undefined && answer.id !== message?.id) {
    const cause = new Error('a second message began before the first one had ended')
    throw new AppError('model_stream_broken', { cause })
  }
  answer.id = message?.id
  readUsage(message?.usage, answer)
}

function readBlockStart({ index, content_block: block }: AnthropicEvent, answer: AnswerCollector): void {
  if (block?.type === 'text' && block.text) answer.addText(block.text)
  if (block?.type !== 'tool_use' || !block.name) return
  answer.startCall(index, { callId: block.id ?? `${block.name}_${index}`, tool: block.name, input: '' })
}

/** Thinking and signatures come as deltas with other fields. */
function readBlockDelta({ index, delta }: AnthropicEvent, answer: AnswerCollector): void {
  if (delta?.text) answer.addText(delta.text)
  if (delta?.partial_json) answer.appendToCall(index, delta.partial_json)
}

function readMessageDelta({ delta, usage }: AnthropicEvent, answer: AnswerCollector): void {
  if (delta?.stop_reason) answer.reason = STOP_REASONS[delta.stop_reason] ?? 'stop'
  readUsage(usage, answer)
}

/** Counts are totals so far; the last event that carries one wins. */
function readUsage(usage: AnthropicUsage | undefined, answer: AnswerCollector): void {
  if (typeof usage?.output_tokens === 'number') answer.outputTokens = usage.output_tokens
  if (typeof usage?.input_tokens !== 'number') return
  const cached = (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)
  answer.inputTokens = usage.input_tokens + cached
}
