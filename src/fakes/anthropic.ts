import { startFakeModelServer } from './fake-model-server.ts'
import type { FakeModelOptions, FakeModelServer, FakeProvider, PlainReply } from './fake-model-server.ts'
import { splitInput, splitTokens } from './fake-reply.ts'
import type { FullAnswer, RequestBody } from './fake-reply.ts'

/**
 * A local twin of Anthropic's Messages API (`/v1/messages`, streamed or whole, with tools; `/v1/models`), as the
 * `@anthropic-ai/sdk` client 1.11 reads it. Close it when done.
 *
 * @example
 * const anthropic = await createFakeAnthropic({ replies: ['Good morning!'] })
 * const model = createAnthropicModel({ model: 'claude-haiku-5-5', baseUrl: anthropic.url })
 */
export function createFakeAnthropic(options: FakeModelOptions = {}): Promise<FakeModelServer> {
  return startFakeModelServer(ANTHROPIC, options)
}

const REQUEST_ID = 'req_011CSHoEeqs5C35K2UUqR7Fy'

const ANTHROPIC: FakeProvider = {
  basePath: '',
  chatPath: '/v1/messages',
  headers: { 'request-id': REQUEST_ID },
  keyOf: (headers) => headers['x-api-key']?.toString(),
  errorBody: (status, { code, message }) => toError(code ?? ERROR_TYPES[status] ?? 'api_error', message),
  errorEvent: toEvent('error', toError('overloaded_error', 'Overloaded')),
  callId: (index) => `toolu_${String(index).padStart(2, '0')}T1x1fJ34qAmk2tNTrN7Up6`,
  findProblem,
  answerOther: listModels,
  toEvents,
  toWhole,
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

const MESSAGES: Readonly<Record<string, string>> = {
  authentication_error: 'invalid x-api-key',
  overloaded_error: 'Overloaded',
  rate_limit_error: 'This request would exceed your organization’s rate limit.',
}

function toError(type: string, message?: string): object {
  const error = { type, message: message ?? MESSAGES[type] ?? type }
  return { type: 'error', error, request_id: REQUEST_ID }
}

interface AnthropicMessage {
  readonly role?: string
  readonly content?: string | readonly AnthropicBlock[]
}

interface AnthropicBlock {
  readonly type?: string
  readonly id?: string
  readonly tool_use_id?: string
  readonly text?: string
}

function findProblem({ model, messages, max_tokens: limit }: RequestBody): PlainReply | undefined {
  const refuse = (message: string): PlainReply => ({
    status: 400,
    body: toError('invalid_request_error', message),
  })
  if (typeof model !== 'string') return refuse('model: Field required')
  if (typeof limit !== 'number') return refuse('max_tokens: Field required')
  if (!Array.isArray(messages) || messages.length === 0)
    return refuse('messages: at least one message is required')
  const problem = findBlockProblem(messages as readonly AnthropicMessage[])
  return problem === undefined ? undefined : refuse(problem)
}

/** Anthropic insists that every call is answered in the very next message, and that no text block is empty. */
function findBlockProblem(messages: readonly AnthropicMessage[]): string | undefined {
  let open: readonly (string | undefined)[] = []
  for (const [index, { content }] of messages.entries()) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])
    if (blocks.some(({ type, text }) => type === 'text' && text === ''))
      return 'messages: text content blocks must be non-empty'
    const answered = blocks.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []))
    const missing = open.filter((id) => !answered.includes(id))
    if (missing.length > 0)
      return `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}.`
    const stray = answered.find((id) => !open.includes(id))
    if (stray !== undefined)
      return `messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}.`
    open = blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []))
  }
  return undefined
}

function listModels(path: string, models: readonly string[]): PlainReply | undefined {
  if (!path.startsWith('/v1/models')) return undefined
  const known = models.length > 0 ? models : ['claude-haiku-5-5']
  const data = known.map((id) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '2025-09-29T00:00:00Z',
  }))
  return { status: 200, body: { data, has_more: false, first_id: known[0], last_id: known.at(-1) } }
}

function toEvent(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

function toStopReason({ finishReason, toolCalls }: FullAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_use' : 'end_turn')
}

function toMessage({ usage }: FullAnswer, { model }: RequestBody, fields: object): object {
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: usage.inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 1,
      service_tier: 'standard',
    },
    ...fields,
  }
}

function toEvents(answer: FullAnswer, body: RequestBody): readonly string[] {
  const { text, toolCalls, usage } = answer
  const first = text === '' ? 0 : 1
  return [
    toEvent('message_start', { message: toMessage(answer, body, {}) }),
    ...(text === '' ? [] : toBlock(0, { type: 'text', text: '' }, toTextDeltas(text))),
    toEvent('ping', {}),
    ...toolCalls.flatMap(({ id, name, input }, index) =>
      toBlock(index + first, { type: 'tool_use', id, name, input: {} }, toInputDeltas(input)),
    ),
    toEvent('message_delta', {
      delta: { stop_reason: toStopReason(answer), stop_sequence: null },
      usage: { output_tokens: usage.outputTokens },
    }),
    toEvent('message_stop', {}),
  ]
}

function toTextDeltas(text: string): readonly object[] {
  return splitTokens(text).map((word) => ({ type: 'text_delta', text: word }))
}

/** The first delta of a tool's input is empty. */
function toInputDeltas(input: string): readonly object[] {
  return ['', ...splitInput(input)].map((piece) => ({ type: 'input_json_delta', partial_json: piece }))
}

function toBlock(index: number, block: object, deltas: readonly object[]): readonly string[] {
  return [
    toEvent('content_block_start', { index, content_block: block }),
    ...deltas.map((delta) => toEvent('content_block_delta', { index, delta })),
    toEvent('content_block_stop', { index }),
  ]
}

function toWhole(answer: FullAnswer, body: RequestBody): object {
  const { text, toolCalls, usage } = answer
  const calls = toolCalls.map(({ id, name, input }) => ({
    type: 'tool_use',
    id,
    name,
    input: JSON.parse(input) as object,
  }))
  const content = [...(text === '' ? [] : [{ type: 'text', text, citations: null }]), ...calls]
  const counts = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }
  return toMessage(answer, body, { content, stop_reason: toStopReason(answer), usage: counts })
}
