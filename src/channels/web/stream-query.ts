import { AppError } from '../../errors.ts'
import { whenLeft } from '../../http/event-stream.ts'
import { EVENT_STREAM, PROBLEMS } from '../../http/problem-schema.ts'
import { admitQuestion } from './admit-question.ts'
import { askBot, withSession } from './ask-bot.ts'
import { featuresOf } from './features.ts'
import { authMethodOf } from './need-auth.ts'
import { readPlace, refuse, sendAnswer, sendStored } from './send-answer.ts'
import { unstream } from './unstream.ts'
import { ChatQuery, LastEventId } from './web-requests.ts'
import { tags, type Routes, type WebParts } from './web-routes.ts'

/** Guide 002's stream: ask, and read the answer while it is written. */
export function addStreamQuery(routes: Routes, parts: WebParts): void {
  const { host, findBot, claimOf } = parts
  routes.post(
    '/api/chat/query/stream',
    {
      schema: {
        tags,
        body: ChatQuery,
        headers: LastEventId,
        summary: 'Ask a bot; the answer is streamed',
        response: { ...PROBLEMS, 200: EVENT_STREAM },
      },
    },
    async (request, reply) => {
      const read = readPlace(request.headers['last-event-id'])
      if (read) return sendStored(reply, host, { ...read, claim: await claimOf(request) })
      const query = withSession(request.body)
      const bot = findBot(query.chatbotId)
      if (!bot) return refuse(reply, { error: new AppError('bot_not_found'), query })
      const admitted = await admitQuestion(parts, request, { query, bot, refusal: 'stream_rate_limited' })
      const { allowed = true, requiresAuthNext = false } = admitted.guest ?? {}
      if (!allowed) return refuse(reply, { error: new AppError('need_auth'), query, bot })
      const answer = await askBot(host, bot, { query, ...admitted, readerLeft: whenLeft(reply) })
      const auth = { requiresAuthNext, auth_method: authMethodOf(bot) }
      const { streaming, speech } = featuresOf(host, query, admitted.place)
      const told = { query: { ...query, enableTTS: speech }, auth }
      return sendAnswer(reply, { host, answer: streaming ? answer : unstream(answer), ...told })
    },
  )
}
