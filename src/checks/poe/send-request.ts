import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as requestHttps } from 'node:https'
import type { Ending, Exchange, PoeLimits, PoeRequest } from './exchange.ts'
import { AnswerReader } from './read-answer.ts'

export interface Target {
  readonly url: URL
  /** Sent as Poe sends it; without one no `Authorization` goes out. */
  readonly key: string | undefined
  readonly limits: PoeLimits
  /** A whole answer is awaited so long, in ms. */
  readonly timeoutMs: number
}

export interface SendOptions {
  /** Keeps a connection for several requests; without one each has its own. */
  readonly agent?: Agent
}

/** One connection that is kept for the requests that are sent through it. */
export function createKeptConnection({ url }: Target): Agent {
  const options = { keepAlive: true, maxSockets: 1 }
  return url.protocol === 'https:' ? new TlsAgent(options) : new Agent(options)
}

/** Sends one request and reads its answer to the end, a limit or the deadline. Never throws, never hangs. */
export function sendRequest(
  target: Target,
  request: PoeRequest,
  options: SendOptions = {},
): Promise<Exchange> {
  return new Promise((resolve) => new OneExchange(target, request, resolve).begin(options.agent))
}

class OneExchange {
  readonly #target: Target
  readonly #request: PoeRequest
  readonly #resolve: (exchange: Exchange) => void
  readonly #begun = performance.now()
  readonly #timers: NodeJS.Timeout[] = []
  #client: ClientRequest | undefined
  #response: IncomingMessage | undefined
  #reader: AnswerReader | undefined
  #firstByteMs: number | undefined
  #settled = false

  constructor(target: Target, request: PoeRequest, resolve: (exchange: Exchange) => void) {
    this.#target = target
    this.#request = request
    this.#resolve = resolve
  }

  begin(agent: Agent | undefined): void {
    const { timeoutMs, limits, url } = this.#target
    const { leaveAfterMs, unreadUntil, method = 'POST', body } = this.#request
    const bytes = toBytes(body)
    // Twice the limit: whether it was passed, and by how much.
    this.#after(limits.firstEventMs * 2, () => this.#firstByteMs === undefined && this.#giveUp('no answer'))
    this.#after(timeoutMs, () => this.#giveUp('the answer has not ended'))
    unreadUntil?.addEventListener('abort', () => this.#leave('left', 'as asked'))
    // Counted from when the request is out, so that the server has it.
    const leaveLater = (): void =>
      leaveAfterMs === undefined
        ? undefined
        : this.#after(leaveAfterMs, () => this.#leave('left', 'as asked'))
    try {
      const send = url.protocol === 'https:' ? requestHttps : requestHttp
      const headers = headersOf(this.#target, this.#request, bytes)
      this.#client = send(url, { method, headers, agent: agent ?? false })
    } catch (error) {
      this.#leave('cut', messageOf(error))
      return
    }
    this.#client.on('response', (response) => this.#readAnswer(response))
    this.#client.on('error', (error) => this.#broken(error))
    const announced = Number(this.#request.headers?.['Content-Length'] ?? bytes.length)
    // More was announced than there is: the rest is held back, to see what the server does about it.
    if (announced > bytes.length) this.#client.write(bytes, leaveLater)
    else this.#client.end(bytes, leaveLater)
  }

  #readAnswer(response: IncomingMessage): void {
    this.#response = response
    this.#firstByteMs = this.#elapsed()
    const type = response.headers['content-type'] ?? ''
    const isStream =
      /^text\/event-stream/i.test(type) || (this.#request.kind === 'query' && response.statusCode === 200)
    this.#reader = new AnswerReader({
      request: this.#request,
      limits: this.#target.limits,
      isStream,
      elapsed: () => this.#elapsed(),
      leave: (ending, why) => this.#leave(ending, why),
    })
    if (!this.#request.unreadUntil) this.#reader.read(response)
    response.on('error', (error) => this.#broken(error))
    response.on('close', () =>
      response.complete ? this.#settle('end') : this.#settle('cut', 'the connection was cut in the answer'),
    )
  }

  /** A server may answer and close while it is still being written to: then the answer counts. */
  #broken(error: Error): void {
    if (!this.#response) this.#leave('cut', messageOf(error))
  }

  #giveUp(what: string): void {
    this.#leave('deadline', `${what} after ${(this.#elapsed() / 1000).toFixed(1)} s`)
  }

  #leave(ending: Ending, why: string): void {
    this.#settle(ending, why)
    this.#client?.destroy()
  }

  #settle(ending: Ending, failure?: string): void {
    if (this.#settled) return
    this.#settled = true
    for (const timer of this.#timers) clearTimeout(timer)
    // The rest of a request that was announced too long is never sent.
    if (this.#client?.writableEnded === false) this.#client.destroy()
    this.#resolve({
      request: this.#request,
      status: this.#response?.statusCode,
      headers: this.#response?.headers ?? {},
      body: this.#reader?.body ?? '',
      stream: this.#reader?.stream(),
      ending,
      failure,
      firstByteMs: this.#firstByteMs,
      totalMs: this.#elapsed(),
    })
  }

  #elapsed(): number {
    return performance.now() - this.#begun
  }

  #after(ms: number, run: () => unknown): void {
    if (!this.#settled) this.#timers.push(setTimeout(run, ms))
  }
}

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** As Poe's client sends them. */
function headersOf({ key }: Target, request: PoeRequest, body: Buffer): Record<string, string> {
  const headers = {
    Accept: request.kind === 'query' ? 'text/event-stream' : 'application/json',
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
    'User-Agent': 'botyard verify',
    ...(key && { Authorization: `Bearer ${key}` }),
    ...request.headers,
  }
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
