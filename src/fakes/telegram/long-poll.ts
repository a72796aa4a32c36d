import type { Clock } from './clock.ts'
import type { Parameters } from './parameters.ts'
import { TelegramError } from './telegram-error.ts'
import type { TelegramUpdate } from './telegram-types.ts'
import type { UpdateQueue } from './update-queue.ts'

const MAX_TIMEOUT = 50
const MAX_LIMIT = 100
const MAX_BYTES = 4 * 1024 * 1024
const CONFLICT_PAUSE = 3
const OTHER_POLLER =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'

/** getUpdates: one caller at a time; the next one ends the one before (tdlib/telegram-bot-api, Client.cpp). */
export class LongPoll {
  readonly #queue: UpdateQueue
  readonly #clock: Clock
  #current: AbortController | undefined
  #last = { offset: 0, at: -Infinity }
  #nextConflictAt = -Infinity

  constructor(queue: UpdateQueue, clock: Clock) {
    this.#queue = queue
    this.#clock = clock
  }

  /** Resolves with updates, or with none when `timeout` seconds have passed or `signal` says the caller has gone. */
  async poll(parameters: Parameters, signal: AbortSignal): Promise<readonly TelegramUpdate[]> {
    this.end(OTHER_POLLER)
    const offset = parameters.integer('offset') ?? 0
    const { limit, timeout } = this.#tame(parameters, offset)
    if (offset !== 0) this.#queue.confirm(offset)
    const mine = new AbortController()
    this.#current = mine
    try {
      await this.#arrival(timeout, AbortSignal.any([mine.signal, signal]))
      if (mine.signal.aborted) throw await this.conflict(String(mine.signal.reason), signal)
      return this.#collect(limit)
    } finally {
      if (this.#current === mine) this.#current = undefined
    }
  }

  /** Ends the open poll with 409. */
  end(description: string): void {
    this.#current?.abort(description)
    this.#current = undefined
  }

  /** A 409; within three seconds after another one it comes three seconds late. */
  async conflict(description: string, signal: AbortSignal): Promise<TelegramError> {
    if (this.#clock.now() < this.#nextConflictAt)
      await this.#clock.wait(CONFLICT_PAUSE, signal).catch(() => undefined)
    else this.#nextConflictAt = this.#clock.now() + CONFLICT_PAUSE
    return new TelegramError(409, description)
  }

  /** A caller that asks the same again too soon waits longer and gets less. */
  #tame(parameters: Parameters, offset: number): { readonly limit: number; readonly timeout: number } {
    const since = offset === this.#last.offset ? this.#clock.now() - this.#last.at : Infinity
    this.#last = { offset, at: this.#clock.now() }
    const asked = clamp(parameters.integer('timeout') ?? 0, 0, MAX_TIMEOUT)
    const limit = clamp(parameters.integer('limit') ?? MAX_LIMIT, 1, MAX_LIMIT)
    return { limit: since < 0.5 ? 1 : limit, timeout: since < 3 ? Math.max(3, asked) : asked }
  }

  #arrival(timeout: number, signal: AbortSignal): Promise<void> {
    if (this.#queue.pending().length > 0 || timeout === 0 || signal.aborted) return Promise.resolve()
    const arrived = new AbortController()
    const stop = this.#queue.onAdd(() => arrived.abort())
    return this.#clock
      .wait(timeout, AbortSignal.any([arrived.signal, signal]))
      .catch(() => undefined)
      .finally(stop)
  }

  #collect(limit: number): readonly TelegramUpdate[] {
    const updates = this.#queue.pending().map(({ update }) => update)
    let bytes = 0
    return updates.slice(0, limit).filter((update, index) => {
      bytes += Buffer.byteLength(JSON.stringify(update))
      return index === 0 || bytes <= MAX_BYTES
    })
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
