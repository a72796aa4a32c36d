/** A Mastra agent behind Express, sending the same events. Its packages live in `bench/peers`. */
import express from 'express'

/** The slice of Mastra that is used; typed here because it is not part of the main install. */
interface MastraParts {
  readonly Agent: new (options: {
    readonly id: string
    readonly name: string
    readonly instructions: string
    readonly model: unknown
  }) => {
    stream(
      query: string,
      options: { readonly abortSignal: AbortSignal },
    ): Promise<{ readonly textStream: AsyncIterable<string> }>
  }
  readonly createOpenAI: (options: { readonly apiKey: string; readonly baseURL: string }) => {
    chat(model: string): unknown
  }
}

const location = new URL('../peers/mastra.js', import.meta.url)
const { Agent, createOpenAI } = (await import(location.href)) as MastraParts
const openai = createOpenAI({ apiKey: 'bench', baseURL: String(process.env['OPENAI_BASE_URL']) })
const agent = new Agent({
  id: 'bench',
  name: 'bench',
  instructions: 'You are a helpful assistant.',
  model: openai.chat('bench'),
})
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
  const result = await agent.stream(query, { abortSignal: gone.signal })
  for await (const content of result.textStream) send('text', { content })
  send('complete', { success: true })
  send('close', { reason: 'completed' })
  response.end()
})

app.listen(Number(process.env['PORT']), '127.0.0.1')
