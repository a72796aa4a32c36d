/** What a typical user writes today: Express and the AI SDK's `streamText`, sending the same events. */
import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import express from 'express'

const openai = createOpenAI({ apiKey: 'bench', baseURL: String(process.env['OPENAI_BASE_URL']) })
const app = express()
app.use(express.json())

app.get('/readyz', (_request, response) => {
  response.json({ status: 'ready' })
})

app.post('/api/chat/query/stream', async (request, response) => {
  const send = (event: string, data: object) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' })
  send('connected', { message: 'SSE connection established' })
  send('status', { message: 'Processing your request...' })
  const { query } = request.body as { query: string }
  const result = streamText({ model: openai.chat('bench'), prompt: query, abortSignal: gone.signal })
  for await (const content of result.textStream) send('text', { content })
  send('complete', { success: true })
  send('close', { reason: 'completed' })
  response.end()
})

app.listen(Number(process.env['PORT']), '127.0.0.1')
