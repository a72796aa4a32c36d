/**
 * An upstream with the wire of OpenAI's chat completions stream, in a process of its own. Everything it says is
 * built before the first request, one HTTP chunk a token, so that it is not what a benchmark measures.
 *
 * Started by `fork`; sends `{ port }` when it listens. `POST /hurry` ends all paced answers at once,
 * `POST /pace` goes back to the pace each prompt asks for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { longestAnswer, MAX_TOKENS, parsePrompt } from './answer.ts'

/**
 * What one write carries when nothing paces it: three Ethernet segments, which cut events anywhere, as networks
 * do. Streams take turns.
 */
const BURST_BYTES = 3 * 1_448
const WHEEL_MS = 4_096
const MODEL_ENVELOPE = {
  id: 'chatcmpl-Cc0Z3kq9xWv1YtJb6RrP2LmNfHdQa',
  object: 'chat.completion.chunk',
  created: 1_795_000_000,
  model: 'bench',
  service_tier: 'default',
  system_fingerprint: 'fp_50906f2aac',
}

interface Stream {
  readonly response: ServerResponse
  readonly tokens: number
  readonly paceMs: number
  readonly withUsage: boolean
  sentTokens: number
  sentBytes: number
  blocked: boolean
}

const wire = prepareWire()
const bursting = new Set<Stream>()
const wheel: Stream[][] = Array.from({ length: WHEEL_MS }, () => [])
const paced = new Set<Stream>()
let hurrying = false
let burstScheduled = false
let wheelTime = Math.floor(performance.now())

/** One HTTP chunk of one server-sent event. */
function httpChunk(payload: string): Buffer {
  const event = Buffer.from(`data: ${payload}\n\n`)
  return Buffer.concat([Buffer.from(`${event.length.toString(16)}\r\n`), event, Buffer.from('\r\n')])
}

function completionChunk(delta: object, finishReason: string | null, padding: string): Buffer {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason }
  return httpChunk(
    JSON.stringify({ ...MODEL_ENVELOPE, choices: [choice], usage: null, obfuscation: padding }),
  )
}

function prepareWire() {
  const { text, ends } = longestAnswer()
  const chunks: Buffer[] = []
  const offsets = [0]
  for (let index = 0; index < MAX_TOKENS; index += 1) {
    const content = text.slice(ends[index - 1] ?? 0, ends[index])
    const chunk = completionChunk({ content }, null, 'kX3vQ9bT2m'.slice(content.length % 10))
    chunks.push(chunk)
    offsets.push((offsets.at(-1) ?? 0) + chunk.length)
  }
  return {
    opening: completionChunk({ role: 'assistant', content: '', refusal: null }, null, 'aL0'),
    tokens: Buffer.concat(chunks),
    offsets,
    finish: completionChunk({}, 'stop', 'fQ7d1'),
    done: httpChunk('[DONE]'),
  }
}

function usageChunk(tokens: number): Buffer {
  const usage = { prompt_tokens: 25, completion_tokens: tokens, total_tokens: 25 + tokens }
  return httpChunk(JSON.stringify({ ...MODEL_ENVELOPE, choices: [], usage, obfuscation: '' }))
}

/** Writes the tokens up to `toByte`; true when the stream can take more. */
function advance(stream: Stream, toByte: number): boolean {
  const end = wire.offsets[stream.tokens] ?? 0
  const to = Math.min(toByte, end)
  const roomy = stream.response.write(wire.tokens.subarray(stream.sentBytes, to))
  stream.sentBytes = to
  if (to < end) return roomy
  const usage = stream.withUsage ? usageChunk(stream.tokens) : Buffer.alloc(0)
  stream.response.end(Buffer.concat([wire.finish, usage, wire.done, Buffer.from('0\r\n\r\n')]))
  forget(stream)
  return false
}

function advanceToken(stream: Stream): boolean {
  stream.sentTokens += 1
  return advance(stream, wire.offsets[stream.sentTokens] ?? 0)
}

function forget(stream: Stream): void {
  bursting.delete(stream)
  paced.delete(stream)
}

function burst(): void {
  burstScheduled = false
  for (const stream of bursting) {
    if (stream.blocked || advance(stream, stream.sentBytes + BURST_BYTES) || !bursting.has(stream)) continue
    stream.blocked = true
  }
  scheduleBurst()
}

function scheduleBurst(): void {
  if (burstScheduled || [...bursting].every((stream) => stream.blocked)) return
  burstScheduled = true
  setImmediate(burst)
}

/** Each stream keeps the phase it started in: tokens of different streams do not come in step. */
function turnWheel(): void {
  const now = Math.floor(performance.now())
  while (wheelTime < now) {
    wheelTime += 1
    const due = wheel[wheelTime % WHEEL_MS]?.splice(0) ?? []
    for (const stream of due) serveDue(stream)
  }
}

function serveDue(stream: Stream): void {
  if (!paced.has(stream)) return
  // A reader that cannot keep up misses its turn, as it would slow down a real provider.
  if (!stream.blocked && !advanceToken(stream) && paced.has(stream)) stream.blocked = true
  if (paced.has(stream)) wheel[(wheelTime + stream.paceMs) % WHEEL_MS]?.push(stream)
}

function begin(stream: Stream): void {
  stream.response.on('drain', () => {
    stream.blocked = false
    scheduleBurst()
  })
  stream.response.on('close', () => forget(stream))
  if (stream.paceMs === 0 || hurrying) {
    bursting.add(stream)
    scheduleBurst()
    return
  }
  paced.add(stream)
  if (advanceToken(stream) || paced.has(stream)) wheel[(wheelTime + stream.paceMs) % WHEEL_MS]?.push(stream)
}

function hurry(): void {
  hurrying = true
  for (const stream of paced) bursting.add(stream)
  paced.clear()
  scheduleBurst()
}

function answer(body: string, response: ServerResponse): void {
  const prompt = parsePrompt(body)
  if (prompt === undefined || !body.includes('"stream":true')) {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"Say tokens=… pace=… and stream.","type":"invalid_request_error"}}')
    return
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'transfer-encoding': 'chunked',
    'x-request-id': 'req_0f4b1c6d2e8a4a7f9d3b5c1e7a9f2d40',
  })
  // The HTTP chunks are built already: Node must not frame them a second time.
  response.chunkedEncoding = false
  response.write(wire.opening)
  const withUsage = body.includes('"include_usage":true')
  begin({ ...prompt, response, withUsage, sentTokens: 0, sentBytes: 0, blocked: false })
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: Buffer[] = []
  for await (const chunk of request) body.push(chunk as Buffer)
  if (request.url?.endsWith('/chat/completions')) return answer(Buffer.concat(body).toString(), response)
  if (request.url === '/hurry') hurry()
  if (request.url === '/pace') hurrying = false
  response.writeHead(204).end()
}

const server = createServer((request, response) => {
  handle(request, response).catch(() => response.destroy())
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', 4_096, () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
setInterval(turnWheel, 1)
process.on('disconnect', () => process.exit(0))
