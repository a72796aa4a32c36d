import { AppError } from '../../errors.ts'
import { whenLeft } from '../../http/event-stream.ts'
import { EVENT_STREAM, PROBLEMS } from '../../http/problem-schema.ts'
import { askBot, withSession } from './ask-bot.ts'
import { readPlace, refuse, sendAnswer, sendStored } from './send-answer.ts'
import { LastEventId } from './web-requests.ts'
import { tags, type Routes, type WebParts } from './web-routes.ts'

/** Guide 002's stream: ask, and read the answer while it is written. */
export function addStreamQuery(routes: Routes, { host, findBot, placeOf, body }: WebParts): void {
  routes.post(
    '/api/chat/query/stream',
    {
      schema: {
        tags,
        body,
        headers: LastEventId,
        summary: 'Ask a bot; the answer is streamed',
        response: { ...PROBLEMS, 200: EVENT_STREAM },
      },
    },
    async (request, reply) => {
      const read = readPlace(request.headers['last-event-id'])
      if (read) return sendStored(reply, host, read)
      const query = withSession(request.body)
      const bot = findBot(query.chatbotId)
      if (!bot) return refuse(reply, { error: new AppError('bot_not_found'), query })
      const place = await placeOf(request, query.sessionId)
      const answer = await askBot(host, bot, { query, place, readerLeft: whenLeft(reply) })
      return sendAnswer(reply, { host, answer, query })
    },
  )
}
