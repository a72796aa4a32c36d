import type { Clock } from './clock.ts'
import { postUpdate } from './post-update.ts'
import type { WebhookAnswer, WebhookTarget } from './post-update.ts'
import { createSlots } from './slots.ts'
import type { Slots } from './slots.ts'
import type { TelegramUpdate } from './telegram-types.ts'
import type { QueuedUpdate, UpdateQueue } from './update-queue.ts'

const MAX_DELAY = 60
const GONE_SECONDS = 23 * 3_600

export interface WebhookSettings extends WebhookTarget {
  readonly maxConnections: number
  readonly ipAddress: string
}

export interface WebhookHooks {
  /** How many requests carry an update; 1 unless a fault says otherwise. */
  readonly copiesOf: (update: TelegramUpdate) => number
  /** A 2xx answer: it may hold a call. */
  readonly onAnswer: (answer: WebhookAnswer) => void
}

interface Delivery {
  readonly settings: WebhookSettings
  readonly slots: Slots
  readonly stop: AbortController
  /** Chats whose updates are on their way. */
  readonly lanes: Set<number>
}

/**
 * Delivers queued updates: those of one chat in order, chats beside each other. Any 2xx is a success; a failure is
 * tried again at once, then after 2, 4, … seconds up to 60-120, or after what Retry-After says, until the update is a
 * day old (tdlib/telegram-bot-api, WebhookActor.cpp).
 */
export class Webhook {
  readonly #queue: UpdateQueue
  readonly #clock: Clock
  readonly #hooks: WebhookHooks
  #active: Delivery | undefined
  #goneSince: number | undefined
  #error: { readonly date: number; readonly message: string } | undefined

  constructor(queue: UpdateQueue, clock: Clock, hooks: WebhookHooks) {
    this.#queue = queue
    this.#clock = clock
    this.#hooks = hooks
    queue.onAdd(({ chatId }) => this.#start(chatId))
  }

  get settings(): WebhookSettings | undefined {
    return this.#active?.settings
  }

  get lastError(): { readonly date: number; readonly message: string } | undefined {
    return this.#error
  }

  set(settings: WebhookSettings): void {
    this.remove()
    const slots = createSlots(settings.maxConnections)
    this.#active = { settings, slots, stop: new AbortController(), lanes: new Set() }
    for (const { chatId } of this.#queue.pending()) this.#start(chatId)
  }

  remove(): void {
    this.#active?.stop.abort()
    this.#active = undefined
    this.#goneSince = undefined
    this.#error = undefined
  }

  #start(chatId: number): void {
    const delivery = this.#active
    if (!delivery || delivery.lanes.has(chatId)) return
    delivery.lanes.add(chatId)
    // It fails only when the webhook is removed.
    this.#run(delivery, chatId).catch(() => undefined)
  }

  async #run(delivery: Delivery, chatId: number): Promise<void> {
    for (;;) {
      const next = this.#queue.pending().find((queued) => queued.chatId === chatId)
      if (!next) break
      await this.#deliver(delivery, next)
      this.#queue.remove(next.update.update_id)
    }
    delivery.lanes.delete(chatId)
  }

  /** Resolves when the update has arrived or is too old. */
  async #deliver(delivery: Delivery, { update, expiresAt }: QueuedUpdate): Promise<void> {
    let delay = 1
    for (let failures = 0; ; failures++) {
      const retryAfter = await delivery.slots.use(() => this.#send(delivery, update))
      if (retryAfter === undefined) return
      if (retryAfter === 0 && failures > 0)
        delay = Math.min(delay * 2, MAX_DELAY + Math.floor(Math.random() * (MAX_DELAY + 1)))
      const wait = retryAfter > 0 ? retryAfter : failures > 0 ? delay : 0
      if (this.#clock.now() + wait > expiresAt) return
      await this.#clock.wait(wait, delivery.stop.signal)
    }
  }

  /** The pause the receiver asks for, 0 when it asks for none; undefined: it has the update. */
  async #send({ settings, stop }: Delivery, update: TelegramUpdate): Promise<number | undefined> {
    stop.signal.throwIfAborted()
    const body = JSON.stringify(update)
    const copies = Array.from({ length: this.#hooks.copiesOf(update) }, () =>
      postUpdate(settings, body, stop.signal).catch((error: unknown) => describeFailure(error)),
    )
    const answers = await Promise.all(copies)
    stop.signal.throwIfAborted()
    const answer = answers.find((one) => typeof one !== 'string' && isSuccess(one)) ?? answers[0] ?? ''
    if (typeof answer === 'string') return this.#fail(answer)
    if (!isSuccess(answer)) return this.#refused(answer)
    this.#goneSince = undefined
    this.#hooks.onAnswer(answer)
    return undefined
  }

  #refused({ status, reason, retryAfter }: WebhookAnswer): number {
    this.#fail(`Wrong response from the webhook: ${status} ${reason}`)
    if (status !== 410) this.#goneSince = undefined
    else this.#goneSince ??= this.#clock.now()
    if (this.#goneSince !== undefined && this.#clock.now() > this.#goneSince + GONE_SECONDS) this.remove()
    return retryAfter
  }

  #fail(message: string): number {
    this.#error = { date: Math.floor(this.#clock.now()), message }
    return 0
  }
}

function isSuccess({ status }: WebhookAnswer): boolean {
  return status >= 200 && status <= 299
}

function describeFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ECONNREFUSED') return 'Connection refused'
  if (error instanceof Error && error.message === 'Read timeout expired') return error.message
  return 'Webhook connection closed'
}
