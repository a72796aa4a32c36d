import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { FinishedTurn, Lease, Turns } from '../store/store.ts'
import { outsideWork } from '../tracing.ts'
import type { LiveTurn } from './live-turn.ts'

export interface JournalOptions extends Lease {
  /** How long events may wait before they are stored, in milliseconds. */
  readonly flushMs: number
  readonly onError: (error: unknown) => void
}

/** How long the end of an answer waits for the database. */
const PATIENCE_MS = 30_000

/**
 * Writes the events of all turns of this process to the store, many turns in one commit; now and then it renews
 * their leases with them. Hears which of them somebody asked to stop. What cannot be stored now is tried again.
 */
export class Journal {
  readonly #turns: Turns
  readonly #options: JournalOptions
  readonly #live = new Map<string, LiveTurn>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #renewedAt = 0
  #busy = false
  #hurried = false
  /** Turns whose last events `finish` writes; only their leases are still renewed here. */
  readonly #ending = new Set<string>()

  constructor(turns: Turns, options: JournalOptions) {
    this.#turns = turns
    this.#options = options
  }

  get live(): ReadonlyMap<string, LiveTurn> {
    return this.#live
  }

  open(turn: LiveTurn): void {
    this.#live.set(turn.id, turn)
    this.#timer ??= outsideWork(() => setInterval(() => this.#tick(), this.#options.flushMs).unref())
  }

  /**
   * Stores the end of a turn with everything not yet stored, in one commit. A database that is away for a while is
   * waited for, with the lease renewed where that is possible: the answer has been paid for. False when the turn is
   * closed already. The turn leaves the journal either way.
   */
  async finish(turn: LiveTurn, end: Omit<FinishedTurn, 'owner' | 'turnId'>): Promise<boolean> {
    this.#ending.add(turn.id)
    try {
      await this.#writing
      const events = [...turn.unstored, ...end.events]
      return await this.#finishPatiently({ ...end, turnId: turn.id, owner: this.#options.owner, events })
    } finally {
      this.#ending.delete(turn.id)
      this.#live.delete(turn.id)
    }
  }

  /** From now on what cannot be stored at once is given up. */
  hurry(): void {
    this.#hurried = true
  }

  async #finishPatiently(end: FinishedTurn): Promise<boolean> {
    const giveUpAt = performance.now() + PATIENCE_MS
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#turns.finish(end)
      } catch (error) {
        const mayPass = error instanceof AppError && error.retryable
        if (!mayPass || this.#hurried || performance.now() > giveUpAt) throw error
        this.#options.onError(error)
        await delay(Math.min(4_000, 250 * 2 ** attempt))
      }
    }
  }

  /** Stops the timer; to be called when no turn runs any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#writing
  }

  #tick(): void {
    if (this.#live.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else if (!this.#busy) {
      this.#busy = true
      this.#writing = this.#appendAll()
        .catch((error: unknown) => this.#options.onError(error))
        .finally(() => {
          this.#busy = false
        })
    }
  }

  async #appendAll(): Promise<void> {
    const now = performance.now()
    const renew = now - this.#renewedAt >= this.#options.leaseMs / 4
    const segments = [...this.#live.values()]
      .map((turn) => ({ turn, turnId: turn.id, events: this.#ending.has(turn.id) ? [] : turn.unstored }))
      .filter(({ events }) => renew || events.length > 0)
    if (segments.length === 0) return
    const changes = await this.#turns.append(
      segments.map(({ turnId, events }) => ({ turnId, events })),
      { owner: this.#options.owner, renewForMs: renew ? this.#options.leaseMs : null },
    )
    if (renew) this.#renewedAt = now
    for (const { turn, events } of segments) turn.markStored(events)
    for (const [turnId, change] of changes)
      this.#live.get(turnId)?.abort(change === 'lost' ? new AppError('interrupted') : undefined)
  }
}
