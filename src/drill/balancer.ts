import { Agent, request as send } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { readBody, startLocalServer } from '../fakes/local-server.ts'
import type { OnPass } from './passing.ts'
import { createSeededRandom } from './seeded-random.ts'
import type { Timeline } from './timeline.ts'

/** A replica that takes updates. */
export interface Target {
  readonly name: string
  readonly url: string
}

export interface BalancerOptions {
  /** Those that may be given an update now. */
  readonly targets: () => readonly Target[]
  /** The share of updates that arrive more than once, from 0 to 1. */
  readonly duplicates: number
  readonly seed: number
  readonly timeline: Timeline
  readonly onPass: OnPass
}

/** The address that Telegram knows, in front of all replicas. */
export interface Balancer {
  readonly url: string
  /** How many updates were given to a server again although a server had them already, or at the same time. */
  readonly duplicates: number
  /** Copies that are still to be sent. */
  readonly open: number
  close(): Promise<void>
}

interface Update {
  readonly id: number
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface WebhookReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * How an update comes to arrive twice: beside itself, again some time later, or because its acknowledgement never
 * reached Telegram.
 */
const DUPLICATION = ['beside', 'later', 'unheard'] as const
const LATEST_COPY_MS = 3_000
const COPY_ATTEMPTS = 20
const COPY_PAUSE_MS = 500

/** Hands each update to the next replica in turn; without any, Telegram is asked to come again in a second. */
export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const delivery = new Delivery(options)
  const server = await startLocalServer((request, response) => delivery.take(request, response))
  return {
    url: server.url,
    get duplicates() {
      return delivery.duplicates
    },
    get open() {
      return delivery.open
    },
    close: async () => {
      delivery.close()
      await server.close()
    },
  }
}

class Delivery {
  duplicates = 0
  open = 0
  readonly #options: BalancerOptions
  readonly #agent = new Agent({ keepAlive: true })
  readonly #closed = new AbortController()
  readonly #seen = new Set<number>()
  #turn = 0

  constructor(options: BalancerOptions) {
    this.#options = options
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const update = { id: readUpdateId(body), path: request.url ?? '/', headers: request.headers, body }
    const fate = this.#seen.has(update.id) ? undefined : this.#fateOf(update.id)
    this.#seen.add(update.id)
    if (fate === 'beside') this.#copy(update, 0)
    const answer = await this.#deliver(update)
    const arrived = isSuccess(answer)
    if (arrived && fate === 'later')
      this.#copy(update, createSeededRandom(this.#options.seed, 'later', update.id).whole(0, LATEST_COPY_MS))
    if (arrived && fate === 'unheard') {
      this.duplicates++
      return void response.socket?.resetAndDestroy()
    }
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }

  close(): void {
    this.#closed.abort()
    this.#agent.destroy()
  }

  /** The same for every run with this seed, whatever comes in between. */
  #fateOf(updateId: number): (typeof DUPLICATION)[number] | undefined {
    const random = createSeededRandom(this.#options.seed, 'duplicate', updateId)
    return random.next() < this.#options.duplicates ? random.pick(DUPLICATION) : undefined
  }

  #copy(update: Update, afterMs: number): void {
    this.duplicates++
    this.open++
    // It fails only when the drill is over.
    this.#sendCopy(update, afterMs)
      .catch(() => undefined)
      .finally(() => this.open--)
  }

  async #sendCopy(update: Update, afterMs: number): Promise<void> {
    const { signal } = this.#closed
    await delay(afterMs, undefined, { signal })
    for (let attempt = 1; attempt <= COPY_ATTEMPTS; attempt++) {
      if (isSuccess(await this.#deliver(update))) return
      await delay(COPY_PAUSE_MS, undefined, { signal })
    }
  }

  /** The replica's own answer, 502 when it went away, 503 when there is none. */
  async #deliver(update: Update): Promise<WebhookReply> {
    const { targets, timeline, onPass } = this.#options
    const ready = targets()
    const target = ready[this.#turn++ % Math.max(1, ready.length)]
    if (!target) return { status: 503, headers: { 'retry-after': '1' }, body: '' }
    const passing = { replica: target.name, service: 'webhook', method: 'update' } as const
    timeline.delivered(update.id)
    const sent = postTo(target.url, update, this.#agent)
    onPass({ ...passing, stage: 'going' })
    const answer = await sent
    if (isSuccess(answer)) timeline.acknowledged(update.id)
    onPass({ ...passing, stage: 'returning' })
    return answer
  }
}

function postTo(base: string, { path, headers, body }: Update, agent: Agent): Promise<WebhookReply> {
  return new Promise((resolve) => {
    const gone = (): void => resolve({ status: 502, headers: {}, body: '' })
    const { connection: _, host: __, ...kept } = headers
    const request = send(`${base}${path}`, { method: 'POST', headers: kept, agent }, (response) => {
      const type = response.headers['content-type']
      const reply = { status: response.statusCode ?? 502, headers: type ? { 'content-type': type } : {} }
      readBody(response).then((text) => resolve({ ...reply, body: text.toString() }), gone)
    })
    request.once('error', gone)
    request.end(body)
  })
}

function isSuccess({ status }: WebhookReply): boolean {
  return status >= 200 && status < 300
}

/** 0 for what is no update. */
function readUpdateId(body: Buffer): number {
  try {
    const { update_id: id } = JSON.parse(body.toString()) as { readonly update_id?: unknown }
    return typeof id === 'number' ? id : 0
  } catch {
    return 0
  }
}
