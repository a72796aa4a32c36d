import { startFakeModelServer } from './fake-model-server.ts'
import type {
  ErrorDetail,
  FakeModelOptions,
  FakeModelServer,
  FakeProvider,
  CalledReply,
  PlainReply,
} from './fake-model-server.ts'
import { splitInput, splitTokens } from './fake-reply.ts'
import type { FullAnswer, RequestBody } from './fake-reply.ts'
import { fakeVector, toBase64 } from './fake-vectors.ts'
import { answerSpeech, answerTranscription } from './openai-audio.ts'

/**
 * A local twin of OpenAI's Chat Completions API (`/chat/completions`, streamed or whole, with tools; `/models`;
 * `/embeddings`), and of its audio (`/audio/speech`, `/audio/transcriptions`), as the `openai` client 7.55 reads it. Close it when done.
 *
 * @example
 * const openai = await createFakeOpenAI({ replies: [{ toolCalls: [{ name: 'now', arguments: {} }] }, 'It is noon.'] })
 * const model = createOpenAIModel({ model: 'gpt-4o-mini', baseUrl: openai.url })
 */
export function createFakeOpenAI(options: FakeModelOptions = {}): Promise<FakeModelServer> {
  return startFakeModelServer(OPENAI, options)
}

const OPENAI: FakeProvider = {
  basePath: '/v1',
  chatPath: '/v1/chat/completions',
  headers: {
    'x-request-id': 'req_7f3a5d1c0b9e4a62',
    'openai-version': '2020-10-01',
    'openai-processing-ms': '12',
  },
  keyOf: (headers) => headers.authorization?.replace(/^Bearer /, ''),
  errorBody: (status, detail) => ({ error: toError(status, detail) }),
  errorEvent: `data: ${JSON.stringify({ error: { message: 'The server had an error while processing your request. Sorry about that!', type: 'server_error', param: null, code: null } })}\n\n`,
  callId: (index) => `call_${String(index).padStart(2, '0')}tGkRzXw4yQm0aVbN7cJd`,
  findProblem,
  answerOther: listModels,
  answerCall: (path, body, words) => answerEmbeddings(path, body) ?? answerAudio(path, body, words),
  toEvents,
  toWhole,
}

const ERRORS: Readonly<
  Record<number, { readonly type: string; readonly code: string | null; readonly message: string }>
> = {
  400: { type: 'invalid_request_error', code: null, message: 'The request is not valid.' },
  401: {
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message:
      'Incorrect API key provided: sk-wrong*****-key. You can find your API key at https://platform.openai.com/account/api-keys.',
  },
  404: {
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: 'The model does not exist or you do not have access to it.',
  },
  429: {
    type: 'requests',
    code: 'rate_limit_exceeded',
    message:
      'Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
  },
}

function toError(status: number, detail: ErrorDetail): object {
  const usual = ERRORS[status] ?? {
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    code: null,
    message: 'The server had an error while processing your request. Sorry about that!',
  }
  const type = detail.code === 'insufficient_quota' ? 'insufficient_quota' : usual.type
  return { message: detail.message ?? usual.message, type, param: null, code: detail.code ?? usual.code }
}

interface ChatMessage {
  readonly role?: string
  readonly tool_call_id?: string
  readonly tool_calls?: readonly { readonly id?: string }[]
}

function findProblem({ model, messages }: RequestBody): PlainReply | undefined {
  const refuse = (message: string): PlainReply => ({
    status: 400,
    body: { error: toError(400, { message }) },
  })
  if (typeof model !== 'string') return refuse('you must provide a model parameter')
  if (!Array.isArray(messages) || messages.length === 0)
    return refuse("Missing required parameter: 'messages'.")
  const unanswered = findUnanswered(messages as readonly ChatMessage[])
  return unanswered === undefined ? undefined : refuse(unanswered)
}

/** OpenAI insists that every call is answered at once and that every answer has its call. */
function findUnanswered(messages: readonly ChatMessage[]): string | undefined {
  let open: readonly (string | undefined)[] = []
  for (const message of [...messages, { role: 'end' } as ChatMessage]) {
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id))
        return "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
      open = open.filter((id) => id !== message.tool_call_id)
    } else if (open.length > 0) {
      return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`
    } else {
      open = message.tool_calls?.map(({ id }) => id) ?? []
    }
  }
  return undefined
}

function listModels(path: string, models: readonly string[]): PlainReply | undefined {
  const known = models.length > 0 ? models : ['gpt-4o-mini']
  const data = known.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'openai' }))
  if (path === '/v1/models') return { status: 200, body: { object: 'list', data } }
  const one = data.find(({ id }) => path === `/v1/models/${encodeURIComponent(id)}`)
  return one && { status: 200, body: one }
}

function answerAudio(path: string, body: RequestBody, words: string): CalledReply | undefined {
  const refuse = (message: string, status = 400): CalledReply => ({
    status,
    body: { error: toError(400, { message }) },
  })
  if (path === '/v1/audio/speech') return answerSpeech(body, refuse)
  return path === '/v1/audio/transcriptions' ? answerTranscription(body, words, refuse) : undefined
}

/** OpenAI's limit of texts a call. */
const MOST_TEXTS = 2_048
const DIMENSIONS = 64

/** Of 64 numbers, or of `dimensions`; in base64 when that is asked for. */
function answerEmbeddings(path: string, body: RequestBody): PlainReply | undefined {
  if (path !== '/v1/embeddings') return undefined
  const { input, model, dimensions = DIMENSIONS, encoding_format: format } = body
  const texts = typeof input === 'string' ? [input] : Array.isArray(input) ? input.map(String) : []
  const message =
    texts.length > MOST_TEXTS
      ? `Invalid 'input': array too long. Expected an array with maximum length ${MOST_TEXTS}, but got an array with length ${texts.length} instead.`
      : texts.length === 0 || texts.includes('')
        ? "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
        : undefined
  if (message !== undefined) return { status: 400, body: { error: toError(400, { message }) } }
  const data = texts.map((text, index) => {
    const vector = fakeVector(text, Number(dimensions))
    return { object: 'embedding', index, embedding: format === 'base64' ? toBase64(vector) : vector }
  })
  const tokens = Math.ceil(texts.join('').length / 4)
  return {
    status: 200,
    body: { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } },
  }
}

const CREATED = 1_790_000_000
const ID = 'chatcmpl-D4hK2mPq8sTzUv1wXy3b5C7eF9gAj'

function toUsage({ usage }: FullAnswer): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  }
}

function toFinishReason({ finishReason, toolCalls }: FullAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop')
}

function toEvents(answer: FullAnswer, body: RequestBody): readonly string[] {
  const wantsUsage =
    (body['stream_options'] as { readonly include_usage?: boolean } | undefined)?.include_usage === true
  const base = {
    id: ID,
    object: 'chat.completion.chunk',
    created: CREATED,
    model: body['model'],
    service_tier: 'default',
    system_fingerprint: 'fp_44709d6fcb',
  }
  const toEvent = (choices: readonly object[], usage: object | null): string =>
    `data: ${JSON.stringify({ ...base, choices, ...(wantsUsage && { usage }) })}\n\n`
  const choice = (delta: object, reason: string | null = null): string =>
    toEvent([{ index: 0, delta, logprobs: null, finish_reason: reason }], null)
  return [
    ...toDeltas(answer).map((delta) => choice(delta)),
    choice({}, toFinishReason(answer)),
    ...(wantsUsage ? [toEvent([], toUsage(answer))] : []),
    'data: [DONE]\n\n',
  ]
}

function toDeltas({ text, toolCalls }: FullAnswer): readonly object[] {
  const calls = toolCalls.flatMap(({ id, name, input }, index) => [
    { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
    ...splitInput(input).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ])
  const words = splitTokens(text).map((content) => ({ content }))
  const first = { role: 'assistant', content: text === '' && calls.length > 0 ? null : '', refusal: null }
  if (text === '' && calls.length > 0) return [{ ...first, ...calls[0] }, ...calls.slice(1)]
  return [first, ...words, ...calls]
}

function toWhole(answer: FullAnswer, body: RequestBody): object {
  const { text, toolCalls } = answer
  const calls = toolCalls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: input },
  }))
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
    refusal: null,
    annotations: [],
  }
  return {
    id: ID,
    object: 'chat.completion',
    created: CREATED,
    model: body['model'],
    choices: [{ index: 0, message, logprobs: null, finish_reason: toFinishReason(answer) }],
    usage: toUsage(answer),
    service_tier: 'default',
    system_fingerprint: 'fp_44709d6fcb',
  }
}
