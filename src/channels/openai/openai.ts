import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError, toAppError } from '../../errors.ts'
import { isTerminal, type TurnEvent } from '../../events.ts'
import { bearerOf, isOneOf, sha256 } from '../../http/bearer.ts'
import { EventStream, toFrame, whenLeft } from '../../http/event-stream.ts'
import { fromThrown, retryAfterSeconds } from '../../http/problem.ts'
import type { Answer } from '../../conversation.ts'
import type { BotInfo, Channel, Host } from '../channel.ts'
import { Completion } from './completion.ts'
import {
  COMPLETION_REPLIES,
  MODEL_LIST_REPLIES,
  MODEL_REPLIES,
  type ChatCompletion,
} from './openai-replies.ts'
import { ChatCompletionRequest, toDialogue, toToolSpecs } from './openai-requests.ts'

export interface OpenAIChannelOptions {
  /** Keys that callers may use; absent: nobody needs one. */
  readonly apiKeys: readonly string[] | undefined
  readonly maxBodyBytes: number
}

/**
 * The OpenAI API: bots are models, so whatever speaks chat completions speaks to a bot. The caller carries the
 * conversation and may bring tools; a caller that leaves cancels its answer, as it does with OpenAI.
 */
export function createOpenAIChannel(options: OpenAIChannelOptions): Channel {
  return {
    name: 'openai',
    register(server, host) {
      void server.register(async (scope) => {
        scope.setErrorHandler((thrown, request, reply) => sendError(thrown, { request, reply, options }))
        scope.addHook('onRequest', async (request) => requireKey(request, options.apiKeys))
        addRoutes(scope, host)
      })
    },
  }
}

const OPENAI_SCHEMA = { tags: ['openai'], security: [{ bearer: [] }] }

function addRoutes(scope: FastifyInstance, host: Host): void {
  const routes = scope.withTypeProvider<ZodTypeProvider>()
  const started = Math.floor(Date.now() / 1_000)
  routes.get(
    '/v1/models',
    { schema: { ...OPENAI_SCHEMA, summary: 'The bots, as models', response: MODEL_LIST_REPLIES } },
    async () => ({ object: 'list' as const, data: host.bots.list().map((bot) => toModel(bot, started)) }),
  )
  routes.get(
    '/v1/models/:model',
    {
      schema: {
        ...OPENAI_SCHEMA,
        summary: 'One bot, as a model',
        params: z.object({ model: z.string().max(100) }),
        response: MODEL_REPLIES,
      },
    },
    async (request) => toModel(requireBot(host, request.params.model), started),
  )
  routes.post(
    '/v1/chat/completions',
    {
      schema: {
        ...OPENAI_SCHEMA,
        summary: 'Ask a bot with the OpenAI API',
        body: ChatCompletionRequest,
        response: COMPLETION_REPLIES,
      },
    },
    async (request, reply) => {
      const answer = await converse(host, request, reply)
      const completion = new Completion({
        id: `chatcmpl-${answer.turnId}`,
        model: request.body.model,
        created: Math.floor(Date.now() / 1_000),
      })
      if (!request.body.stream) return collect(answer, completion)
      return stream(reply, {
        answer,
        completion,
        withUsage: request.body.stream_options?.include_usage ?? false,
      })
    },
  )
}

async function converse(
  host: Host,
  { body: request, headers }: ChatRequest,
  reply: FastifyReply,
): Promise<Answer> {
  const bot = requireBot(host, request.model)
  const { instructions, transcript, text } = toDialogue(request)
  const { stop, temperature } = request
  const maxOutputTokens = request.max_completion_tokens ?? request.max_tokens
  const left = whenLeft(reply)
  return host.converse({
    // Each request carries its whole conversation, so each is one of its own to us.
    conversation: { bot: bot.name, channel: 'openai', key: randomUUID() },
    subject: toSubject(headers.authorization, request.user),
    text,
    transcript,
    ...(instructions !== '' && { instructions }),
    tools: toToolSpecs(request),
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof maxOutputTokens === 'number' && { maxOutputTokens }),
    ...(stop && { stopSequences: [stop].flat() }),
    signal: left,
    readerLeft: left,
  })
}

type ChatRequest = Pick<FastifyRequest, 'headers'> & { readonly body: ChatCompletionRequest }

/** Callers with different keys never share rows, whatever `user` they name. */
function toSubject(authorization = '', user = 'anonymous'): string {
  return `openai:${sha256(authorization).toString('hex').slice(0, 16)}:${user}`
}

async function collect(answer: Answer, completion: Completion): Promise<ChatCompletion> {
  for await (const { event } of answer.events) {
    if (event.type === 'error') throw new AppError(event.code)
    completion.next(event)
  }
  return completion.toObject()
}

interface StreamedAnswer {
  readonly answer: Answer
  readonly completion: Completion
  readonly withUsage: boolean
}

async function stream(reply: FastifyReply, { answer, completion, withUsage }: StreamedAnswer): Promise<void> {
  const out = new EventStream(reply)
  try {
    for await (const { event } of answer.events) {
      const frames = toFrames(event, completion, withUsage)
      if (isTerminal(event)) return out.end(frames)
      if (!out.send(frames)) await out.caughtUp()
    }
  } finally {
    out.end()
  }
}

function toFrames(event: TurnEvent, completion: Completion, withUsage: boolean): string {
  if (event.type === 'error') return toFrame({ data: JSON.stringify(toErrorBody(new AppError(event.code))) })
  const chunk = completion.next(event)
  const frame = chunk ? toFrame({ data: chunk }) : ''
  if (event.type !== 'end') return frame
  return `${frame}${withUsage ? toFrame({ data: completion.usageChunk() }) : ''}${toFrame({ data: '[DONE]' })}`
}

function requireBot(host: Host, name: string): BotInfo {
  const bot = host.bots.find(name)
  if (bot) return bot
  throw new AppError('bot_not_found')
}

function toModel({ name }: BotInfo, created: number) {
  return { id: name, object: 'model' as const, created, owned_by: 'botyard' }
}

function requireKey(request: FastifyRequest, apiKeys: readonly string[] | undefined): void {
  if (!apiKeys) return
  if (!isOneOf(bearerOf(request) ?? '', apiKeys)) throw new AppError('unauthorized')
}

interface ErrorContext {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly options: OpenAIChannelOptions
}

function sendError(thrown: unknown, { request, reply, options }: ErrorContext): void {
  const error = fromThrown(thrown, options)
  if (error.status >= 500) request.log.error({ err: error }, 'request failed')
  const retryAfter = retryAfterSeconds(error)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  if (error.status === 401) reply.header('www-authenticate', 'Bearer')
  reply.code(error.status).send(toErrorBody(toAppError(error)))
}

/** Codes that OpenAI's clients know. */
const OPENAI_CODES: Readonly<Record<string, string>> = {
  bot_not_found: 'model_not_found',
  unauthorized: 'invalid_api_key',
  model_rate_limited: 'rate_limit_exceeded',
  model_context_too_long: 'context_length_exceeded',
}

function toErrorBody({ code, message, status, fields }: AppError): Readonly<Record<string, unknown>> {
  const first = fields?.[0]
  return {
    error: {
      message: first ? `${message}: ${first.field} ${first.message}` : message,
      type: status < 500 ? 'invalid_request_error' : 'server_error',
      param: first?.field ?? null,
      code: OPENAI_CODES[code] ?? code,
    },
  }
}
