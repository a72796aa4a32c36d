import type { IncomingMessage, ServerResponse } from 'node:http'
import { completeAnswer, pickReply } from './fake-reply.ts'
import type { FakeScript, FullAnswer, RequestBody } from './fake-reply.ts'
import { createFaultQueue } from './fault-queue.ts'
import type { FaultQueue } from './fault-queue.ts'
import { sendEvents, sendFaultyReply } from './faults.ts'
import type { Fault } from './faults.ts'
import { readBody, startLocalServer } from './local-server.ts'
import { readForm } from './read-form.ts'

export interface FakeModelOptions {
  /** When set, any other key is refused. Default: every key is good, and none is needed. */
  readonly apiKey?: string
  /** What there is; any other model is refused. Default: every model exists. */
  readonly models?: readonly string[]
  /** Default: one greeting. */
  readonly replies?: FakeScript
  /** What recordings are heard to say, one after the other; the last one stays. Default: one greeting. */
  readonly transcripts?: readonly string[]
  /** Between two events of a stream, in milliseconds. Default 0. */
  readonly tokenMs?: number
  readonly fault?: Fault
  /** Default: a free one. */
  readonly port?: number
}

export interface FakeModelServer {
  /** The base URL to give to a client. */
  readonly url: string
  /** Every request so far, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** From the next request on; undefined: all is well again. */
  inject(fault: Fault | undefined): void
  close(): Promise<void>
}

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: RequestBody
  /** The client's port: two requests with the same one came over one connection. */
  readonly clientPort: number | undefined
  /** How the exchange ended: the reply was sent to its end, or the connection closed before. */
  readonly outcome: Promise<'sent' | 'cut'>
}

/** A reply of bytes, such as audio; sent in pieces. */
export interface BytesReply {
  readonly status: number
  readonly bytes: Buffer
  readonly contentType: string
}

export type CalledReply = PlainReply | BytesReply

/** A reply that is not an answer. */
export interface PlainReply {
  readonly status: number
  readonly body: object
}

export interface ErrorDetail {
  readonly code?: string
  readonly message?: string
}

/** What differs between providers. */
export interface FakeProvider {
  /** Follows the host in `url`. */
  readonly basePath: string
  readonly chatPath: string
  readonly headers: Readonly<Record<string, string>>
  readonly keyOf: (headers: IncomingMessage['headers']) => string | undefined
  readonly errorBody: (status: number, detail: ErrorDetail) => object
  /** The event that reports an error inside a stream. */
  readonly errorEvent: string
  readonly callId: (index: number) => string
  /** Why the provider would refuse this request; undefined when it would not. */
  readonly findProblem: (body: RequestBody) => PlainReply | undefined
  /** Answers of other paths, such as the list of models. */
  readonly answerOther: (path: string, models: readonly string[]) => PlainReply | undefined
  /** Answers of further paths that take a body, such as embeddings; faults spoil them too. */
  readonly answerCall?: (path: string, body: RequestBody, words: string) => CalledReply | undefined
  readonly toEvents: (answer: FullAnswer, body: RequestBody) => readonly string[]
  readonly toWhole: (answer: FullAnswer, body: RequestBody) => object
}

/** Starts a fake provider on 127.0.0.1. */
export async function startFakeModelServer(
  provider: FakeProvider,
  options: FakeModelOptions = {},
): Promise<FakeModelServer> {
  const requests: RecordedRequest[] = []
  const faults = createFaultQueue(options.fault)
  const exchange = createExchange(provider, options, faults)
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const left = new AbortController()
    const outcome = new Promise<'sent' | 'cut'>((resolve) => {
      response.once('close', () => {
        left.abort()
        resolve(response.writableFinished ? 'sent' : 'cut')
      })
    })
    const body = await readRequest(request)
    const { method = '', url: path = '', headers } = request
    requests.push({ method, path, headers, body, clientPort: request.socket.remotePort, outcome })
    await exchange({ path, headers, body, response, signal: left.signal })
  }
  const server = await startLocalServer(handle, options.port)
  return {
    url: `${server.url}${provider.basePath}`,
    requests,
    inject: (fault) => faults.inject(fault),
    close: () => server.close(),
  }
}

interface Exchange {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: RequestBody
  readonly response: ServerResponse
  readonly signal: AbortSignal
}

function createExchange(
  provider: FakeProvider,
  { apiKey, models, replies = [], transcripts = [], tokenMs = 0 }: FakeModelOptions,
  faults: FaultQueue<Fault>,
): (exchange: Exchange) => Promise<void> {
  let answered = 0
  let heard = 0
  const words = (): string => transcripts[Math.min(heard, transcripts.length - 1)] ?? 'Hello there.'
  const refuse = ({ path, headers, body }: Exchange): PlainReply | undefined => {
    const error = (status: number, detail: ErrorDetail = {}): PlainReply => ({
      status,
      body: provider.errorBody(status, detail),
    })
    if (apiKey !== undefined && provider.keyOf(headers) !== apiKey) return error(401)
    if (provider.answerCall?.(path, body, '')) return undefined
    if (path !== provider.chatPath) return provider.answerOther(path, models ?? []) ?? error(404)
    if (models && !models.includes(String(body['model'])))
      return error(404, { message: 'The model does not exist.' })
    return provider.findProblem(body)
  }
  const callOther = ({ path, body, response }: Exchange): boolean => {
    const called = provider.answerCall?.(path, body, words())
    if (!called) return false
    if ('file' in body && called.status === 200) heard++
    sendCalled(response, called, provider.headers)
    return true
  }
  return async (exchange) => {
    const { body, response, signal } = exchange
    const plain = refuse(exchange)
    if (plain) return sendJson(response, plain, provider.headers)
    const fault = faults.take()
    if (fault?.kind === 'status') {
      const reply = { status: fault.status, body: provider.errorBody(fault.status, fault) }
      return sendJson(response, reply, { ...provider.headers, ...fault.headers })
    }
    if (await sendFaultyReply(response, fault, signal)) return
    if (callOther(exchange)) return
    const reply = pickReply(replies, body, answered)
    const spoilsAnswer = fault && 'after' in fault
    if (!spoilsAnswer) answered++
    const sameIds = fault?.kind === 'duplicate-ids'
    const answer = completeAnswer(reply, { body, sameIds, createId: provider.callId })
    if (body['stream'] !== true)
      return sendJson(response, { status: 200, body: provider.toWhole(answer, body) }, provider.headers)
    response.writeHead(200, { ...provider.headers, 'content-type': 'text/event-stream; charset=utf-8' })
    const events = answer.recorded ?? provider.toEvents(answer, body)
    await sendEvents(response, events, { fault, tokenMs, signal, errorEvent: provider.errorEvent })
  }
}

function sendJson(
  response: ServerResponse,
  reply: PlainReply,
  headers: Readonly<Record<string, string>>,
): void {
  response
    .writeHead(reply.status, { ...headers, 'content-type': 'application/json' })
    .end(JSON.stringify(reply.body))
}

const PIECE_BYTES = 8_192

function sendCalled(
  response: ServerResponse,
  reply: CalledReply,
  headers: Readonly<Record<string, string>>,
): void {
  if ('bytes' in reply) sendBytes(response, reply, headers)
  else sendJson(response, reply, headers)
}

function sendBytes(
  response: ServerResponse,
  { status, bytes, contentType }: BytesReply,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...headers, 'content-type': contentType })
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) response.write(bytes.subarray(at, at + PIECE_BYTES))
  response.end()
}

async function readRequest(request: IncomingMessage): Promise<RequestBody> {
  const bytes = await readBody(request)
  const { 'content-type': type = '' } = request.headers
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type)
  const text = bytes.toString()
  return text === '' ? {} : (JSON.parse(text) as RequestBody)
}
