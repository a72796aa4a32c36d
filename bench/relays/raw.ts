/**
 * The physical limit that a server in this language can be held against: bare `node:http` in and out, the
 * provider's stream read by hand, no storage, no limits, no checks.
 */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'

const upstreamUrl = `${process.env['OPENAI_BASE_URL']}/chat/completions`
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

interface CompletionChunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[]
}

function writeEvent(response: ServerResponse, event: string, data: object): boolean {
  return response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

/** Calls `onText` for each piece of text in a chat completions stream. */
function readCompletion(upstream: IncomingMessage, onText: (text: string) => void): void {
  let rest = ''
  upstream.setEncoding('utf8')
  upstream.on('data', (chunk: string) => {
    const text = rest + chunk
    let from = 0
    for (let to = text.indexOf('\n\n'); to !== -1; to = text.indexOf('\n\n', from)) {
      const payload = text.slice(from + 'data: '.length, to)
      from = to + 2
      if (payload === '[DONE]') continue
      const content = (JSON.parse(payload) as CompletionChunk).choices[0]?.delta.content
      if (content) onText(content)
    }
    rest = from === 0 ? text : text.slice(from)
  })
}

function relay(upstream: IncomingMessage, response: ServerResponse): void {
  readCompletion(upstream, (content) => {
    if (!writeEvent(response, 'text', { content })) upstream.pause()
  })
  response.on('drain', () => upstream.resume())
  upstream.on('error', () => response.destroy())
  upstream.on('end', () => {
    writeEvent(response, 'complete', { success: true })
    writeEvent(response, 'close', { reason: 'completed' })
    response.end()
  })
}

function answer(body: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' })
  writeEvent(response, 'connected', { message: 'SSE connection established' })
  writeEvent(response, 'status', { message: 'Processing your request...' })
  const { query } = JSON.parse(body) as { query: string }
  const messages = [{ role: 'user', content: query }]
  const options = { model: 'bench', messages, stream: true, stream_options: { include_usage: true } }
  const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' }
  const call = request(upstreamUrl, { method: 'POST', agent, headers }, (upstream) =>
    relay(upstream, response),
  )
  response.on('close', () => call.destroy())
  call.on('error', () => response.destroy())
  call.end(JSON.stringify(options))
}

const server = createServer((incoming, response) => {
  if (incoming.url === '/readyz') return void response.end('{"status":"ready"}')
  let body = ''
  incoming.setEncoding('utf8')
  incoming.on('data', (chunk: string) => (body += chunk))
  incoming.on('end', () => answer(body, response))
})
server.listen(Number(process.env['PORT']), '127.0.0.1', 4_096)
