import type { Message } from '../messages.ts'
import type { AnswerCollector } from './answer-collector.ts'
import { citePassages } from './cite-passages.ts'
import { createHttpModel } from './http-model.ts'
import type { HttpModelOptions } from './http-model.ts'
import type { FinishReason, Model, ModelRequest } from './model.ts'
import { parseEvent } from './parse-event.ts'
import { toProviderError } from './provider-error.ts'

export interface OpenAIModelOptions extends HttpModelOptions {
  /**
   * How the output limit is called. Default: `max_completion_tokens` at OpenAI itself, whose reasoning models refuse
   * the older name, and `max_tokens` at any other base URL, since many servers know only that.
   */
  readonly outputLimitField?: 'max_completion_tokens' | 'max_tokens'
}

export const OPENAI_BASE_URL = 'https://api.openai.com/v1'

/** Models of OpenAI that refuse images; what other servers serve is blind unless its definition says otherwise. */
const BLIND_MODELS = /^(?:gpt-3\.5|gpt-4(?:$|-\d)|o1-(?:mini|preview)|o3-mini)/

/**
 * A model behind the Chat Completions API: OpenAI, and every server that speaks it (Ollama, vLLM, Groq, xAI).
 * Throws `invalid_configuration` when the base URL is not one.
 *
 * @example
 * const local = createOpenAIModel({ model: 'llama3.2', baseUrl: 'http://localhost:11434/v1' })
 */
export function createOpenAIModel(options: OpenAIModelOptions): Model {
  const isOpenAI = (options.baseUrl ?? OPENAI_BASE_URL) === OPENAI_BASE_URL
  const limitField = options.outputLimitField ?? (isOpenAI ? 'max_completion_tokens' : 'max_tokens')
  const images = options.images ?? (isOpenAI && !BLIND_MODELS.test(options.model))
  const protocol = {
    name: 'openai',
    baseUrl: OPENAI_BASE_URL,
    path: '/chat/completions',
    headers: toHeaders,
    toBody: (request: ModelRequest) => toBody(request, { model: options.model, limitField, images }),
    readEvent,
  }
  return createHttpModel(protocol, options)
}

function toHeaders(apiKey: string | undefined): Record<string, string> {
  return apiKey ? { authorization: `Bearer ${apiKey}` } : {}
}

interface BodyOptions {
  readonly model: string
  readonly limitField: string
  readonly images: boolean
}

function toBody(request: ModelRequest, { model, limitField, images }: BodyOptions): object {
  const { messages, tools, temperature, maxOutputTokens, stopSequences } = request
  const system = citePassages(request)
  return {
    model,
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      ...messages.map((message) => toMessage(message, images)),
    ],
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      })),
    }),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { [limitField]: maxOutputTokens }),
    ...(stopSequences?.length && { stop: stopSequences }),
  }
}

function toMessage(message: Message, images: boolean): object {
  if (message.role === 'user') return { role: 'user', content: toUserContent(message, images) }
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.output }
  if (!message.toolCalls?.length) return { role: 'assistant', content: message.text }
  const toolCalls = message.toolCalls.map(({ callId, tool, input }) => ({
    id: callId,
    type: 'function',
    function: { name: tool, arguments: input },
  }))
  return { role: 'assistant', content: message.text || null, tool_calls: toolCalls }
}

function toUserContent(
  { text, images = [] }: Extract<Message, { readonly role: 'user' }>,
  seen: boolean,
): string | object[] {
  if (!seen || images.length === 0) return text
  const parts = images.map(({ url }) => ({ type: 'image_url', image_url: { url } }))
  return text === '' ? parts : [...parts, { type: 'text', text }]
}

/** One event, as the `openai` client 7.55 types it; servers that only speak the protocol leave things out. */
interface ChatCompletionChunk {
  readonly id?: string
  readonly choices?: readonly {
    readonly delta?: Delta | null
    readonly finish_reason?: string | null
  }[]
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null
  readonly error?: unknown
}

interface Delta {
  readonly content?: string | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly ToolCallFragment[] | null
}

interface ToolCallFragment {
  readonly index?: number
  readonly id?: string | null
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null }
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'refused',
}

/** Adds one chunk of a completion to the answer; true when it was the last. */
export function readEvent(data: string, answer: AnswerCollector): boolean {
  if (data === '[DONE]') return true
  const chunk: ChatCompletionChunk = parseEvent(data)
  if (chunk.error) throw toProviderError({ body: data })
  const choice = chunk.choices?.[0]
  if (choice?.delta) readDelta(choice.delta, chunk.id ?? '', answer)
  if (choice?.finish_reason) answer.reason = toFinishReason(choice.finish_reason, data)
  if (chunk.usage) {
    answer.inputTokens = chunk.usage.prompt_tokens ?? 0
    answer.outputTokens = chunk.usage.completion_tokens ?? 0
  }
  return false
}

function readDelta(
  { content, refusal, tool_calls: fragments }: Delta,
  chunkId: string,
  answer: AnswerCollector,
): void {
  const text = content || refusal
  if (text) answer.addText(text)
  if (fragments) for (const fragment of fragments) addFragment(fragment, chunkId, answer)
}

/** Servers name reasons of their own for a regular end (`eos`); only `error` (OpenRouter) says that it was none. */
function toFinishReason(reason: string, data: string): FinishReason {
  if (reason === 'error') throw toProviderError({ body: data })
  return FINISH_REASONS[reason] ?? 'stop'
}

/**
 * The first fragment of a call names it; later ones carry the index alone. Some servers leave out the index or the
 * id, or give every call the index 0: a fragment with a name and an id that the call does not have is a new call.
 */
function addFragment(fragment: ToolCallFragment, chunkId: string, answer: AnswerCollector): void {
  const { name, arguments: input } = fragment.function ?? {}
  const key = fragment.index ?? 0
  const open = answer.callIdOf(key)
  if (name && (open === undefined || (fragment.id && fragment.id !== open))) {
    const callId = fragment.id || `call_${chunkId}_${key}`
    answer.startCall(key, { callId, tool: name, input: input ?? '' })
  } else if (input) {
    answer.appendToCall(key, input)
  }
}
