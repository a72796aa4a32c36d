import type { Clock } from './clock.ts'
import type { TelegramUpdate, UpdateContent } from './telegram-types.ts'

/** Sent only to bots that ask for them. */
const ON_REQUEST = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])
const KEPT_SECONDS = 24 * 3_600
const FIRST_ID = 700_000_001

export interface QueuedUpdate {
  readonly update: TelegramUpdate
  /** Updates of one chat are delivered one after the other. */
  readonly chatId: number
  /** Unix seconds. */
  readonly expiresAt: number
}

/** The updates a bot has not confirmed. */
export class UpdateQueue {
  /** Kinds of updates; empty: all but those that must be asked for. Does not touch what is queued already. */
  allowed: readonly string[] = []
  readonly #clock: Clock
  readonly #listeners = new Set<(added: QueuedUpdate) => void>()
  #queued: readonly QueuedUpdate[] = []
  #nextId = FIRST_ID

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Returns the update even when the bot does not want its kind. */
  add(content: UpdateContent, chatId: number): TelegramUpdate {
    const update = { update_id: this.#nextId, ...content }
    if (!this.#wants(content)) return update
    this.#nextId++
    const queued = { update, chatId, expiresAt: this.#clock.now() + KEPT_SECONDS }
    this.#queued = [...this.#queued, queued]
    for (const listener of this.#listeners) listener(queued)
    return update
  }

  #wants(content: UpdateContent): boolean {
    const [kind = ''] = Object.keys(content)
    return this.allowed.length > 0 ? this.allowed.includes(kind) : !ON_REQUEST.has(kind)
  }

  /** Oldest first. */
  pending(): readonly QueuedUpdate[] {
    const now = this.#clock.now()
    this.#queued = this.#queued.filter(({ expiresAt }) => expiresAt > now)
    return this.#queued
  }

  remove(updateId: number): void {
    this.#queued = this.#queued.filter(({ update }) => update.update_id !== updateId)
  }

  /** Forgets everything before `offset`; a negative one keeps as many of the newest. */
  confirm(offset: number): void {
    if (offset < 0) this.#queued = this.#queued.slice(offset)
    else this.#queued = this.#queued.filter(({ update }) => update.update_id >= offset)
  }

  clear(): void {
    this.#queued = []
  }

  /** Returns what ends it. */
  onAdd(listener: (added: QueuedUpdate) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
