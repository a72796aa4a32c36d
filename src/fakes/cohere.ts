import { startFakeModelServer } from './fake-model-server.ts'
import type { FakeModelOptions, FakeModelServer, FakeProvider, PlainReply } from './fake-model-server.ts'
import { splitInput, splitTokens } from './fake-reply.ts'
import type { FullAnswer, RequestBody } from './fake-reply.ts'
import { answerEmbed, answerRerank } from './cohere-search.ts'

/**
 * A local twin of Cohere's Chat API v2 (`/v2/chat`, streamed or whole, with tools, documents and citations;
 * `/v2/embed`, `/v2/rerank`, `/v1/models`), as the `cohere-ai` client 8.1 reads it. Close it when done.
 *
 * @example
 * const cohere = await createFakeCohere({ replies: [{ text: 'It opens at nine.', citations: [0] }] })
 * const model = createCohereModel({ model: 'command-a-03-2025', baseUrl: cohere.url })
 */
export function createFakeCohere(options: FakeModelOptions = {}): Promise<FakeModelServer> {
  return startFakeModelServer(COHERE, options)
}

const ID = '29f14a5a-11de-4cae-9800-25e4747408ea'

const COHERE: FakeProvider = {
  basePath: '',
  chatPath: '/v2/chat',
  headers: { 'x-endpoint-monthly-call-limit': '1000', 'x-trial-endpoint-call-limit': '20' },
  keyOf: (headers) => headers.authorization?.replace(/^Bearer /i, ''),
  errorBody: (status, { message }) => ({
    id: ID,
    message: message ?? MESSAGES[status] ?? 'internal server error',
  }),
  errorEvent: toEvent('message-end', { delta: { finish_reason: 'ERROR', error: 'internal server error' } }),
  callId: (index) => `call_${index}e8p4tzrkq0wd`,
  findProblem,
  answerOther: listModels,
  answerCall: (path, body) => answerEmbed(path, body) ?? answerRerank(path, body),
  toEvents,
  toWhole,
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'invalid request',
  401: 'invalid api token',
  404: 'model not found, make sure the correct model ID was used and that you have access to the model.',
  429: 'You are using a Trial key, which is limited to 20 API calls / minute.',
}

function findProblem({ model, messages }: RequestBody): PlainReply | undefined {
  const refuse = (message: string): PlainReply => ({ status: 400, body: { id: ID, message } })
  if (typeof model !== 'string') return refuse('invalid request: model is a required field')
  if (!Array.isArray(messages) || messages.length === 0)
    return refuse('invalid request: messages must be at least 1 in length.')
  return undefined
}

function listModels(path: string, models: readonly string[]): PlainReply | undefined {
  if (!path.startsWith('/v1/models')) return undefined
  const known = models.length > 0 ? models : ['command-a-03-2025']
  return {
    status: 200,
    body: { models: known.map((name) => ({ name, endpoints: ['chat'], finetuned: false })) },
  }
}

function toEvent(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}

function toFinishReason({ finishReason, toolCalls }: FullAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'TOOL_CALL' : 'COMPLETE')
}

function toUsage({ usage }: FullAnswer): object {
  const tokens = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }
  return { billed_units: tokens, tokens, cached_tokens: 0 }
}

interface CohereCitation {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly sources: readonly object[]
  readonly type: 'TEXT_CONTENT'
}

/** Each cites the whole text; what is cited are the documents as the request gave them. */
function toCitations({ text, citations }: FullAnswer, { documents }: RequestBody): readonly CohereCitation[] {
  const known = Array.isArray(documents)
    ? (documents as readonly { readonly id?: string; readonly data?: object }[])
    : []
  return citations.map((index) => {
    const id = known[index]?.id ?? `doc:${index}`
    const sources = [{ type: 'document', id, document: { id, ...known[index]?.data } }]
    return { start: 0, end: text.length, text, sources, type: 'TEXT_CONTENT' }
  })
}

function toEvents(answer: FullAnswer, body: RequestBody): readonly string[] {
  const start = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  return [
    toEvent('message-start', { id: ID, delta: { message: start } }),
    ...(answer.toolCalls.length > 0 ? toCallEvents(answer) : toTextEvents(answer, toCitations(answer, body))),
    toEvent('message-end', { delta: { finish_reason: toFinishReason(answer), usage: toUsage(answer) } }),
  ]
}

function toTextEvents({ text }: FullAnswer, citations: readonly CohereCitation[]): readonly string[] {
  return [
    toEvent('content-start', { index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
    ...splitTokens(text).map((word) =>
      toEvent('content-delta', { index: 0, delta: { message: { content: { text: word } } } }),
    ),
    ...citations.flatMap((citation, index) => [
      toEvent('citation-start', { index, delta: { message: { citations: citation } } }),
      toEvent('citation-end', { index }),
    ]),
    toEvent('content-end', { index: 0 }),
  ]
}

/** Before a call the model says what it plans; the text of a scripted answer becomes that plan. */
function toCallEvents({ text, toolCalls }: FullAnswer): readonly string[] {
  const plan = splitTokens(text || 'I will use a tool.')
  return [
    ...plan.map((word) => toEvent('tool-plan-delta', { delta: { message: { tool_plan: word } } })),
    ...toolCalls.flatMap(({ id, name, input }, index) => [
      toEvent('tool-call-start', {
        index,
        delta: { message: { tool_calls: { id, type: 'function', function: { name, arguments: '' } } } },
      }),
      ...splitInput(input).map((piece) =>
        toEvent('tool-call-delta', {
          index,
          delta: { message: { tool_calls: { function: { arguments: piece } } } },
        }),
      ),
      toEvent('tool-call-end', { index }),
    ]),
  ]
}

function toWhole(answer: FullAnswer, body: RequestBody): object {
  const { text, toolCalls } = answer
  const calls = toolCalls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: input },
  }))
  const citations = toCitations(answer, body)
  const message =
    calls.length > 0
      ? { role: 'assistant', tool_plan: text || 'I will use a tool.', tool_calls: calls }
      : { role: 'assistant', content: [{ type: 'text', text }], ...(citations.length > 0 && { citations }) }
  return { id: ID, message, finish_reason: toFinishReason(answer), usage: toUsage(answer) }
}
