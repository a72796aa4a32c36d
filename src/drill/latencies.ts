import type { Journey } from './timeline.ts'

/** A distribution of durations, in milliseconds. */
export interface Latency {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface Latencies {
  /** From handing the update to a server to its 2xx, redeliveries included. */
  readonly acknowledged: Latency
  /** From the 2xx to the first question to a model. */
  readonly begun: Latency
  /** From the 2xx to the end of the answer in the chat. */
  readonly answered: Latency
}

export function measureLatencies(journeys: readonly Journey[]): Latencies {
  const between = (from: keyof Journey, to: keyof Journey): Latency =>
    summarize(
      journeys.flatMap((journey) => {
        const [begin, end] = [journey[from], journey[to]]
        // A server may begin before its 2xx is read here.
        return typeof begin === 'number' && typeof end === 'number' ? [Math.max(0, end - begin)] : []
      }),
    )
  return {
    acknowledged: between('deliveredAt', 'acknowledgedAt'),
    begun: between('acknowledgedAt', 'begunAt'),
    answered: between('acknowledgedAt', 'answeredAt'),
  }
}

/** Nearest-rank percentiles; all NaN without values. */
export function summarize(values: readonly number[]): Latency {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
