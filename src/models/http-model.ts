import type { Dispatcher } from 'undici'
import { AppError } from '../errors.ts'
import { currentRequestId } from '../tracing.ts'
import type { Model, ModelRequest } from './model.ts'
import { readAnswer, type EventProtocol } from './read-answer.ts'
import { readFailure } from './read-failure.ts'
import { ResponseReader } from './response-reader.ts'
import type { ResponseHead } from './response-reader.ts'

/** How long to wait for a provider, in milliseconds. */
export interface ModelTimeouts {
  /** For the connection, TLS included. Default 5,000; has no effect on a `dispatcher` of your own. */
  readonly connectMs?: number
  /** From the request to the status line and headers. Default 60,000. */
  readonly firstByteMs?: number
  /** Between two pieces of the answer. Default 60,000: a model that reasons is silent for long. */
  readonly idleMs?: number
}

/** What every model that is reached over HTTP can be told. */
export interface HttpModelOptions {
  /** First half of the model's id, such as `grok`. Default: the provider's own name. */
  readonly id?: string
  /** The provider's name of the model, such as `gpt-4o-mini`. */
  readonly model: string
  /** Sent when given; servers on your own network often need none. */
  readonly apiKey?: string
  /** Default: the provider's public address. */
  readonly baseUrl?: string
  readonly timeouts?: ModelTimeouts
  /**
   * How far apart pieces of an answer are, in milliseconds, its first text excepted; 0 passes each on as it comes.
   * Default 50.
   */
  readonly gatherMs?: number
  /**
   * An undici dispatcher, to share a pool or to go through a proxy; a function opens it at the first question. Default: a
   * pool of this model's own.
   */
  readonly dispatcher?: Dispatcher | OpenDispatcher
  /** Gives the model the images of messages. Default: whether the provider says that the model can see. */
  readonly images?: boolean
  /** Sent with every request; they win over ours. */
  readonly headers?: Readonly<Record<string, string>>
}

export type OpenDispatcher = () => Promise<Dispatcher>

/** How a provider is spoken to: everything that differs between them, and nothing else. */
export type ModelProtocol = ModelAddress & EventProtocol & (BodyOfCall | WholeCall)

interface BodyOfCall {
  readonly toBody: (request: ModelRequest) => object
}

/** For providers whose headers differ from call to call. */
interface WholeCall {
  readonly toCall: (request: ModelRequest) => ModelCall
}

export interface ModelCall {
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

interface ModelAddress {
  readonly name: string
  readonly baseUrl: string
  /** Appended to the base URL. */
  readonly path: string
  readonly headers: (apiKey: string | undefined) => Readonly<Record<string, string>>
}

interface Call {
  readonly dispatcher: Dispatcher | OpenDispatcher
  readonly options: Dispatcher.DispatchOptions
  readonly secrets: readonly string[]
}

/**
 * The pool of a model, opened by its first question: a server is ready without having loaded the HTTP client. Idle sockets
 * close after 30 s and do not keep the process alive.
 */
export function createModelPool({ connectMs = 5_000 }: ModelTimeouts = {}): OpenDispatcher {
  let pool: Promise<Dispatcher> | undefined
  const open: OpenDispatcher = async () => {
    const { Agent } = await import('undici')
    return new Agent({ connect: { timeout: connectMs }, keepAliveTimeout: 30_000, allowH2: false })
  }
  return () => (pool ??= open())
}

/** Makes a model of a protocol. Throws `invalid_configuration` when the base URL is not one. */
export function createHttpModel(protocol: ModelProtocol, options: HttpModelOptions): Model {
  const dispatcher = options.dispatcher ?? createModelPool(options.timeouts)
  const headers = toHeaders(protocol, options)
  const { origin, path } = parseBaseUrl(options.baseUrl ?? protocol.baseUrl)
  const { firstByteMs = 60_000, idleMs = 60_000 } = options.timeouts ?? {}
  const { gatherMs = 50 } = options
  const fixed = {
    origin,
    path: path + protocol.path,
    method: 'POST',
    headers,
    headersTimeout: firstByteMs,
    bodyTimeout: idleMs,
  }
  const secrets = [options.apiKey ?? '', ...Object.values(options.headers ?? {})]
  return {
    id: `${options.id ?? protocol.name}/${options.model}`,
    stream: (request, { signal }) => {
      const { body, ...own } = toModelCall(protocol, request)
      const known = { ...toRequestHeaders(), ...headers, ...own.headers }
      const options = { ...fixed, headers: known, body: JSON.stringify(body) }
      const call = { dispatcher, options, secrets: [...secrets, ...Object.values(own.headers)] }
      return readAnswer(() => openResponse(call, signal), protocol, { gatherMs, signal })
    },
  }
}

/** By these names providers and servers of one's own know the request in their logs; `x-client-request-id` is OpenAI's. */
function toRequestHeaders(): Readonly<Record<string, string>> {
  const id = currentRequestId()
  return id === undefined ? {} : { 'x-request-id': id, 'x-client-request-id': id }
}

function toModelCall(protocol: BodyOfCall | WholeCall, request: ModelRequest): ModelCall {
  return 'toCall' in protocol ? protocol.toCall(request) : { headers: {}, body: protocol.toBody(request) }
}

async function openResponse(call: Call, signal: AbortSignal): Promise<ResponseReader> {
  signal.throwIfAborted()
  const response = new ResponseReader(signal)
  try {
    const { dispatcher, options } = call
    const pool = typeof dispatcher === 'function' ? await dispatcher() : dispatcher
    pool.dispatch(options, response)
    const head = await response.head()
    if (!isEventStream(head)) throw await readFailure(head, response, call.secrets)
    return response
  } catch (error) {
    response.close()
    throw error
  }
}

function isEventStream({ status, headers }: ResponseHead): boolean {
  return status === 200 && /^text\/event-stream\b/i.test(String(headers['content-type']))
}

/** Names are in lower case, so that the caller's headers replace ours and never stand beside them. */
function toHeaders(
  protocol: ModelProtocol,
  { apiKey, headers = {} }: HttpModelOptions,
): Record<string, string> {
  const own = { 'content-type': 'application/json', accept: 'text/event-stream', ...protocol.headers(apiKey) }
  return {
    ...own,
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  }
}

function parseBaseUrl(baseUrl: string): { readonly origin: string; readonly path: string } {
  const url = URL.parse(baseUrl)
  if (url && /^https?:$/.test(url.protocol))
    return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') }
  const problem = `The base URL ${JSON.stringify(baseUrl)} of a model is not one; write it like "http://localhost:11434/v1".`
  throw new AppError('invalid_configuration', { params: { problem } })
}
