import { AppError } from '../../errors.ts'
import { PROBLEMS } from '../../http/problem-schema.ts'
import { BotList, Session, SessionParams, SessionQuery } from './web-requests.ts'
import { tags, type Routes, type WebParts } from './web-routes.ts'

/** The bots, and what was said in a conversation. */
export function addSessionRoutes(routes: Routes, { host, findBot, placeOf }: WebParts): void {
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
        messages: messages.map(({ role, text, createdAt, outcome }) => ({
          role,
          content: text,
          createdAt: createdAt.toISOString(),
          ...(outcome && { outcome }),
        })),
        streamId: transcript?.runningTurnId ?? null,
      }
    },
  )
}
