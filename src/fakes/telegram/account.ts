import { Chats } from './chats.ts'
import type { Clock } from './clock.ts'
import { FileStore } from './file-store.ts'
import { LongPoll } from './long-poll.ts'
import type { Parameters } from './parameters.ts'
import type { RateLimiter } from './rate-limits.ts'
import type { TelegramUser } from './telegram-types.ts'
import { UpdateQueue } from './update-queue.ts'
import { Webhook } from './webhook.ts'
import type { WebhookHooks } from './webhook.ts'

/** Everything the server knows about one bot. */
export interface Account {
  readonly bot: TelegramUser
  readonly clock: Clock
  readonly chats: Chats
  readonly files: FileStore
  readonly queue: UpdateQueue
  readonly poll: LongPoll
  readonly webhook: Webhook
  /** Undefined: no limits. */
  readonly limiter: RateLimiter | undefined
  /** Pressed buttons that wait for their answer. */
  readonly openQueries: Set<string>
}

export interface AccountOptions {
  readonly bot: TelegramUser
  readonly clock: Clock
  readonly limiter: RateLimiter | undefined
  /** Bytes. */
  readonly maxDownload: number
  readonly hooks: WebhookHooks
}

export function createAccount({ bot, clock, limiter, maxDownload, hooks }: AccountOptions): Account {
  const queue = new UpdateQueue(clock)
  return {
    bot,
    clock,
    limiter,
    queue,
    chats: new Chats(clock),
    files: new FileStore(maxDownload),
    poll: new LongPoll(queue, clock),
    webhook: new Webhook(queue, clock, hooks),
    openQueries: new Set(),
  }
}

/** Answers a call with its result; throws TelegramError. `signal` says that the caller has gone. */
export type Method = (parameters: Parameters, signal: AbortSignal) => unknown

export type Methods = Readonly<Record<string, Method>>

/** A result that comes with a sentence. */
export class Described {
  readonly result: unknown
  readonly description: string

  constructor(result: unknown, description: string) {
    this.result = result
    this.description = description
  }
}
