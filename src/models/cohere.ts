import { AppError } from '../errors.ts'
import type { Message, Passage } from '../messages.ts'
import type { AnswerCollector } from './answer-collector.ts'
import { citePassages } from './cite-passages.ts'
import { createHttpModel } from './http-model.ts'
import type { HttpModelOptions } from './http-model.ts'
import type { FinishReason, Model, ModelRequest } from './model.ts'
import { parseEvent } from './parse-event.ts'

export const COHERE_BASE_URL = 'https://api.cohere.com'

/**
 * A model behind Cohere's Chat API v2. Passages go as documents, and the model's citations of them come back.
 * Throws `invalid_configuration` when the base URL is not one.
 */
export function createCohereModel(options: HttpModelOptions): Model {
  const protocol = {
    name: 'cohere',
    baseUrl: COHERE_BASE_URL,
    path: '/v2/chat',
    headers: toHeaders,
    toBody: (request: ModelRequest) => toBody(request, options.model),
    readEvent,
  }
  return createHttpModel(protocol, options)
}

function toHeaders(apiKey: string | undefined): Record<string, string> {
  return apiKey ? { authorization: `Bearer ${apiKey}` } : {}
}

function toBody(request: ModelRequest, model: string): object {
  const { instructions, messages, tools, passages, temperature, maxOutputTokens, stopSequences } = request
  // Documents have a field of their own; that there are none has to be said.
  const system = passages?.length === 0 ? citePassages(request) : instructions
  return {
    model,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...messages.map(toMessage)],
    stream: true,
    ...(passages?.length && { documents: passages.map(toDocument) }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      })),
    }),
    // Cohere's scale ends at 1.
    ...(temperature !== undefined && { temperature: Math.min(1, temperature) }),
    ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
    ...(stopSequences?.length && { stop_sequences: stopSequences }),
  }
}

function toMessage(message: Message): object {
  if (message.role === 'user') return { role: 'user', content: message.text }
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.output }
  if (!message.toolCalls?.length) return { role: 'assistant', content: message.text }
  const toolCalls = message.toolCalls.map(({ callId, tool, input }) => ({
    id: callId,
    type: 'function',
    function: { name: tool, arguments: input },
  }))
  return { role: 'assistant', tool_calls: toolCalls, ...(message.text !== '' && { content: message.text }) }
}

/** The id leads a citation back to its passage; without one Cohere would count the same way. */
function toDocument({ text, source, heading, url }: Passage, index: number): object {
  const title = heading ? `${source} > ${heading}` : source
  return { id: `doc:${index}`, data: { title, snippet: text, ...(url && { url }) } }
}

/** One event, as the `cohere-ai` client 8.1 types it. */
interface CohereEvent {
  readonly type?: string
  readonly index?: number
  readonly delta?: {
    readonly message?: {
      readonly content?: { readonly text?: string | null }
      readonly tool_calls?: {
        readonly id?: string
        readonly function?: { readonly name?: string; readonly arguments?: string }
      }
      readonly citations?: {
        readonly sources?: readonly { readonly type?: string; readonly id?: string }[] | null
      }
    }
    readonly finish_reason?: string
    readonly error?: string
    readonly usage?: { readonly tokens?: { readonly input_tokens?: number; readonly output_tokens?: number } }
  }
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
  ERROR_TOXIC: 'refused',
}

type EventReader = (event: CohereEvent, answer: AnswerCollector) => void

/** What is not here says nothing: tool plans, thinking, begins and ends. */
const READERS: Readonly<Record<string, EventReader>> = {
  'content-start': readText,
  'content-delta': readText,
  'tool-call-start': readCallStart,
  'tool-call-delta': readCallDelta,
  'citation-start': readCitation,
  'message-end': readEnd,
}

function readEvent(data: string, answer: AnswerCollector): boolean {
  // Proxies that speak OpenAI elsewhere send it here too.
  if (data === '[DONE]') return true
  const event: CohereEvent = parseEvent(data)
  READERS[event.type ?? '']?.(event, answer)
  return event.type === 'message-end'
}

function readText({ delta }: CohereEvent, answer: AnswerCollector): void {
  const text = delta?.message?.content?.text
  if (text) answer.addText(text)
}

function readCallStart({ index = 0, delta }: CohereEvent, answer: AnswerCollector): void {
  const call = delta?.message?.tool_calls
  const { name, arguments: input = '' } = call?.function ?? {}
  if (name) answer.startCall(index, { callId: call?.id ?? `${name}_${index}`, tool: name, input })
}

function readCallDelta({ index = 0, delta }: CohereEvent, answer: AnswerCollector): void {
  answer.appendToCall(index, delta?.message?.tool_calls?.function?.arguments ?? '')
}

/** A citation may also name a tool's result; only documents are passages. */
function readCitation({ delta }: CohereEvent, answer: AnswerCollector): void {
  for (const { type, id = '' } of delta?.message?.citations?.sources ?? []) {
    const passage = /^doc:(\d+)$/.exec(id)?.[1]
    if (type === 'document' && passage !== undefined) answer.addCitation(Number(passage))
  }
}

function readEnd({ delta = {} }: CohereEvent, answer: AnswerCollector): void {
  const { finish_reason: reason = '', error = 'no reason given', usage } = delta
  if (reason === 'ERROR' || reason === 'TIMEOUT') {
    const cause = new Error(`the provider ended its stream with ${reason}: ${error}`)
    throw new AppError('model_unavailable', { cause })
  }
  // `billed_units` counts something else.
  const { input_tokens: inputTokens = 0, output_tokens: outputTokens = 0 } = usage?.tokens ?? {}
  answer.reason = FINISH_REASONS[reason] ?? 'stop'
  answer.inputTokens = inputTokens
  answer.outputTokens = outputTokens
}
