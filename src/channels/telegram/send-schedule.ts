import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { isFailure, TelegramFailure } from './telegram-failure.ts'

export interface SendLimits {
  /** Messages and edits over all chats; Telegram allows about 30. */
  readonly perSecond: number
  /** In one chat; Telegram allows about 1, and a third of that in a group. */
  readonly perChatPerSecond: number
}

/** What a chat may have at once; then its rate holds. */
const BURST = 3
/** Messages a group may have in the time in which another chat has one: 3 + 17 are Telegram's 20 a minute. */
const GROUP_SHARE = 17 / 60
/** What previews leave to finished answers. */
const RESERVED = 2
const RESERVED_OVERALL = 5
/** A longer wait is the lane's: it makes room for others meanwhile. */
const PATIENCE_MS = 10_000
/** Chats remembered at a time; one that is forgotten begins with its burst. */
const CHATS = 20_000

interface ChatState {
  readonly bucket: Bucket
  pausedUntil: number
  /** Resolves when the deliveries so far are done. */
  tail: Promise<unknown>
}

/**
 * Keeps the rates Telegram allows. Deliveries of a chat wait for each other and for their turn; previews happen only
 * when there is room beyond what deliveries may need, and are dropped otherwise. When Telegram says 429 its
 * `retry_after` holds for all of the chat.
 */
export class SendSchedule {
  readonly #limits: SendLimits
  readonly #overall: Bucket
  readonly #chats = new LRUCache<number, ChatState>({ max: CHATS })

  constructor(limits: SendLimits) {
    this.#limits = limits
    this.#overall = new Bucket(limits.perSecond, Math.max(1, limits.perSecond))
  }

  /** Makes the call when it is its turn, again when Telegram says 429. Throws a `throttled` failure when that takes long. */
  deliver<Result>(chatId: number, signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
    const chat = this.#chat(chatId)
    const turn = chat.tail.then(() => this.#make(chat, signal, call))
    chat.tail = turn.catch(() => undefined)
    return turn
  }

  /** Makes the call now, or not at all. A failure is thrown, and a 429 stops the chat's previews for a while. */
  async preview(chatId: number, call: () => Promise<unknown>): Promise<void> {
    const chat = this.#chat(chatId)
    const now = performance.now()
    const free = chat.bucket.level(now) >= 1 + RESERVED && this.#overall.level(now) >= 1 + RESERVED_OVERALL
    if (!free || chat.pausedUntil > now) return
    this.#take(chat)
    await this.#guarded(chat, call)
  }

  /** The same for a draft, which is no message of the chat and counts over all chats only. */
  async draft(chatId: number, call: () => Promise<unknown>): Promise<void> {
    const chat = this.#chat(chatId)
    const now = performance.now()
    if (this.#overall.level(now) < 1 + RESERVED_OVERALL || chat.pausedUntil > now) return
    this.#overall.take(now)
    await this.#guarded(chat, call)
  }

  async #make<Result>(chat: ChatState, signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      await this.#room(chat, signal)
      this.#take(chat)
      try {
        return await this.#guarded(chat, call)
      } catch (error) {
        // What was refused for coming too early had no effect.
        if (!isFailure(error, 'throttled')) throw error
      }
    }
  }

  async #guarded<Result>(chat: ChatState, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call()
    } catch (error) {
      if (isFailure(error, 'throttled')) chat.pausedUntil = performance.now() + (error.retryAfterMs ?? 1_000)
      throw error
    }
  }

  async #room(chat: ChatState, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const now = performance.now()
      const wait = Math.max(
        chat.pausedUntil - now,
        chat.bucket.waitFor(1, now),
        this.#overall.waitFor(1, now),
      )
      if (wait <= 0) return
      if (wait > PATIENCE_MS)
        throw new TelegramFailure('Telegram asks for a pause', { kind: 'throttled', retryAfterMs: wait })
      await delay(Math.ceil(wait), undefined, { signal }).catch(() => undefined)
    }
  }

  #take(chat: ChatState): void {
    const now = performance.now()
    chat.bucket.take(now)
    this.#overall.take(now)
  }

  #chat(chatId: number): ChatState {
    const known = this.#chats.get(chatId)
    if (known) return known
    const share = chatId < 0 ? GROUP_SHARE : 1
    const bucket = new Bucket(this.#limits.perChatPerSecond * share, BURST)
    const chat = { bucket, pausedUntil: 0, tail: Promise.resolve() }
    this.#chats.set(chatId, chat)
    return chat
  }
}

/** Fills at a rate up to its size; a call takes one. */
class Bucket {
  readonly #perMs: number
  readonly #size: number
  #level: number
  #at = 0

  constructor(perSecond: number, size: number) {
    this.#perMs = perSecond / 1_000
    this.#size = size
    this.#level = size
  }

  level(now: number): number {
    this.#level = Math.min(this.#size, this.#level + (now - this.#at) * this.#perMs)
    this.#at = now
    return this.#level
  }

  /** Milliseconds until there are so many. */
  waitFor(count: number, now: number): number {
    return Math.max(0, (count - this.level(now)) / this.#perMs)
  }

  take(now: number): void {
    this.#level = this.level(now) - 1
  }
}
