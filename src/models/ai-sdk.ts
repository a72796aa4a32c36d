import { AppError } from '../errors.ts'
import type { Message, ToolCall } from '../messages.ts'
import { AnswerCollector } from './answer-collector.ts'
import { citePassages } from './cite-passages.ts'
import type { FinishReason, Model, ModelPart, ModelRequest } from './model.ts'
import { toProviderError } from './provider-error.ts'
import { toStreamError } from './stream-error.ts'

/**
 * What we use of a language model of the Vercel AI SDK, specification v3 (`ai` 6) or v4 (`ai` 7). Every model of its
 * providers fits.
 */
export interface AiSdkLanguageModel {
  readonly specificationVersion: string
  /** Such as `openai.chat`. */
  readonly provider: string
  readonly modelId: string
  doStream(options: AiSdkCallOptions): PromiseLike<{ readonly stream: AsyncIterable<AiSdkPart> }>
}

/** Arrays are not `readonly`, since the SDK's own types are not. */
export interface AiSdkCallOptions {
  prompt: AiSdkMessage[]
  tools?: { type: 'function'; name: string; description: string; inputSchema: Record<string, unknown> }[]
  temperature?: number
  maxOutputTokens?: number
  stopSequences?: string[]
  abortSignal: AbortSignal
}

export type AiSdkMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: AiSdkText[] }
  | { role: 'assistant'; content: (AiSdkText | AiSdkToolCall)[] }
  | { role: 'tool'; content: AiSdkToolResult[] }

interface AiSdkText {
  type: 'text'
  text: string
}

interface AiSdkToolCall {
  type: 'tool-call'
  toolCallId: string
  toolName: string
  input: unknown
}

interface AiSdkToolResult {
  type: 'tool-result'
  toolCallId: string
  toolName: string
  output: { type: 'text'; value: string }
}

/** A part of the SDK's stream; the fields of those we read. */
export interface AiSdkPart {
  readonly type: string
  readonly delta?: unknown
  readonly toolCallId?: string
  readonly toolName?: string
  readonly input?: unknown
  /** The provider runs this tool itself. */
  readonly providerExecuted?: boolean | undefined
  readonly error?: unknown
  readonly finishReason?: { readonly unified: string; readonly raw: string | undefined }
  readonly usage?: {
    readonly inputTokens: { readonly total: number | undefined }
    readonly outputTokens: { readonly total: number | undefined }
  }
}

/**
 * Adapts a model of any Vercel AI SDK provider. Its id is the provider's name and the model's, such as
 * `openai.chat/gpt-4o-mini`. Costs two to three times the CPU of our own readers for each token.
 *
 * @example
 * import { createMistral } from '@ai-sdk/mistral'
 * const model = createAiSdkModel(createMistral({ apiKey })('mistral-small-latest'))
 */
export function createAiSdkModel(languageModel: AiSdkLanguageModel): Model {
  const { specificationVersion, provider, modelId } = languageModel
  if (!['v3', 'v4'].includes(specificationVersion)) {
    const problem = `createAiSdkModel: "${provider}/${modelId}" has specification ${specificationVersion}; use a provider package of AI SDK 6 or 7.`
    throw new AppError('invalid_definition', { params: { problem } })
  }
  return {
    id: `${provider}/${modelId}`,
    stream: (request, { signal }) => streamParts(languageModel, request, signal),
  }
}

async function* streamParts(
  languageModel: AiSdkLanguageModel,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void> {
  const answer = new AnswerCollector()
  let spoken = false
  try {
    const { stream } = await languageModel.doStream(toCallOptions(request, signal))
    for await (const part of stream) {
      readPart(part, answer)
      for (const said of answer.take()) {
        spoken = true
        yield said
      }
    }
  } catch (thrown) {
    signal.throwIfAborted()
    if (!answer.reason) throw toStreamError(toModelError(thrown), spoken)
  }
  const ending = answer.end()
  if (!ending) throw toStreamError(undefined, spoken)
  yield* ending
}

function toCallOptions(request: ModelRequest, signal: AbortSignal): AiSdkCallOptions {
  const { tools, temperature, maxOutputTokens, stopSequences } = request
  return {
    prompt: toPrompt(request),
    abortSignal: signal,
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        type: 'function' as const,
        name,
        description,
        inputSchema: { ...inputSchema },
      })),
    }),
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(stopSequences?.length && { stopSequences: [...stopSequences] }),
  }
}

function toPrompt(request: ModelRequest): AiSdkMessage[] {
  const system = citePassages(request)
  const prompt: AiSdkMessage[] = system === '' ? [] : [{ role: 'system', content: system }]
  for (const message of request.messages) {
    const last = prompt.at(-1)
    // The results of one round are one message.
    if (message.role === 'tool' && last?.role === 'tool') last.content.push(toToolResult(message))
    else prompt.push(toMessage(message))
  }
  return prompt
}

function toMessage(message: Message): AiSdkMessage {
  if (message.role === 'tool') return { role: 'tool', content: [toToolResult(message)] }
  const text: AiSdkText[] = message.text === '' ? [] : [{ type: 'text', text: message.text }]
  if (message.role === 'user') return { role: 'user', content: text }
  return { role: 'assistant', content: [...text, ...(message.toolCalls ?? []).map(toToolCall)] }
}

function toToolResult({ callId, tool, output }: Extract<Message, { role: 'tool' }>): AiSdkToolResult {
  return { type: 'tool-result', toolCallId: callId, toolName: tool, output: { type: 'text', value: output } }
}

function toToolCall({ callId, tool, input }: ToolCall): AiSdkToolCall {
  return { type: 'tool-call', toolCallId: callId, toolName: tool, input: parseInput(input) }
}

/** The SDK turns the arguments into JSON again; what a model once wrote wrongly goes as a text. */
function parseInput(input: string): unknown {
  try {
    return JSON.parse(input || '{}')
  } catch {
    return input
  }
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'refused',
}

const NO_REASON = { unified: 'other', raw: undefined }

function readPart(part: AiSdkPart, answer: AnswerCollector): void {
  if (part.type === 'text-delta' && typeof part.delta === 'string') answer.addText(part.delta)
  if (part.type === 'tool-call' && !part.providerExecuted) readToolCall(part, answer)
  if (part.type === 'error') throw toModelError(part.error)
  if (part.type === 'finish') readFinish(part, answer)
}

function readToolCall({ toolCallId = '', toolName = '', input }: AiSdkPart, answer: AnswerCollector): void {
  answer.startCall(toolCallId, {
    callId: toolCallId,
    tool: toolName,
    input: typeof input === 'string' ? input : '',
  })
}

function readFinish({ finishReason, usage }: AiSdkPart, answer: AnswerCollector): void {
  answer.reason = toFinishReason(finishReason)
  answer.inputTokens = usage?.inputTokens.total ?? 0
  answer.outputTokens = usage?.outputTokens.total ?? 0
}

/** A stream that broke off finishes with `interrupted`, `error`, or `other` and nothing from the provider. */
function toFinishReason({ unified, raw }: NonNullable<AiSdkPart['finishReason']> = NO_REASON): FinishReason {
  const broken =
    unified === 'error' || unified === 'interrupted' || (unified === 'other' && raw === undefined)
  if (!broken) return FINISH_REASONS[unified] ?? 'stop'
  throw new AppError('model_stream_broken', {
    cause: new Error(`the stream finished with "${raw ?? unified}"`),
  })
}

/** What the SDK's `APICallError` carries; other errors carry none of it. */
interface AiSdkError {
  readonly message?: string
  readonly statusCode?: number
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly responseBody?: string
}

/** The cause holds the words of the error only: the SDK's own carries the whole request. */
function toModelError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (!(thrown instanceof Error)) return toProviderError({ body: JSON.stringify(thrown) ?? '' })
  const { statusCode: status, responseHeaders: headers = {}, responseBody, message }: AiSdkError = thrown
  if (status !== undefined) return toProviderError({ status, headers, body: responseBody ?? message ?? '' })
  return new AppError('model_unavailable', { cause: new Error(`${thrown.name}: ${thrown.message}`) })
}
