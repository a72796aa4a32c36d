/** A bot on grammY as its guide to deployment says: `webhookCallback` with a secret, on `node:http`. */
import { Bot, webhookCallback } from 'grammy'
import { askModel, serveWebhook } from './drill-bot.js'

const { TELEGRAM_BOT_TOKEN, TELEGRAM_API_BASE_URL, TELEGRAM_WEBHOOK_SECRET_TOKEN } = process.env

const bot = new Bot(TELEGRAM_BOT_TOKEN, { client: { apiRoot: TELEGRAM_API_BASE_URL } })
bot.on('message:text', async (context) => {
  await context.reply(await askModel(context.message.text))
})

const handle = webhookCallback(bot, 'http', { secretToken: TELEGRAM_WEBHOOK_SECRET_TOKEN })
await serveWebhook((request, response) =>
  Promise.resolve(handle(request, response)).catch(() => response.writeHead(500).end()),
)
