import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { ClaimedLane, Lanes } from '../store/store.ts'
import { HeldLanes } from './held-lanes.ts'
import { describeFailure, toHandOver, toRemedy } from './lane-failure.ts'
import { attemptOf, RETRY_POLICY, type LaneWorker, type RetryPolicy } from './lanes.ts'
import { workInTime } from './work-in-time.ts'

export interface LaneRunnerOptions {
  readonly lanes: Lanes
  readonly queue: string
  readonly worker: LaneWorker
  /** Lanes worked on at the same time. */
  readonly concurrency: number
  /** Only lanes whose key begins with one of these and a colon. Default: all. */
  readonly prefixes?: readonly string[]
  /** A dead worker's lane is claimed by another after this long, in milliseconds. Default 5000. */
  readonly leaseMs?: number
  /** How often lanes are looked for that other processes filled or that came due, in milliseconds. Default 1000. */
  readonly pollMs?: number
  readonly retry?: Partial<RetryPolicy>
  /** How long one attempt may take, in milliseconds; then it has failed. Default: for ever. */
  readonly limitMs?: (lane: ClaimedLane) => number
  /** Takes secrets out of what is stored about a failure. Default: leaves it as it is. */
  readonly scrub?: (text: string) => string
  /** Told about items that failed. */
  readonly onFailure: (failure: LaneFailure) => void
  /** Told when the database goes away and when it is back; `error` is absent then. */
  readonly onDatabase: (error?: unknown) => void
}

export interface LaneFailure {
  readonly lane: ClaimedLane
  readonly error: unknown
  readonly dead: boolean
}

/** How long work that was told to end may take before its lane is handed over nevertheless. */
const LAST_STEPS_MS = 1_000
const LONGEST_RECORD_PAUSE_MS = 4_000
const LONGEST_TIMER_MS = 3_600_000

/** Works off the lanes of one queue: claims them, keeps their leases, tries again what failed, hands over at the end. */
export class LaneRunner {
  readonly #options: LaneRunnerOptions
  readonly #policy: RetryPolicy
  readonly #held: HeldLanes
  readonly #running = new Map<string, Promise<void>>()
  #poll: NodeJS.Timeout | undefined
  #started = false
  #stopping = false
  #claiming = false
  #claims: Promise<void> = Promise.resolve()
  #woken = false
  #databaseAway = false

  constructor(options: LaneRunnerOptions) {
    this.#options = options
    this.#policy = { ...RETRY_POLICY, ...options.retry }
    this.#held = new HeldLanes(options.lanes, {
      leaseMs: options.leaseMs ?? 5_000,
      onRenewed: (error) => this.#noticeDatabase(error),
    })
  }

  /** From this attempt on a failure sends an item to the dead ones. */
  get maxAttempts(): number {
    return this.#policy.maxAttempts
  }

  start(): void {
    this.#started = true
    this.#poll = setInterval(() => this.wake(), this.#options.pollMs ?? 1_000)
    this.wake()
  }

  /** Looks for due lanes now; called by those who have just added an item. */
  wake(): void {
    this.#woken = true
    if (!this.#claiming && this.#started && !this.#stopping) this.#claims = this.#claimAll()
  }

  /** From now on no lane is claimed; what is being worked on goes on. */
  stopClaiming(): void {
    this.#stopping = true
    clearInterval(this.#poll)
  }

  /**
   * Claims no more, waits up to `timeoutMs` for what is being worked on, then aborts it and frees its lanes, so that
   * other replicas take them at once. Resolves when nothing is held any more.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.stopClaiming()
    await this.#settledWithin(timeoutMs)
    this.#held.abortAll()
    await this.#settledWithin(LAST_STEPS_MS)
    await this.#held.releaseAll().catch((error: unknown) => this.#noticeDatabase(error))
    this.#held.close()
  }

  async #settledWithin(timeoutMs: number): Promise<void> {
    if (this.#running.size === 0 && !this.#claiming) return
    const over = new AbortController()
    const timeout = delay(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined)
    await Promise.race([Promise.all([this.#claims, ...this.#running.values()]), timeout])
    over.abort()
  }

  /** Claims until there are no due lanes or no free places. One at a time; a wake-up meanwhile makes it look again. */
  async #claimAll(): Promise<void> {
    this.#claiming = true
    try {
      while (this.#woken && !this.#stopping) {
        this.#woken = false
        const free = this.#options.concurrency - this.#running.size
        if (free <= 0) break
        const claimed = await this.#claim(free)
        if (claimed.length === free) this.#woken = true
      }
    } catch (error) {
      this.#noticeDatabase(error)
    } finally {
      this.#claiming = false
    }
  }

  async #claim(limit: number): Promise<readonly ClaimedLane[]> {
    const { lanes, queue, prefixes } = this.#options
    const leasedAt = performance.now()
    const { leaseMs } = this.#held
    const claimed = await lanes.claim({ queue, limit, leaseMs, ...(prefixes && { prefixes }) })
    this.#noticeDatabase()
    if (this.#stopping) await lanes.release(claimed)
    else for (const lane of claimed) this.#run(lane, leasedAt)
    return claimed
  }

  #run(lane: ClaimedLane, leasedAt: number): void {
    const signal = this.#held.add(lane, leasedAt)
    // A worker of ours that lost this lane has been told to end; two must not work on it side by side.
    const before = this.#running.get(lane.key) ?? Promise.resolve()
    const over = before
      .then(() => this.#work(lane, signal))
      .finally(() => {
        this.#held.remove(lane)
        if (this.#running.get(lane.key) === over) this.#running.delete(lane.key)
        this.wake()
      })
    this.#running.set(lane.key, over)
  }

  /** Does not reject. */
  async #work(lane: ClaimedLane, signal: AbortSignal): Promise<void> {
    try {
      if (lane.attempts > this.#policy.maxDeaths) {
        const error = new Error(`its worker ended ${lane.attempts - 1} times; ${lane.lastError ?? 'it died'}`)
        await this.#fail(lane, error, signal)
      } else await this.#workInTime(lane, signal)
    } catch (error) {
      // Lost, or handed over: whoever holds the lane next does the work.
      if (!signal.aborted) await this.#fail(lane, error, signal)
    }
  }

  async #workInTime(lane: ClaimedLane, signal: AbortSignal): Promise<void> {
    const { worker, limitMs } = this.#options
    if (!limitMs) return await worker.work(lane, signal)
    await workInTime(limitMs(lane), signal, (either) => worker.work(lane, either))
  }

  async #fail(lane: ClaimedLane, error: unknown, signal: AbortSignal): Promise<void> {
    const { scrub = (text: string) => text } = this.#options
    const described = scrub(describeFailure(error))
    const attempt = lane.attempts > this.#policy.maxDeaths ? lane.attempts : attemptOf(lane)
    const tried = { attempt, policy: this.#policy }
    const remedy = this.#stopping ? toHandOver(error) : toRemedy(error, described, tried)
    const dead = remedy.kind === 'bury'
    const record = (): Promise<unknown> =>
      dead
        ? this.#options.worker.bury(lane, described)
        : this.#options.lanes.postpone(lane, { ...remedy, attempt })
    await this.#recordPatiently(record, signal)
    // On time, rather than when lanes are looked for next.
    if (!dead) this.#wakeAt(performance.now() + remedy.delayMs)
    if (dead || remedy.counted) this.#options.onFailure({ lane, error, dead })
  }

  /** Not a moment sooner, as timers may be: nothing would be due yet. */
  #wakeAt(time: number): void {
    const restMs = time - performance.now()
    if (restMs <= 0) this.wake()
    else setTimeout(() => this.#wakeAt(time), Math.min(restMs, LONGEST_TIMER_MS)).unref()
  }

  /** A database that is away for a while is waited for as long as the lane is ours. */
  async #recordPatiently(record: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await record()
        return
      } catch (error) {
        this.#noticeDatabase(error)
        if (!(error instanceof AppError && error.retryable)) return
        const pause = Math.min(LONGEST_RECORD_PAUSE_MS, 100 * 2 ** attempt)
        await delay(pause, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #noticeDatabase(error?: unknown): void {
    const away = error !== undefined
    if (away !== this.#databaseAway) this.#options.onDatabase(error)
    this.#databaseAway = away
  }
}
