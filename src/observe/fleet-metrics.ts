import { setTimeout as delay } from 'node:timers/promises'
import type { Gauge, Registry } from 'prom-client'
import { addCounter, addGauge } from './add-metric.ts'
import { ERROR_GROUPS, groupErrors } from './error-groups.ts'
import type { FleetNumbers, Snapshot } from './fleet-numbers.ts'

/** How long a scrape waits for the database, in milliseconds; Prometheus waits 10 s for all of it. */
const PATIENCE_MS = 2_000

/**
 * The names of guide 002 (`/prometheus/metrics`), counted from the turns of all replicas: every replica says the same,
 * so a scrape of any one of them, such as through a port that PM2 shares, is right. Do not add replicas up.
 */
export class FleetMetrics {
  readonly #numbers: FleetNumbers
  readonly #readable: Gauge
  readonly #fill: ((snapshot: Snapshot) => void)[] = []
  readonly #registry: Registry

  constructor(registry: Registry, numbers: FleetNumbers) {
    this.#numbers = numbers
    this.#registry = registry
    this.#readable = addGauge(this.#registry, {
      name: 'chat_numbers_readable',
      help: '1 when the numbers of all replicas could be read from the database',
    })
    this.#addCounters()
    this.#addGauges()
  }

  /**
   * To be called before a scrape. While the database is away, or keeps silent, the last values are told, and
   * `chat_numbers_readable` is 0.
   */
  async refresh(): Promise<void> {
    try {
      const snapshot = await inTime(this.#numbers.read())
      for (const fill of this.#fill) fill(snapshot)
      this.#readable.set(1)
    } catch {
      this.#readable.set(0)
    }
  }

  #addCounters(): void {
    this.#counter('chatbot_requests_total', 'Turns that ended', ({ totals }) => {
      const { completed, stopped, failed, interrupted } = totals.outcomes
      return { success: completed + stopped, failed: failed + interrupted }
    })
    this.#counter('chatbot_errors_total', 'Turns that failed, by what failed', ({ totals }) => ({
      ...Object.fromEntries(ERROR_GROUPS.map((group) => [group, 0])),
      ...groupErrors(totals.errors),
    }))
    this.#counter('chatbot_resources_total', 'Tokens and pieces of sound', ({ totals }) => ({
      tokens: totals.inputTokens + totals.outputTokens,
      audio_chunks: totals.audioChunks,
    }))
  }

  #addGauges(): void {
    this.#gauge('chatbot_active_streams', 'Turns that run now', ({ activity }) => activity.running)
    this.#gauge(
      'chatbot_success_rate',
      'Turns that did not fail, in percent',
      ({ successRate }) => successRate,
    )
    this.#gauge('chatbot_active_users_unique', 'People of the last hour', ({ activity }) => activity.people)
    this.#gauge('chatbot_total_sessions', 'Conversations', ({ totals }) => totals.conversations)
    this.#gauge('chatbot_avg_response_size', 'Characters of an answer', ({ averageSize }) => averageSize)
    this.#gauge('chatbot_uptime_seconds', 'How long this process runs', () => process.uptime())
    this.#gauge(
      'chat_queue_depth',
      'Accepted messages that wait or are being answered',
      (all) => all.activity.waiting,
    )
    this.#gauge(
      'chat_queue_oldest_seconds',
      'How long the oldest of them has waited',
      ({ activity }) => activity.oldestWaitMs / 1_000,
    )
    this.#gauge('chat_dead_letters', 'Accepted messages that were given up', ({ activity }) => activity.dead)
    const latency = addGauge(this.#registry, {
      name: 'chatbot_latency_milliseconds',
      help: 'Of the last 1000 turns; percentiles by nearest rank',
      labelNames: ['type', 'percentile'],
    })
    this.#fill.push(({ latencies: { firstToken, firstAudio, complete } }) => {
      latency.reset()
      for (const [type, values] of Object.entries({
        first_token: firstToken,
        first_audio: firstAudio,
        complete,
      }))
        for (const percentile of ['avg', 'p50', 'p95', 'p99'] as const)
          if (values[percentile] !== null) latency.set({ type, percentile }, values[percentile])
    })
  }

  #gauge(name: string, help: string, read: (snapshot: Snapshot) => number): void {
    const gauge = addGauge(this.#registry, { name, help })
    this.#fill.push((snapshot) => gauge.set(read(snapshot)))
  }

  /** By the label `type`. */
  #counter(name: string, help: string, read: (snapshot: Snapshot) => Readonly<Record<string, number>>): void {
    const counter = addCounter(this.#registry, { name, help, labelNames: ['type'] })
    this.#fill.push((snapshot) => {
      counter.reset()
      for (const [value, count] of Object.entries(read(snapshot))) counter.inc({ type: value }, count)
    })
  }
}

async function inTime<Result>(reading: Promise<Result>): Promise<Result> {
  const read = new AbortController()
  const late = delay(PATIENCE_MS, undefined, { signal: read.signal, ref: false }).then(() => {
    throw new Error('the database keeps silent')
  })
  try {
    return await Promise.race([reading, late])
  } finally {
    read.abort()
  }
}
