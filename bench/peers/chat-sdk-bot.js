/**
 * A bot on Vercel's Chat SDK as its documentation says: by default its state is in memory and its way with
 * overlapping messages is its own default; with CONCURRENCY and REDIS_URL it queues on Redis. It answers the messages
 * that were skipped, too, so that a queue loses nothing by design. With ECHO it answers by itself and tells SINK_URL.
 */
import { createMemoryState } from '@chat-adapter/state-memory'
import { createRedisState } from '@chat-adapter/state-redis'
import { createTelegramAdapter } from '@chat-adapter/telegram'
import { Chat } from 'chat'
import { askModel, readBody, serveWebhook } from './drill-bot.js'

const { CONCURRENCY, REDIS_URL, ECHO } = process.env

const bot = new Chat({
  userName: 'bench_bot',
  adapters: { telegram: createTelegramAdapter({ mode: 'webhook' }) },
  state: REDIS_URL ? createRedisState() : createMemoryState(),
  logger: 'error',
  ...(CONCURRENCY && { concurrency: CONCURRENCY }),
})

bot.onDirectMessage(async (...[thread, message, , context]) => {
  for (const { text } of [...(context?.skipped ?? []), message])
    await thread.post(ECHO ? `${text} ${process.hrtime.bigint()}` : await askModel(text))
})

async function handle(request, response) {
  const answer = await bot.webhooks.telegram(
    new Request(`http://127.0.0.1${request.url}`, {
      method: 'POST',
      headers: request.headers,
      body: await readBody(request),
    }),
  )
  response.writeHead(answer.status).end(await answer.text())
}

await bot.initialize()
await serveWebhook(
  (request, response) => handle(request, response).catch(() => response.writeHead(500).end()),
  () => bot.shutdown(),
)
