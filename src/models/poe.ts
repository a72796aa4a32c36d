import { AppError, type ErrorCode } from '../errors.ts'
import type { Message, ToolSpec } from '../messages.ts'
import type { AnswerCollector } from './answer-collector.ts'
import { citePassages } from './cite-passages.ts'
import { createHttpModel, type HttpModelOptions, type ModelCall } from './http-model.ts'
import type { Model, ModelRequest } from './model.ts'
import { readEvent as readCompletionChunk } from './openai.ts'
import { parseEvent } from './parse-event.ts'

export const POE_BASE_URL = 'https://api.poe.com'

/**
 * Another bot of Poe as a model, by the bot query API: `poe/GPT-5`. A question that came from Poe is asked in the name of
 * the person, who pays; the bot has to declare the call (`poe.dependencies`; the bot's own model is declared by itself).
 * Other questions need `apiKey`. Throws `invalid_configuration` when the base URL is not one.
 */
export function createPoeModel(options: HttpModelOptions): Model {
  return createHttpModel(
    {
      name: 'poe',
      baseUrl: POE_BASE_URL,
      path: `/bot/${encodeURIComponent(options.model)}`,
      headers: () => ({}),
      toCall: (request) => toCall(request, options),
      readEvent,
      namedEvents: true,
    },
    options,
  )
}

function toCall(request: ModelRequest, { model, apiKey }: HttpModelOptions): ModelCall {
  const { accessKey, fields } = callOf(request, model) ?? { accessKey: apiKey, fields: OWN_FIELDS }
  if (!accessKey) {
    const cause = new Error(`poe/${model} answers questions from Poe; set POE_API_KEY for others`)
    throw new AppError('model_unauthorized', { cause })
  }
  const { tools, temperature, stopSequences } = request
  return {
    headers: { authorization: `Bearer ${accessKey}` },
    body: {
      ...fields,
      query: toMessages(request),
      ...(tools.length > 0 && { tools: tools.map(toTool) }),
      ...(temperature !== undefined && { temperature }),
      ...(stopSequences?.length && { stop_sequences: stopSequences }),
    },
  }
}

/** What the official client sends when nobody at Poe asked. */
const OWN_FIELDS = {
  version: '1.2',
  type: 'query',
  user_id: '',
  conversation_id: '',
  message_id: '',
  metadata: '',
}

function callOf({ origin }: ModelRequest, model: string) {
  return origin?.channel === 'poe' ? origin.callBot(model) : undefined
}

function toTool({ name, description, inputSchema }: ToolSpec): object {
  return { type: 'function', function: { name, description, parameters: inputSchema } }
}

function toMessages(request: ModelRequest): readonly object[] {
  const system = citePassages(request)
  return [
    ...(system === '' ? [] : [{ role: 'system', content: system, content_type: 'text/markdown' }]),
    ...request.messages.flatMap(toPoeMessages),
  ]
}

/** Calls and results are messages of their own, as Poe's guide to function calling writes them. */
function toPoeMessages(message: Message): readonly object[] {
  if (message.role === 'tool') return [{ role: 'tool', content: JSON.stringify([toResult(message)]) }]
  const content = { content: message.text, content_type: 'text/markdown' }
  if (message.role === 'user') return [{ role: 'user', ...content, ...toAttachments(message) }]
  const calls = (message.toolCalls ?? []).map(({ callId, tool, input }) => ({
    id: callId,
    type: 'function',
    function: { name: tool, arguments: input },
  }))
  const called = { role: 'bot', message_type: 'function_call', content: JSON.stringify(calls) }
  return [
    ...(message.text !== '' || calls.length === 0 ? [{ role: 'bot', ...content }] : []),
    ...(calls.length > 0 ? [called] : []),
  ]
}

function toResult({ callId, tool, output }: Extract<Message, { readonly role: 'tool' }>): object {
  return { role: 'tool', name: tool, tool_call_id: callId, content: output }
}

function toAttachments({ images = [] }: Extract<Message, { readonly role: 'user' }>): object {
  if (images.length === 0) return {}
  const attachments = images.map(({ url, contentType }, index) => ({
    url,
    content_type: contentType,
    name: `image-${index + 1}`,
  }))
  return { attachments }
}

interface PoeEventData {
  readonly text?: unknown
  readonly allow_retry?: unknown
  readonly error_type?: unknown
}

/** Bots of Poe are many and not all careful: what is unknown, null or missing is no fault of the answer. */
function readEvent(event: string, answer: AnswerCollector): boolean {
  const end = event.indexOf('\n')
  const name = event.slice(0, end)
  const data = event.slice(end + 1)
  if (name === 'text' || name === 'replace_response') {
    const { text }: PoeEventData = parseEvent(data)
    if (typeof text === 'string' && name === 'text') answer.addText(text)
    else if (typeof text === 'string') answer.replaceText(text)
  }
  if (name === 'json') readCompletionChunk(data, answer)
  if (name === 'error') throw toError(data)
  if (name !== 'done') return false
  answer.reason ??= 'stop'
  return true
}

const ERROR_TYPES: Readonly<Record<string, ErrorCode>> = {
  user_message_too_long: 'model_context_too_long',
  insufficient_fund: 'poe_insufficient_funds',
  user_caused_error: 'model_refused',
}

function toError(data: string): AppError {
  const { error_type: type, allow_retry: mayRetry }: PoeEventData = parseEvent(data)
  const told = typeof type === 'string' ? ERROR_TYPES[type] : undefined
  const cause = new Error(`the bot of Poe failed: ${data.slice(0, 1_000)}`)
  return new AppError(told ?? (mayRetry === false ? 'model_rejected' : 'model_unavailable'), { cause })
}
