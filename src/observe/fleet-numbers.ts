import type { Activity, Latencies, Numbers, RecentTurns, Totals } from '../store/store.ts'

/** The numbers of all replicas at one moment. */
export interface Snapshot {
  readonly totals: Totals
  readonly latencies: Latencies
  readonly recent: RecentTurns
  readonly activity: Activity
  /** Turns that did not fail, in percent; 100 before any has ended. */
  readonly successRate: number
  /** Of an answer, in characters. */
  readonly averageSize: number
}

/** Health looks at the turns of this time. */
const RECENT_MS = 300_000
/** Everybody who asks within this time is told the same. */
const REMEMBERED_MS = 1_000

/** Reads the numbers, at most once a second, and never twice at once. */
export class FleetNumbers {
  readonly #numbers: Numbers
  #reading: Promise<Snapshot> | undefined
  /** Infinity while the database is being asked. */
  #readAt = 0

  constructor(numbers: Numbers) {
    this.#numbers = numbers
  }

  /** Throws `database_unavailable`. */
  read(): Promise<Snapshot> {
    if (this.#reading && performance.now() - this.#readAt < REMEMBERED_MS) return this.#reading
    const reading = this.#read()
    this.#reading = reading
    this.#readAt = Infinity
    const end = (keep: boolean): void => {
      if (this.#reading !== reading) return
      this.#readAt = performance.now()
      if (!keep) this.forget()
    }
    reading.then(
      () => end(true),
      () => end(false),
    )
    return reading
  }

  forget(): void {
    this.#reading = undefined
  }

  async #read(): Promise<Snapshot> {
    // One after another: they must not take the connections away from answers.
    const totals = await this.#numbers.totals()
    const latencies = await this.#numbers.latencies()
    const recent = await this.#numbers.recent(RECENT_MS)
    const activity = await this.#numbers.activity()
    const { completed, stopped, failed, interrupted } = totals.outcomes
    const good = completed + stopped
    const ended = good + failed + interrupted
    return {
      totals,
      latencies,
      recent,
      activity,
      successRate: ended === 0 ? 100 : (good / ended) * 100,
      averageSize: good === 0 ? 0 : totals.characters / good,
    }
  }
}
