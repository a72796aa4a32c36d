import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { managesServer, NOBODY, subjectOf, type Gate, type Principal } from '../http/principal.ts'
import { PROBLEMS } from '../http/problem-schema.ts'
import { addChatbotRecords } from './chatbot-record-routes.ts'
import {
  ChangesBody,
  ChatbotList,
  ChatbotListReply,
  ChatbotParams,
  ChatbotReply,
  DraftBody,
  IfMatch,
  NewChatbotBody,
  QuotaBody,
  RollBackBody,
} from './chatbot-requests.ts'
import { secured, type ManagedRoutes } from './managed-routes.ts'
import type { Chatbot, ChatbotActor, Chatbots, ChatbotVersion } from './chatbots.ts'

export interface ChatbotRoutesOptions {
  readonly gate: Gate
  readonly chatbots: Chatbots
}

/** The REST routes of chatbots, for operators and admins. */
export function addChatbotRoutes(server: FastifyInstance, { gate, chatbots }: ChatbotRoutesOptions): void {
  const managed: ManagedRoutes = {
    routes: server.withTypeProvider<ZodTypeProvider>(),
    guarded: { onRequest: gate.withRole('operator', 'admin') },
    own: (request) => chatbots.as(toActor(gate.principalOf(request))),
  }
  addListRoutes(managed)
  addDraftRoutes(managed)
  addPublishRoutes(managed)
  addStateRoutes(managed)
  addChatbotRecords(managed)
}

/** Admins and machines manage every chatbot; an operator with an account those of the account. */
export function toActor(principal: Principal): ChatbotActor {
  const { userId, role } = principal
  const unrestricted = managesServer(principal)
  if (userId === NOBODY) return { name: role, account: null, unrestricted }
  return { name: subjectOf(principal), account: userId, unrestricted }
}

const path = '/api/chatbots/:chatbotId'
const one = { ...PROBLEMS, 200: ChatbotReply }

function addListRoutes({ routes, guarded, own }: ManagedRoutes): void {
  routes.get(
    '/api/chatbots',
    {
      ...guarded,
      schema: {
        ...secured,
        summary: 'The chatbots, newest first',
        querystring: ChatbotList,
        response: { ...PROBLEMS, 200: ChatbotListReply },
      },
    },
    async (request) => ({ chatbots: (await own(request).list(request.query)).map(toReply) }),
  )
  routes.post(
    '/api/chatbots',
    {
      ...guarded,
      schema: {
        ...secured,
        summary: 'Make a chatbot; it answers when it is published',
        body: NewChatbotBody,
        response: { ...PROBLEMS, 201: ChatbotReply },
      },
    },
    async (request, reply) => {
      const { chatbotId: id, owner, ...fields } = request.body
      const made = await own(request).create(fields, { id, owner })
      reply.header('location', `/api/chatbots/${made.id}`)
      return answer(reply.code(201), made)
    },
  )
}

function addDraftRoutes({ routes, guarded, own }: ManagedRoutes): void {
  const shared = { ...secured, params: ChatbotParams, response: one }
  routes.get(path, { ...guarded, schema: { ...shared, summary: 'One chatbot' } }, async (request, reply) =>
    answer(reply, await own(request).get(request.params.chatbotId)),
  )
  const changing = { ...shared, headers: IfMatch }
  routes.put(
    path,
    {
      ...guarded,
      schema: { ...changing, body: DraftBody, summary: 'Put another draft in the place of this one' },
    },
    async (request, reply) => answer(reply, await own(request).replace(placeOf(request), request.body)),
  )
  routes.patch(
    path,
    { ...guarded, schema: { ...changing, body: ChangesBody, summary: 'Change fields of the draft' } },
    async (request, reply) => answer(reply, await own(request).change(placeOf(request), request.body)),
  )
}

function addPublishRoutes({ routes, guarded, own }: ManagedRoutes): void {
  const changing = { ...secured, params: ChatbotParams, headers: IfMatch, response: one }
  routes.post(
    `${path}/publish`,
    { ...guarded, schema: { ...changing, summary: 'Have the draft answer from now on' } },
    async (request, reply) => answer(reply, await own(request).publish(placeOf(request))),
  )
  routes.post(
    `${path}/rollback`,
    { ...guarded, schema: { ...changing, body: RollBackBody, summary: 'Publish an earlier revision again' } },
    async (request, reply) =>
      answer(reply, await own(request).rollBack(placeOf(request), request.body.number)),
  )
}

function addStateRoutes({ routes, guarded, own }: ManagedRoutes): void {
  const changing = { ...secured, params: ChatbotParams, headers: IfMatch, response: one }
  routes.put(
    `${path}/quota`,
    {
      ...guarded,
      schema: {
        ...changing,
        body: QuotaBody,
        summary: 'Set how many tokens it may use; at once, for admins',
      },
    },
    async (request, reply) => answer(reply, await own(request).setQuota(placeOf(request), request.body)),
  )
  for (const [action, archived, summary] of [
    ['archive', true, 'Archive it: it answers nobody, and everything is kept'],
    ['restore', false, 'Have it answer again'],
  ] as const)
    routes.post(
      `${path}/${action}`,
      { ...guarded, schema: { ...changing, summary } },
      async (request, reply) => answer(reply, await own(request).setArchived(placeOf(request), archived)),
    )
}

interface ConditionalRequest {
  readonly params: { readonly chatbotId: string }
  readonly headers: z.infer<typeof IfMatch>
}

/** Nobody overwrites what they have not read. */
function placeOf({ params: { chatbotId: id }, headers }: ConditionalRequest): ChatbotVersion {
  const given = headers['if-match']?.trim()
  if (given === '*') return { id, version: undefined }
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(given ?? '')?.[1]
  if (version === undefined) throw new AppError('chatbot_version_missing')
  return { id, version: Number(version) }
}

function answer(reply: FastifyReply, chatbot: Chatbot): z.infer<typeof ChatbotReply> {
  reply.header('etag', `"${chatbot.version}"`)
  return toReply(chatbot)
}

function toReply(chatbot: Chatbot): z.infer<typeof ChatbotReply> {
  const { id, tokensPerDay, tokensPerMonth, draft, createdAt, updatedAt, ...rest } = chatbot
  return {
    chatbotId: id,
    ...rest,
    quota: { tokensPerDay, tokensPerMonth },
    draft: { ...draft },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
