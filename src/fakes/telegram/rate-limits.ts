import type { Clock } from './clock.ts'
import { tooManyRequests } from './telegram-error.ts'

/** Messages and edits. What Telegram publishes; the real limits are not fixed. */
export interface RateLimits {
  /** Default 1. */
  readonly perChatPerSecond?: number
  /** Over all chats. Default 30. */
  readonly perSecond?: number
  /** Default 20. */
  readonly perGroupPerMinute?: number
}

interface Window {
  readonly key: string
  readonly most: number
  readonly seconds: number
}

/** Throws 429 for what is too much; what is refused does not count. */
export class RateLimiter {
  readonly #limits: Required<RateLimits>
  readonly #clock: Clock
  readonly #times = new Map<string, readonly number[]>()

  constructor(limits: RateLimits, clock: Clock) {
    this.#limits = { perChatPerSecond: 1, perSecond: 30, perGroupPerMinute: 20, ...limits }
    this.#clock = clock
  }

  checkMessage(chatId: string): void {
    this.#check(this.#windowsOf(chatId))
  }

  /** One change of the webhook a second. */
  checkWebhook(): void {
    this.#check([{ key: 'webhook', most: 1, seconds: 1 }])
  }

  #check(windows: readonly Window[]): void {
    const now = this.#clock.now()
    const wait = Math.max(...windows.map((window) => this.#waitFor(window, now)))
    if (wait > 0) throw tooManyRequests(Math.ceil(wait))
    for (const { key } of windows) this.#times.set(key, [...(this.#times.get(key) ?? []), now])
  }

  #windowsOf(chatId: string): readonly Window[] {
    const { perChatPerSecond, perSecond, perGroupPerMinute } = this.#limits
    return [
      { key: 'all', most: perSecond, seconds: 1 },
      { key: `chat ${chatId}`, most: perChatPerSecond, seconds: 1 },
      ...(chatId.startsWith('-') ? [{ key: `group ${chatId}`, most: perGroupPerMinute, seconds: 60 }] : []),
    ]
  }

  #waitFor({ key, most, seconds }: Window, now: number): number {
    const recent = (this.#times.get(key) ?? []).filter((time) => time > now - seconds)
    this.#times.set(key, recent)
    const oldest = recent.at(-most)
    return oldest === undefined ? 0 : oldest + seconds - now
  }
}
