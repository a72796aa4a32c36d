import { AppError } from '../../errors.ts'
import { whenLeft } from '../../http/event-stream.ts'
import { PROBLEMS } from '../../http/problem-schema.ts'
import { admitQuestion } from './admit-question.ts'
import { askBot, withSession } from './ask-bot.ts'
import { collectReply } from './collect-reply.ts'
import { featuresOf } from './features.ts'
import { authMethodOf, toNeedAuth } from './need-auth.ts'
import { recordReply } from './record-reply.ts'
import { ChatQuery, ChatReply, NeedAuthReply } from './web-requests.ts'
import { tags, type Routes, type WebParts } from './web-routes.ts'

/** Guide 002's endpoint without a stream: ask, and get the whole answer. */
export function addQuery(routes: Routes, parts: WebParts): void {
  const { host, findBot } = parts
  routes.post(
    '/api/chat/query',
    {
      schema: {
        tags,
        body: ChatQuery,
        summary: 'Ask a bot',
        response: { ...PROBLEMS, 200: ChatReply, 403: NeedAuthReply },
      },
    },
    async (request, reply) => {
      const query = withSession(request.body)
      const bot = findBot(query.chatbotId)
      if (!bot) throw new AppError('bot_not_found')
      const admitted = await admitQuestion(parts, request, { query, bot, refusal: 'chat_rate_limited' })
      const { allowed = true, requiresAuthNext = false } = admitted.guest ?? {}
      if (!allowed) return reply.code(403).send({ ...toNeedAuth(bot, query.sessionId) })
      const answer = await askBot(host, bot, { query, ...admitted, readerLeft: whenLeft(reply) })
      const collected = await collectReply(answer, query.sessionId)
      const auth = { requiresAuthNext, auth_method: authMethodOf(bot) }
      return featuresOf(host, query, admitted.place).speech
        ? {
            ...collected,
            ...auth,
            ...(await recordReply(host, bot, { collected, answer, query, account: admitted.place.account })),
          }
        : { ...collected, ...auth }
    },
  )
}
