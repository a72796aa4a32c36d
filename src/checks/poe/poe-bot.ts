import type { Exchange, PoeLimits, PoeRequest } from './exchange.ts'
import { toQuery, toSettingsRequest, type QueryChange } from './queries.ts'
import { createKeptConnection, sendRequest, type Target } from './send-request.ts'
import { isObject } from './excerpt.ts'
import { createTurnstile, type Turnstile } from './turnstile.ts'

/** Requests at the same time: few enough for a server on a desk. */
const CONCURRENCY = 4
/** A server that left so many requests in a row without any answer will not answer the next one either. */
const SILENT_REQUESTS = 4
/** All answers are kept to the end; a server that sends more than this is not asked on. */
const MAX_KEPT_CHARACTERS = 128 * 1024 * 1024

/** The bot under test: asks it, remembers every exchange, and stops asking when that is pointless. */
export class PoeBot {
  readonly target: Target
  /** Everything that was sent so far, and what came back. */
  readonly exchanges: Exchange[] = []
  readonly #questions: readonly string[]
  readonly #turnstile: Turnstile = createTurnstile(CONCURRENCY)
  readonly #deadline: number
  #silent = 0
  #kept = 0
  #settings: Promise<Exchange> | undefined
  #plain: Promise<Exchange> | undefined
  #others: Promise<readonly Exchange[]> | undefined

  /** `questions`: the first is the plain one. `budgetMs`: after that nothing more is sent. */
  constructor(target: Target, questions: readonly string[], budgetMs: number) {
    this.target = target
    this.#questions = questions
    this.#deadline = performance.now() + budgetMs
  }

  get limits(): PoeLimits {
    return this.target.limits
  }

  /** The bot runs on this computer, so it can reach what this process listens on. */
  get isLocal(): boolean {
    return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(this.target.url.hostname)
  }

  /** The settings, asked for once. */
  settings(): Promise<Exchange> {
    return (this.#settings ??= this.send(toSettingsRequest('settings')))
  }

  /** The settings as an object; undefined when there are none. */
  async readSettings(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { status, body } = await this.settings()
    if (status !== 200) return undefined
    try {
      const settings: unknown = JSON.parse(body)
      return isObject(settings) ? settings : undefined
    } catch {
      return undefined
    }
  }

  /** The plain question, asked once. */
  plain(): Promise<Exchange> {
    return (this.#plain ??= this.ask({ asked: 'the plain question' }))
  }

  /** The other questions of the user, each asked once. */
  others(): Promise<readonly Exchange[]> {
    const [, ...others] = this.#questions
    const ask = (content: string): Promise<Exchange> =>
      this.ask({ asked: `the question "${content.slice(0, 40)}"`, last: { content } })
    return (this.#others ??= Promise.all(others.map(ask)))
  }

  /** The plain question in a query that is changed somehow. */
  ask(change: QueryChange): Promise<Exchange> {
    return this.send(this.toQuery(change))
  }

  /** The plain question, changed as asked, to be sent later. */
  toQuery(change: QueryChange): PoeRequest {
    return toQuery(this.#questions[0] ?? '', change)
  }

  send(request: PoeRequest): Promise<Exchange> {
    return this.#turnstile(() => this.#sendOn(request))
  }

  /** Sends at once, beside whatever else is running. */
  sendAtOnce(requests: readonly PoeRequest[]): Promise<readonly Exchange[]> {
    return Promise.all(requests.map((request) => this.#sendOn(request)))
  }

  /** Sends one after the other over one connection. */
  sendInTurn(requests: readonly PoeRequest[]): Promise<readonly Exchange[]> {
    return this.#turnstile(async () => {
      const agent = createKeptConnection(this.target)
      const exchanges: Exchange[] = []
      for (const request of requests) exchanges.push(await this.#sendOn(request, { agent }))
      agent.destroy()
      return exchanges
    })
  }

  async #sendOn(request: PoeRequest, options: Parameters<typeof sendRequest>[2] = {}): Promise<Exchange> {
    const pointless = this.#whyPointless()
    if (pointless !== undefined) return notSent(request, pointless)
    const exchange = await sendRequest(this.target, request, options)
    if (exchange.status !== undefined) this.#silent = 0
    else if (exchange.ending !== 'left' && request.valid !== false) this.#silent++
    this.#kept +=
      exchange.body.length + (exchange.stream?.events ?? []).reduce((sum, { data }) => sum + data.length, 0)
    this.exchanges.push(exchange)
    return exchange
  }

  #whyPointless(): string | undefined {
    if (this.#silent >= SILENT_REQUESTS) return `not sent: ${this.#silent} requests in a row had no answer`
    if (this.#kept > MAX_KEPT_CHARACTERS) return 'not sent: the answers were too long to go on'
    if (performance.now() > this.#deadline) return 'not sent: the time for the whole run is over'
    return undefined
  }
}

function notSent(request: PoeRequest, failure: string): Exchange {
  return {
    request,
    status: undefined,
    headers: {},
    body: '',
    stream: undefined,
    ending: 'cut',
    failure,
    firstByteMs: undefined,
    totalMs: 0,
  }
}
