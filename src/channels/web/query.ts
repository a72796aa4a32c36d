import { AppError } from '../../errors.ts'
import { whenLeft } from '../../http/event-stream.ts'
import { PROBLEMS } from '../../http/problem-schema.ts'
import { askBot, withSession } from './ask-bot.ts'
import { collectReply } from './collect-reply.ts'
import { recordReply } from './record-reply.ts'
import { ChatReply } from './web-requests.ts'
import { tags, type Routes, type WebParts } from './web-routes.ts'

/** Guide 002's endpoint without a stream: ask, and get the whole answer. */
export function addQuery(routes: Routes, { host, findBot, placeOf, body }: WebParts): void {
  routes.post(
    '/api/chat/query',
    { schema: { tags, body, summary: 'Ask a bot', response: { ...PROBLEMS, 200: ChatReply } } },
    async (request, reply) => {
      const query = withSession(request.body)
      const bot = findBot(query.chatbotId)
      if (!bot) throw new AppError('bot_not_found')
      const place = await placeOf(request, query.sessionId)
      const answer = await askBot(host, bot, { query, place, readerLeft: whenLeft(reply) })
      const collected = await collectReply(answer, query.sessionId)
      return query.enableTTS
        ? { ...collected, ...(await recordReply(host, bot, { collected, answer, query })) }
        : collected
    },
  )
}
