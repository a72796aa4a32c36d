import type { z } from 'zod'
import { PROBLEMS } from '../http/problem-schema.ts'
import type { RevisionInfo } from '../store/store.ts'
import {
  ChatbotParams,
  HistoryQuery,
  HistoryReply,
  RevisionListReply,
  RevisionParams,
  RevisionReply,
  UsageQuery,
  UsageReply,
} from './chatbot-requests.ts'
import { secured, type ManagedRoutes } from './managed-routes.ts'

const path = '/api/chatbots/:chatbotId'

/** What is on record of a chatbot: its revisions, who changed what, and what it used. */
export function addChatbotRecords(managed: ManagedRoutes): void {
  addRevisionRoutes(managed)
  const { routes, guarded, own } = managed
  routes.get(
    `${path}/history`,
    {
      ...guarded,
      schema: {
        ...secured,
        params: ChatbotParams,
        querystring: HistoryQuery,
        summary: 'Who changed what, newest first',
        response: { ...PROBLEMS, 200: HistoryReply },
      },
    },
    async (request) => {
      const notes = await own(request).history(request.params.chatbotId, request.query.limit)
      return { changes: notes.map(({ at, ...note }) => ({ ...note, at: at.toISOString() })) }
    },
  )
  routes.get(
    `${path}/usage`,
    {
      ...guarded,
      schema: {
        ...secured,
        params: ChatbotParams,
        querystring: UsageQuery,
        summary: 'The tokens it used, and may use',
        response: { ...PROBLEMS, 200: UsageReply },
      },
    },
    async (request) => {
      const used = await own(request).usage(request.params.chatbotId, request.query.days)
      return { ...used, days: [...used.days] }
    },
  )
}

function addRevisionRoutes({ routes, guarded, own }: ManagedRoutes): void {
  routes.get(
    `${path}/revisions`,
    {
      ...guarded,
      schema: {
        ...secured,
        params: ChatbotParams,
        summary: 'The published revisions, newest first',
        response: { ...PROBLEMS, 200: RevisionListReply },
      },
    },
    async (request) => ({
      revisions: (await own(request).revisions(request.params.chatbotId)).map(toRevision),
    }),
  )
  routes.get(
    `${path}/revisions/:number`,
    {
      ...guarded,
      schema: {
        ...secured,
        params: RevisionParams,
        summary: 'A published revision as it was published',
        response: { ...PROBLEMS, 200: RevisionReply },
      },
    },
    async (request) => {
      const { chatbotId, number } = request.params
      const { fields, ...info } = await own(request).revision(chatbotId, number)
      return { ...toRevision(info), definition: { ...fields } }
    },
  )
}

function toRevision({
  hash: revision,
  publishedAt,
  ...info
}: RevisionInfo): z.infer<typeof RevisionListReply>['revisions'][number] {
  return { ...info, revision, publishedAt: publishedAt.toISOString() }
}
