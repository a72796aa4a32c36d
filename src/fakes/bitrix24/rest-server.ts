import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultQueue } from '../fault-queue.ts'
import { readBody } from '../local-server.ts'
import type { Fields, Methods } from './methods.ts'
import type { BitrixCall, PortalState } from './portal-state.ts'
import { RestError } from './rest-error.ts'

/**
 * What the fake does wrong. `failTimes` is how many calls it spoils before everything is well again; default: all.
 * `methods` are those it spoils, such as `['imbot.v2.Event.get']`; default: all.
 */
export type BitrixFault = BitrixFaultKind & {
  readonly failTimes?: number
  readonly methods?: readonly string[]
}

export type BitrixFaultKind =
  /** The answer is good, but late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The call has no effect. */
  | { readonly kind: 'error'; readonly status: number; readonly error: string }
  /** A page of some proxy, and no effect. */
  | { readonly kind: 'html' }
  /** The connection breaks, before the call has its effect or after. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }

export interface RestServerOptions {
  readonly state: PortalState
  readonly methods: Methods
  readonly faults: FaultQueue<BitrixFault>
  /** Calls a second that drain, and how many may pile up; absent: no limit. */
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | undefined
}

/** Answers calls of the REST API, with the checks and errors of a portal. Source: b24restdocs, REST. */
export class RestServer {
  readonly #options: RestServerOptions
  #level = 0
  #at = Date.now()

  constructor(options: RestServerOptions) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, query } = parsePath(request.url ?? '')
    const parameters = { ...query, ...parseBody((await readBody(request)).toString(), request.headers) }
    const call: BitrixCall = {
      method,
      parameters: withoutAuth(parameters),
      at: Date.now(),
      status: undefined,
    }
    this.#options.state.calls.push(call)
    const fault = this.#options.faults.take(({ methods }) => methods?.includes(method) ?? true)
    if (await spoil(response, fault)) return
    const reply = this.#replyTo(method, parameters, fault)
    if (fault?.kind === 'reset') return void response.socket?.resetAndDestroy()
    call.status = reply.status
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
  }

  #replyTo(
    method: string,
    parameters: Fields,
    fault: BitrixFault | undefined,
  ): { readonly status: number; readonly body: object } {
    const start = Date.now() / 1_000
    try {
      if (fault?.kind === 'error') throw new RestError(fault.status, fault.error, 'As the test wanted it')
      this.#checkRate()
      this.#checkToken(parameters['auth'])
      const run = this.#options.methods[method]
      if (!run) throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!')
      const time = { start, finish: Date.now() / 1_000, duration: 0, processing: 0, operating: 0 }
      return { status: 200, body: { result: run(parameters), time } }
    } catch (error) {
      if (!(error instanceof RestError)) throw error
      return { status: error.status, body: { error: error.code, error_description: error.message } }
    }
  }

  #checkRate(): void {
    const { rateLimit } = this.#options
    if (!rateLimit) return
    const now = Date.now()
    this.#level = Math.max(0, this.#level - ((now - this.#at) / 1_000) * rateLimit.perSecond)
    this.#at = now
    if (this.#level >= rateLimit.burst) throw new RestError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests')
    this.#level++
  }

  #checkToken(token: unknown): void {
    if (typeof token !== 'string' || token === '')
      throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data')
    const until = this.#options.state.accessTokens.get(token)
    if (until === undefined) throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data')
    if (until <= Date.now())
      throw new RestError(401, 'expired_token', 'The access token provided has expired.')
  }
}

/** True when the fault has taken the call away before it had its effect. */
async function spoil(response: ServerResponse, fault: BitrixFault | undefined): Promise<boolean> {
  if (fault?.kind === 'delay') await delay(fault.ms)
  if (fault?.kind === 'reset' && fault.when === 'before') response.socket?.resetAndDestroy()
  else if (fault?.kind === 'html')
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
  else return false
  return true
}

/** Some clients write `/rest//method` and `.json`. */
function parsePath(url: string): { readonly method: string; readonly query: Fields } {
  const { pathname, searchParams } = new URL(url, 'http://portal')
  const method = pathname.replace(/^\/rest\/+/, '').replace(/\.json$/, '')
  return { method, query: Object.fromEntries(searchParams) }
}

function parseBody(body: string, headers: IncomingMessage['headers']): Fields {
  if (headers['content-type']?.startsWith('application/json') !== true)
    return Object.fromEntries(new URLSearchParams(body))
  return JSON.parse(body || '{}') as Fields
}

function withoutAuth(parameters: Fields): Fields {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'auth'))
}
