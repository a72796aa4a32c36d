import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConversationKey } from '../../conversation.ts'
import { AppError, toAppError } from '../../errors.ts'
import { whenLeft } from '../../http/event-stream.ts'
import { subjectOf, type Gate } from '../../http/principal.ts'
import { addRestRoutes, REST_PROBLEMS, type RestRoutes } from '../../http/rest-routes.ts'
import type { Channel, Host } from '../channel.ts'
import { answerText, toAgentError } from './answer-text.ts'
import {
  ChatReply,
  ChatRequest,
  Conversation,
  ConversationDetail,
  ConversationParams,
  TranscriptQuery,
  UserParams,
} from './rest-requests.ts'

export interface RestChannelOptions {
  readonly gate: Gate
  readonly conversations: PersonalConversations
  /** The name of the bot that answers. Default: `todo` when it is served, else the default bot. */
  readonly bot: string | undefined
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

/** The conversations of signed-in people, by their subject; what belongs to another is not found. */
export interface PersonalConversations {
  list(subject: string): Promise<readonly ListedConversation[]>
  read(
    subject: string,
    place: { readonly id: string; readonly limit: number },
  ): Promise<ReadConversation | undefined>
  remove(subject: string, id: string): Promise<boolean>
  keyOf(subject: string, id: string): Promise<ConversationKey | undefined>
  placeOf(
    turnId: string,
  ): Promise<{ readonly conversationId: string; readonly messageId: string | null } | undefined>
}

interface ListedConversation {
  readonly id: string
  readonly title: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

interface ReadConversation {
  readonly id: string
  readonly title: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly messages: readonly {
    readonly id: string
    readonly role: 'user' | 'assistant'
    readonly text: string
    readonly createdAt: Date
  }[]
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
/** The bot of guide 001, which answers here when nobody says otherwise. */
const USUAL_BOT = 'todo'
/** Guide 001 warns of answers that take longer, in milliseconds. */
const SLOW_MS = 5_000

const tags = ['conversations']
const secured = { tags, security: [{ bearer: [] }] }

/** The REST channel: guide 001's chat and conversations of signed-in people. */
export function createRestChannel(options: RestChannelOptions): Channel {
  return {
    name: 'rest',
    register(server, host) {
      const bot = options.bot ?? host.bots.find(USUAL_BOT)?.name ?? host.bots.list()[0]?.name ?? USUAL_BOT
      if (!host.bots.find(bot)) {
        const problem = `REST_BOT is "${bot}", which is not served.`
        throw new AppError('invalid_configuration', { params: { problem } })
      }
      addRestRoutes(server, (routes) => {
        addChatRoute(routes, { ...options, host, bot })
        addConversationRoutes(routes, options)
      })
    },
  }
}

interface ChatOptions extends RestChannelOptions {
  readonly host: Host
  readonly bot: string
}

function addChatRoute(routes: RestRoutes, options: ChatOptions): void {
  const { gate, conversations, bot } = options
  routes.post(
    '/api/:user_id/chat',
    {
      onRequest: gate.ownerOr('foreign_user'),
      schema: {
        ...secured,
        summary: 'Say something to the bot and wait for its answer',
        params: UserParams,
        body: ChatRequest,
        response: { ...REST_PROBLEMS, 200: ChatReply },
      },
    },
    async (request, reply) => {
      const subject = subjectOf(gate.principalOf(request))
      const { message: text, conversation_id: id } = request.body
      const conversation: ConversationKey | undefined = id
        ? await conversations.keyOf(subject, requireUuid(id))
        : { bot, channel: 'rest', key: randomUUID() }
      if (!conversation) throw new AppError('conversation_not_found')
      const { response, turnId } = await ask(options, { conversation, subject, text }, { request, reply })
      const place = await conversations.placeOf(turnId)
      if (!place) throw new AppError('conversation_not_found')
      const { conversationId, messageId } = place
      const ids = { conversation_id: conversationId, message_id: messageId }
      return { response, message: response, ...ids, role: 'assistant' as const }
    },
  )
}

interface Question {
  readonly conversation: ConversationKey
  readonly subject: string
  readonly text: string
}

interface Answered {
  readonly response: string
  readonly turnId: string
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Stops the turn when its time is up; a reader that leaves early finds the answer in the conversation. */
async function ask(
  { host, timeoutMs }: ChatOptions,
  question: Question,
  { request, reply }: Exchange,
): Promise<Answered> {
  const begun = performance.now()
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(new AppError('turn_timeout')), timeoutMs)
  try {
    const readerLeft = whenLeft(reply)
    const answer = await host.converse({ ...question, signal: timeout.signal, readerLeft })
    return { response: await answerText(answer), turnId: answer.turnId }
  } catch (thrown) {
    throw toAgentError(toAppError(thrown))
  } finally {
    clearTimeout(timer)
    const ms = Math.round(performance.now() - begun)
    if (ms > SLOW_MS) request.log.warn({ ms }, 'slow reply')
  }
}

function addConversationRoutes(routes: RestRoutes, { gate, conversations }: RestChannelOptions): void {
  routes.get(
    '/api/:user_id/conversations',
    {
      onRequest: gate.ownerOr('foreign_user'),
      schema: {
        ...secured,
        summary: 'The conversations, newest first, at most 50, without their messages',
        params: UserParams,
        response: { ...REST_PROBLEMS, 200: z.array(Conversation) },
      },
    },
    async (request) => {
      const list = await conversations.list(subjectOf(gate.principalOf(request)))
      return list.map(({ id, title, createdAt, updatedAt }) => ({
        id,
        title,
        created_at: createdAt,
        updated_at: updatedAt,
      }))
    },
  )
  routes.get(
    '/api/:user_id/conversations/:id',
    {
      onRequest: gate.ownerOr('foreign_user'),
      schema: {
        ...secured,
        summary: 'One conversation with its last messages, oldest first',
        params: ConversationParams,
        querystring: TranscriptQuery,
        response: { ...REST_PROBLEMS, 200: ConversationDetail },
      },
    },
    async (request) => {
      const place = { id: requireUuid(request.params.id), limit: request.query.limit }
      const found = await conversations.read(subjectOf(gate.principalOf(request)), place)
      if (!found) throw new AppError('conversation_not_found')
      return toDetail(found)
    },
  )
  routes.delete(
    '/api/:user_id/conversations/:id',
    {
      onRequest: gate.ownerOr('foreign_user'),
      schema: {
        ...secured,
        summary: 'Delete a conversation with its messages',
        params: ConversationParams,
        response: { ...REST_PROBLEMS, 204: z.null().describe('Deleted.') },
      },
    },
    async (request, reply) => {
      const id = requireUuid(request.params.id)
      if (!(await conversations.remove(subjectOf(gate.principalOf(request)), id)))
        throw new AppError('conversation_not_found')
      return reply.code(204).send(null)
    },
  )
}

function requireUuid(id: string): string {
  if (!UUID.test(id)) throw new AppError('conversation_id_invalid')
  return id
}

function toDetail({ messages, createdAt, updatedAt, ...rest }: ReadConversation) {
  return {
    ...rest,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    messages: messages.map(({ id, role, text, createdAt: at }) => ({
      id,
      role,
      content: text,
      created_at: at.toISOString(),
    })),
  }
}
