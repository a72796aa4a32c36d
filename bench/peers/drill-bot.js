/** What every small bot of the message bench needs besides its library. */
import { createServer } from 'node:http'

const {
  PORT,
  TELEGRAM_API_BASE_URL,
  TELEGRAM_BOT_TOKEN,
  TELEGRAM_WEBHOOK_SECRET_TOKEN,
  PUBLIC_URL,
  MODEL_URL,
} = process.env

/** Asks the model of the bench as a stream and returns the whole answer; throws when it fails. */
export async function askModel(text) {
  const response = await fetch(`${MODEL_URL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body: JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: text }] }),
  })
  if (!response.ok) throw new Error(`the model answered ${response.status}`)
  const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('data: {'))
  return events.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta?.content ?? '').join('')
}

/** Serves the webhook until SIGTERM, and tells Telegram its address. `close` runs when no request is open. */
export async function serveWebhook(handle, close) {
  const server = createServer((request, response) => {
    if (request.url === '/readyz') response.end('ok')
    else handle(request, response)
  })
  server.listen(Number(PORT), '127.0.0.1')
  process.once('SIGTERM', () => {
    server.close(() => void leave(close))
    server.closeIdleConnections()
  })
  await fetch(`${TELEGRAM_API_BASE_URL}/bot${TELEGRAM_BOT_TOKEN}/setWebhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: `${PUBLIC_URL}/webhook`, secret_token: TELEGRAM_WEBHOOK_SECRET_TOKEN }),
  })
}

async function leave(close) {
  await close?.()
  process.exit(0)
}

export async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
