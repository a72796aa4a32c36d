import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { AppError } from '../../errors.ts'
import { isTerminal, type LoggedEvent } from '../../events.ts'
import { EventStream, whenLeft } from '../../http/event-stream.ts'
import { subjectOf, type Gate, type Principal } from '../../http/principal.ts'
import { EVENT_STREAM, PROBLEMS } from '../../http/problem-schema.ts'
import type { Answer } from '../../conversation.ts'
import type { BotInfo, Channel, Host } from '../channel.ts'
import { collectReply } from './collect-reply.ts'
import {
  parseEventId,
  toRefusalFrames,
  toWebFrames,
  type FrameContext,
  type ReadPlace,
} from './web-frames.ts'
import {
  BotList,
  ChatReply,
  ChatQuery,
  LastEventId,
  Session,
  SessionParams,
  SessionQuery,
  Stopped,
  StreamParams,
  StreamQuery,
  StrictChatQuery,
} from './web-requests.ts'

export interface WebChannelOptions {
  /**
   * Production: a session id must be a UUID and the bot must exist. Otherwise any id will do and an unknown bot is
   * the default one, so that printed examples work as printed.
   */
  readonly strictIds: boolean
  /** Knows signed-in people by their tokens. Absent: everybody is anonymous. */
  readonly gate?: Gate
}

/** The web channel: guide 002's chat endpoints, over server-sent events that can be resumed, and without. */
export function createWebChannel({ strictIds, gate }: WebChannelOptions): Channel {
  return {
    name: 'web',
    register(server, host) {
      const routes = withZod(server)
      const findBot = (id: string): BotInfo | undefined =>
        host.bots.find(id) ?? (strictIds ? undefined : host.bots.list()[0])
      const placeOf: PlaceOf = async (request, sessionId) => toPlace(sessionId, await gate?.find(request))
      addChatRoutes(routes, { host, findBot, placeOf, body: strictIds ? StrictChatQuery : ChatQuery })
      addStreamRoutes(routes, host)
      addSessionRoutes(routes, { host, findBot, placeOf })
    },
  }
}

type Routes = ReturnType<typeof withZod>

function withZod(server: FastifyInstance) {
  return server.withTypeProvider<ZodTypeProvider>()
}

/** Where a conversation lies and whose it is. */
interface ConversationPlace {
  readonly key: string
  readonly subject: string
}

type PlaceOf = (request: FastifyRequest, sessionId: string) => Promise<ConversationPlace>

/** The sessions of a signed-in person are theirs alone: no token, no conversation, whoever knows the session id. */
function toPlace(sessionId: string, person: Principal | undefined): ConversationPlace {
  if (!person) return { key: sessionId, subject: `session:${sessionId}` }
  const subject = subjectOf(person)
  return { key: `${subject}/${sessionId}`, subject }
}

const tags = ['chat']

interface ChatRoutes {
  readonly host: Host
  readonly findBot: (id: string) => BotInfo | undefined
  readonly placeOf: PlaceOf
  readonly body: typeof ChatQuery | typeof StrictChatQuery
}

function addChatRoutes(routes: Routes, { host, findBot, placeOf, body }: ChatRoutes): void {
  const summary = 'Ask a bot'
  routes.post(
    '/api/chat/query/stream',
    {
      schema: {
        tags,
        body,
        headers: LastEventId,
        summary: `${summary}; the answer is streamed`,
        response: { ...PROBLEMS, 200: EVENT_STREAM },
      },
    },
    async (request, reply) => {
      const place = readPlace(request.headers['last-event-id'])
      if (place) return sendStored(reply, host, place)
      const query = withSession(request.body)
      const bot = findBot(query.chatbotId)
      if (!bot) return refuse(reply, { error: new AppError('bot_not_found'), query })
      return sendAnswer(reply, {
        answer: await converse(host, bot, {
          query,
          place: await placeOf(request, query.sessionId),
          readerLeft: whenLeft(reply),
        }),
        query,
      })
    },
  )
  routes.post(
    '/api/chat/query',
    { schema: { tags, body, summary, response: { ...PROBLEMS, 200: ChatReply } } },
    async (request, reply) => {
      const query = withSession(request.body)
      const bot = findBot(query.chatbotId)
      if (!bot) throw new AppError('bot_not_found')
      const place = await placeOf(request, query.sessionId)
      const answer = await converse(host, bot, { query, place, readerLeft: whenLeft(reply) })
      return collectReply(answer, query.sessionId)
    },
  )
}

type SessionQueryBody = z.infer<typeof ChatQuery> & { readonly sessionId: string }

function withSession(body: z.infer<typeof ChatQuery>): SessionQueryBody {
  return { ...body, sessionId: body.sessionId ?? randomUUID() }
}

interface Question {
  readonly query: SessionQueryBody
  readonly place: ConversationPlace
  readonly readerLeft: AbortSignal
}

async function converse(host: Host, bot: BotInfo, { query, place, readerLeft }: Question): Promise<Answer> {
  const { query: text, messageId } = query
  return host.converse({
    conversation: { bot: bot.name, channel: 'web', key: place.key },
    ...(messageId && { messageId: messageId.toLowerCase() }),
    subject: place.subject,
    text,
    readerLeft,
  })
}

interface SentAnswer {
  readonly answer: Answer
  readonly query: SessionQueryBody
}

async function sendAnswer(reply: FastifyReply, { answer, query }: SentAnswer): Promise<void> {
  const { sessionId, language, enableTTS } = query
  await pump(new EventStream(reply), answer.events, {
    turnId: answer.turnId,
    clientId: newClientId(),
    sessionId,
    language,
    ...(enableTTS && { warning: 'Audio generation unavailable' }),
  })
}

/** Guide 002's clients expect status 200 and learn of an unknown bot from the stream. */
async function refuse(
  reply: FastifyReply,
  { error, query }: { readonly error: AppError; readonly query: SessionQueryBody },
): Promise<void> {
  const stream = new EventStream(reply)
  const { code, message, retryable } = error
  stream.end(toRefusalFrames({ code, message, retryable }, { ...query, clientId: newClientId() }))
}

async function sendStored(reply: FastifyReply, host: Host, place: ReadPlace): Promise<void> {
  const events = await host.resume(place.turnId, place.seq, whenLeft(reply))
  const context = { turnId: place.turnId, clientId: newClientId() }
  await pump(new EventStream(reply), events, { ...context, skip: place.frames })
}

interface PumpContext extends FrameContext {
  /** Frames of the first event that the reader has already. */
  readonly skip?: number
}

/**
 * Sends until the turn ends or the reader leaves; the turn itself goes on either way. When reading fails on our side
 * the stream ends without a last event, and the reader resumes.
 */
async function pump(
  stream: EventStream,
  events: AsyncIterable<LoggedEvent>,
  context: PumpContext,
): Promise<void> {
  let skip = context.skip ?? 0
  try {
    for await (const entry of events) {
      const frames = toWebFrames(entry, context, skip)
      if (isTerminal(entry.event)) return stream.end(frames)
      if (!stream.send(frames)) await stream.caughtUp()
      if (!stream.open) return
      skip = 0
    }
  } finally {
    stream.end()
  }
}

function addStreamRoutes(routes: Routes, host: Host): void {
  routes.get(
    '/api/chat/streams/:id',
    {
      schema: {
        tags,
        params: StreamParams,
        querystring: StreamQuery,
        headers: LastEventId,
        summary: 'Read an answer again, or go on reading it, from after the last event seen',
        response: { ...PROBLEMS, 200: EVENT_STREAM },
      },
    },
    async (request, reply) => {
      const turnId = request.params.id
      const place = readPlace(request.headers['last-event-id'])
      if (place && place.turnId !== turnId) throw new AppError('stream_not_found')
      return sendStored(reply, host, place ?? { turnId, seq: request.query.after ?? 0, frames: 0 })
    },
  )
  routes.post(
    '/api/chat/streams/:id/stop',
    {
      schema: {
        tags,
        params: StreamParams,
        summary: 'Stop an answer; what was said is kept',
        response: { ...PROBLEMS, 200: Stopped },
      },
    },
    async (request) => ({ stopped: await host.stop(request.params.id) }),
  )
}

function addSessionRoutes(routes: Routes, { host, findBot, placeOf }: Omit<ChatRoutes, 'body'>): void {
  routes.get(
    '/api/chat/bots',
    {
      schema: {
        tags,
        summary: 'The bots of this server, the default one first',
        response: { ...PROBLEMS, 200: BotList },
      },
    },
    async () => ({
      bots: host.bots
        .list()
        .map(({ name, suggestions, ...bot }) => ({ id: name, ...bot, suggestions: [...suggestions] })),
    }),
  )
  routes.get(
    '/api/chat/sessions/:sessionId',
    {
      schema: {
        tags,
        params: SessionParams,
        querystring: SessionQuery,
        summary: 'The last messages of a conversation, oldest first',
        response: { ...PROBLEMS, 200: Session },
      },
    },
    async (request) => {
      const { sessionId } = request.params
      const bot = findBot(request.query.chatbotId)
      if (!bot) throw new AppError('bot_not_found')
      const { key } = await placeOf(request, sessionId)
      const transcript = await host.history({ bot: bot.name, channel: 'web', key })
      const messages = transcript?.messages ?? []
      return {
        sessionId,
        messages: messages.map(({ role, text, createdAt }) => ({
          role,
          content: text,
          createdAt: createdAt.toISOString(),
        })),
        streamId: transcript?.runningTurnId ?? null,
      }
    },
  )
}

function readPlace(header: string | undefined): ReadPlace | undefined {
  if (!header) return undefined
  const place = parseEventId(header)
  if (place) return place
  const problem = 'Last-Event-ID is not an id of this server; leave the header out to ask anew.'
  throw new AppError('invalid_request', { params: { problem } })
}

function newClientId(): string {
  return `chat-${Date.now()}-${randomUUID().replaceAll('-', '').slice(0, 9)}`
}
