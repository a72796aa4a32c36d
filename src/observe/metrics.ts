import { Registry, type Counter, type Histogram } from 'prom-client'
import { addCounter, addGauge, addHistogram, addReading } from './add-metric.ts'
import type { Numbers } from '../store/store.ts'
import { addCacheMetrics, CacheStates } from './cache-states.ts'
import { FleetMetrics } from './fleet-metrics.ts'
import { FleetNumbers } from './fleet-numbers.ts'
import { ProcessMetrics } from './process-metrics.ts'
import { SECONDS, TurnMetrics } from './turn-metrics.ts'

/** The connections of this process to its database. */
export interface PoolState {
  readonly total: number
  readonly idle: number
  /** Callers that wait for one. */
  readonly waiting: number
}

/** A rollout that is `running` or `paused`; `stage` counts from 0. */
export interface OpenRollout {
  readonly bot: string
  readonly status: string
  readonly stage: number
}

export interface MetricsOptions {
  /** Names this process where several share a port; a label of what is counted in the process. */
  readonly replica: string | undefined
  /** Turns this process runs at most. */
  readonly maxRunningTurns: number
}

export interface Delivery {
  readonly channel: string
  readonly outcome: 'confirmed' | 'failed' | 'refused' | 'ambiguous'
  /** How long it took; absent where there was nothing to wait for. */
  readonly ms?: number
}

const SHORT_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Everything that is counted, as Prometheus reads it. One for each server. */
export class Metrics {
  readonly turns: TurnMetrics
  readonly process: ProcessMetrics
  readonly caches = new CacheStates()
  readonly #own = new Registry()
  readonly #shared = new Registry()
  readonly #shed: Counter<'reason'>
  readonly #deliveries: Counter<'channel' | 'outcome'>
  readonly #deliverySeconds: Histogram<'channel'>
  readonly #poolWait: Histogram
  readonly #http: Histogram<'method' | 'route' | 'status'>
  #fleet: FleetMetrics | undefined

  constructor({ replica, maxRunningTurns }: MetricsOptions) {
    if (replica !== undefined) this.#own.setDefaultLabels({ replica })
    this.turns = new TurnMetrics(this.#own)
    this.process = new ProcessMetrics(this.#own)
    addCacheMetrics(this.#own, this.caches)
    this.#shed = addCounter(this.#own, {
      name: 'chat_shed_total',
      help: 'Turns that were refused',
      labelNames: ['reason'],
    })
    this.#deliveries = addCounter(this.#own, {
      name: 'chat_deliveries_total',
      help: 'Parts of answers handed to messaging services',
      labelNames: ['channel', 'outcome'],
    })
    this.#deliverySeconds = addHistogram(this.#own, {
      name: 'chat_delivery_seconds',
      help: 'How long a messaging service took to take a part',
      labelNames: ['channel'],
      buckets: SECONDS,
    })
    this.#poolWait = addHistogram(this.#own, {
      name: 'database_pool_wait_seconds',
      help: 'How long a free connection was waited for',
      buckets: SHORT_SECONDS,
    })
    this.#http = addHistogram(this.#own, {
      name: 'http_request_seconds',
      help: 'Requests by their route; streams count to their end',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    })
    addGauge(this.#own, { name: 'chat_running_turns_limit', help: 'Turns this process runs at most' }).set(
      maxRunningTurns,
    )
  }

  /** Adds what is read from the database, and its pool. Returns the numbers of all replicas. */
  addStore(numbers: Numbers, pool: () => PoolState): FleetNumbers {
    const fleet = new FleetNumbers(numbers)
    this.#fleet = new FleetMetrics(this.#shared, fleet)
    addGauge(this.#own, {
      name: 'database_pool_connections',
      help: 'Connections to the database',
      labelNames: ['state'],
      collect() {
        const { total, idle } = pool()
        this.set({ state: 'busy' }, total - idle)
        this.set({ state: 'idle' }, idle)
      },
    })
    addGauge(this.#own, {
      name: 'database_pool_waiting',
      help: 'Statements that wait for a connection',
      collect() {
        this.set(pool().waiting)
      },
    })
    return fleet
  }

  /** Adds a number that is read at each scrape, such as the turns that run here. */
  addGauge(name: string, help: string, read: () => number): void {
    addReading(this.#own, { name, help, read })
  }

  /** Adds where open rollouts stand; read from the database, so every replica says the same. */
  addRollouts(open: () => readonly OpenRollout[]): void {
    addGauge(this.#shared, {
      name: 'chat_rollout_stage',
      help: 'The step that the open rollout of a bot is at, from 1',
      labelNames: ['bot', 'status'],
      collect() {
        this.reset()
        for (const { bot, status, stage } of open()) this.set({ bot, status }, stage + 1)
      },
    })
  }

  countShed(reason: string): void {
    this.#shed.inc({ reason })
  }

  countDelivery({ channel, outcome, ms }: Delivery): void {
    this.#deliveries.inc({ channel, outcome })
    if (ms !== undefined) this.#deliverySeconds.observe({ channel }, ms / 1_000)
  }

  countPoolWait(ms: number): void {
    this.#poolWait.observe(ms / 1_000)
  }

  countHttp(
    request: { readonly method: string; readonly route: string; readonly status: number },
    ms: number,
  ): void {
    this.#http.observe({ ...request, status: String(request.status) }, ms / 1_000)
  }

  /** The media type of `scrape`. */
  get contentType(): string {
    return this.#own.contentType
  }

  /** Everything in the text format 0.0.4. */
  async scrape(): Promise<string> {
    await this.#fleet?.refresh()
    return `${await this.#own.metrics()}\n${await this.#shared.metrics()}`
  }

  close(): void {
    this.process.close()
  }
}
