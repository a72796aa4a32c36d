import { AppError } from '../errors.ts'
import type { LaneHold, Lanes } from '../store/store.ts'

export interface HeldLanesOptions {
  readonly leaseMs: number
  /** Told after every renewal, with the error when it failed. */
  readonly onRenewed: (error?: unknown) => void
}

interface HeldLane {
  readonly hold: LaneHold
  readonly controller: AbortController
  /** When the statement was sent that leased it last; `performance.now()`. */
  leasedAt: number
}

/**
 * The lanes this process has leased. Renews all of them in one statement, three times a lease; a lane that is lost,
 * or may be because it could not be renewed in time, aborts its signal.
 */
export class HeldLanes {
  readonly leaseMs: number
  readonly #lanes: Lanes
  readonly #options: HeldLanesOptions
  readonly #held = new Map<string, HeldLane>()
  #timer: NodeJS.Timeout | undefined
  #renewing = false
  #handingOver = false

  constructor(lanes: Lanes, options: HeldLanesOptions) {
    this.#lanes = lanes
    this.#options = options
    this.leaseMs = options.leaseMs
  }

  add(hold: LaneHold, leasedAt: number): AbortSignal {
    const controller = new AbortController()
    this.#held.set(hold.token, { hold, controller, leasedAt })
    this.#timer ??= setInterval(() => void this.#renew(), this.leaseMs / 3)
    return controller.signal
  }

  remove({ token }: LaneHold): void {
    // Work that was told to end has not freed its lane.
    if (this.#handingOver) return
    this.#held.delete(token)
    if (this.#held.size === 0) this.close()
  }

  /** Ends all work; its lanes are to be released. */
  abortAll(): void {
    this.#handingOver = true
    for (const { controller } of this.#held.values()) controller.abort(new AppError('interrupted'))
  }

  async releaseAll(): Promise<void> {
    await this.#lanes.release([...this.#held.values()].map(({ hold }) => hold))
    this.#held.clear()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #renew(): Promise<void> {
    this.#giveUpExpired()
    if (this.#renewing || this.#held.size === 0) return
    this.#renewing = true
    const sentAt = performance.now()
    const renewed = [...this.#held.values()]
    try {
      const lost = await this.#lanes.renew(
        renewed.map(({ hold }) => hold),
        this.leaseMs,
      )
      for (const lane of renewed) lane.leasedAt = sentAt
      for (const { token } of lost) this.#lose(token)
      this.#options.onRenewed()
    } catch (error) {
      this.#options.onRenewed(error)
    } finally {
      this.#renewing = false
    }
  }

  /** Another replica may have claimed by now what could not be renewed. */
  #giveUpExpired(): void {
    const oldest = performance.now() - this.leaseMs
    for (const [token, { leasedAt }] of this.#held) if (leasedAt < oldest) this.#lose(token)
  }

  #lose(token: string): void {
    this.#held.get(token)?.controller.abort(new AppError('interrupted'))
    this.#held.delete(token)
  }
}
