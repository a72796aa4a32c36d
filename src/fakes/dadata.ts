import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { DADATA_AFFILIATES, DADATA_PARTIES } from './dadata/parties.ts'
import type { DaDataParty } from './dadata/party.ts'
import { createFaultQueue, type Countable } from './fault-queue.ts'
import { readBody, startLocalServer } from './local-server.ts'

export { DADATA_AFFILIATES, DADATA_PARTIES } from './dadata/parties.ts'
export type { DaDataParty } from './dadata/party.ts'

export interface FakeDaDataOptions {
  /** The one key that is good. Default: 40 zeros. */
  readonly apiKey?: string
  /** Asked for by `/api/v2/stat/daily` alone. Default: 40 ones. */
  readonly secretKey?: string
  /** Requests of a day. Default 10,000. */
  readonly dailyQuota?: number
  /** Requests of a second from one address. Default 30. */
  readonly perSecond?: number
  /** Default: one of each kind worth telling apart. */
  readonly parties?: readonly DaDataParty[]
  /** Default: a free one. */
  readonly port?: number
}

export interface FakeDaData {
  /** What a client is given in place of `https://suggestions.dadata.ru`. */
  readonly url: string
  readonly apiKey: string
  readonly secretKey: string
  /** Every request so far, oldest first. */
  readonly requests: readonly DaDataRequest[]
  /** Connections that were opened so far. */
  readonly connections: () => number
  /** From the next request on; undefined: all is well again. */
  inject(fault: DaDataFault | undefined): void
  close(): Promise<void>
}

export interface DaDataRequest {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

export type DaDataFault = Countable &
  (
    | { readonly kind: 'rate' }
    /** The day's quota is used up. */
    | { readonly kind: 'quota' }
    /** The key is not known, or its mail address was not confirmed. */
    | { readonly kind: 'key' }
    | { readonly kind: 'status'; readonly status: number }
    | { readonly kind: 'slow'; readonly ms: number }
    /** Half of the reply, then the connection is closed. */
    | { readonly kind: 'truncate' }
    /** A page of some proxy, with status 200. */
    | { readonly kind: 'garbage' }
    | { readonly kind: 'hang' }
  )

const ROOT = '/suggestions/api/4_1/rs/'

/**
 * A local twin of the part of DaData that looks companies up: `findById/party` and `findAffiliated/party` with their
 * filters, limits and refusals, and the day's statistics. Sources: DaData's suggestions.yml and its support on error
 * 403. Close it when done.
 */
export async function createFakeDaData(options: FakeDaDataOptions = {}): Promise<FakeDaData> {
  const { apiKey = '0'.repeat(40), secretKey = '1'.repeat(40), port } = options
  const twin = new Twin({ ...options, apiKey, secretKey })
  const server = await startLocalServer((request, response) => twin.handle(request, response), port)
  return {
    url: server.url,
    apiKey,
    secretKey,
    requests: twin.requests,
    connections: () => twin.sockets.size,
    inject: (fault) => twin.faults.inject(fault),
    close: () => server.close(),
  }
}

interface Reply {
  readonly status: number
  readonly body: object
}

class Twin {
  readonly requests: DaDataRequest[] = []
  readonly sockets = new Set<unknown>()
  readonly faults = createFaultQueue<DaDataFault>()
  readonly #options: FakeDaDataOptions & { readonly apiKey: string; readonly secretKey: string }
  readonly #times: number[] = []
  #used = 0

  constructor(options: FakeDaDataOptions & { readonly apiKey: string; readonly secretKey: string }) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.sockets.add(request.socket)
    const text = (await readBody(request)).toString()
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (path === '/api/v2/stat/daily') return send(response, this.#statistics(request))
    const body = parseBody(text)
    this.requests.push({ path, body: body ?? {} })
    const fault = this.faults.take()
    if (fault?.kind === 'slow') await delay(fault.ms)
    const reply = this.#refuse(request, { path, body, fault }) ?? this.#answer(path, body ?? {})
    sendWith(fault, response, reply)
  }

  #refuse(request: IncomingMessage, asked: Asked): Reply | undefined {
    const { apiKey } = this.#options
    return (
      refuseRequest(request, asked.path) ?? refuseKey(request, apiKey, asked.fault) ?? this.#refuseLoad(asked)
    )
  }

  #refuseLoad({ fault, body }: Asked): Reply | undefined {
    const { apiKey, dailyQuota = 10_000 } = this.#options
    if (fault?.kind === 'status') return refusal(fault.status, 'Error', 'Something went wrong')
    if (fault?.kind === 'rate' || this.#isTooFast())
      return refusal(429, 'Too Many Requests', 'Too many requests')
    if (!body) return refusal(400, 'Bad Request', 'Cannot parse JSON')
    if (fault?.kind !== 'quota' && ++this.#used <= dailyQuota) return undefined
    const words = `Feature 'SUGGESTIONS' disabled for token '${apiKey}'. See https://dadata.ru/profile/`
    return refusal(403, 'Forbidden', words)
  }

  #isTooFast(): boolean {
    const now = performance.now()
    this.#times.push(now)
    while ((this.#times[0] ?? now) < now - 1_000) this.#times.shift()
    return this.#times.length > (this.#options.perSecond ?? 30)
  }

  #answer(path: string, body: DaDataRequest['body']): Reply {
    const { parties = DADATA_PARTIES } = this.#options
    const query = textOf(body['query'])
    const count = typeof body['count'] === 'number' ? Math.min(300, body['count']) : 10
    const find = SERVICES[path.slice(ROOT.length)]
    if (!find) return refusal(404, 'Not Found', 'Not found')
    return { status: 200, body: { suggestions: find(parties, query, body).slice(0, count) } }
  }

  #statistics({ headers }: IncomingMessage): Reply {
    const { apiKey, secretKey, dailyQuota = 10_000 } = this.#options
    if (headers.authorization !== `Token ${apiKey}` || headers['x-secret'] !== secretKey)
      return refusal(401, 'Unauthorized', 'Authentication credentials were not provided.')
    const date = new Date().toISOString().slice(0, 10)
    const used = Math.min(this.#used, dailyQuota)
    return {
      status: 200,
      body: { date, services: { suggestions: used }, remaining: { suggestions: dailyQuota - used } },
    }
  }
}

interface Asked {
  readonly path: string
  readonly body: DaDataRequest['body'] | undefined
  readonly fault: DaDataFault | undefined
}

type Find = (
  parties: readonly DaDataParty[],
  query: string,
  body: DaDataRequest['body'],
) => readonly DaDataParty[]

const SERVICES: Readonly<Record<string, Find>> = {
  'findById/party': (parties, query, body) => parties.filter((party) => matches(party, query, body)),
  'findAffiliated/party': (parties, query) =>
    parties
      .filter(
        ({ data }) =>
          data['branch_type'] !== 'BRANCH' &&
          DADATA_AFFILIATES[query]?.includes(textOf(data['inn'])) === true,
      )
      .map(withoutDetails),
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}

function refuseRequest({ method, headers }: IncomingMessage, path: string): Reply | undefined {
  if (!path.startsWith(ROOT)) return refusal(404, 'Not Found', 'Not found')
  if (method !== 'POST') return refusal(405, 'Method Not Allowed', `Request method '${method}' not supported`)
  if (headers['content-type']?.startsWith('application/json')) return undefined
  return refusal(415, 'Unsupported Media Type', 'Content type is not supported')
}

function refuseKey(
  { headers }: IncomingMessage,
  apiKey: string,
  fault: DaDataFault | undefined,
): Reply | undefined {
  const [scheme, token] = (headers.authorization ?? '').split(' ')
  if (scheme !== 'Token' || !token)
    return refusal(401, 'Unauthorized', 'You should provide Authorization header with your api token')
  if (token === apiKey && fault?.kind !== 'key') return undefined
  return refusal(403, 'Forbidden', `Token '${token}' does not exist`)
}

/** Of affiliated companies head, form and name may be missing; a client is told to ask for them by number. */
function withoutDetails({ value, unrestricted_value, data }: DaDataParty): DaDataParty {
  return { value, unrestricted_value, data: { ...data, management: null, opf: null } }
}

function matches({ data }: DaDataParty, query: string, body: Readonly<Record<string, unknown>>): boolean {
  if (data['inn'] !== query && data['ogrn'] !== query) return false
  const state = data['state'] as { readonly status?: string } | undefined
  const statuses = body['status'] as readonly string[] | undefined
  return (
    fits(body['kpp'], data['kpp']) &&
    fits(body['branch_type'], data['branch_type']) &&
    fits(body['type'], data['type']) &&
    (statuses === undefined || statuses.includes(state?.status ?? ''))
  )
}

function fits(wanted: unknown, value: unknown): boolean {
  return wanted === undefined || wanted === value
}

function refusal(status: number, reason: string, message: string): Reply {
  const family = status >= 500 ? 'SERVER_ERROR' : 'CLIENT_ERROR'
  return { status, body: { family, reason, message } }
}

function parseBody(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify(body))
}

function sendWith(fault: DaDataFault | undefined, response: ServerResponse, reply: Reply): void {
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'garbage')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in</html>')
  else if (fault?.kind === 'truncate') truncate(response, reply)
  else send(response, reply)
}

function truncate(response: ServerResponse, { body }: Reply): void {
  const text = JSON.stringify(body)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.write(text.slice(0, text.length >> 1), () => response.socket?.destroy())
}
