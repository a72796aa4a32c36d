import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { TelegramAccount } from './account.ts'
import { isFailure } from './telegram-failure.ts'

export interface PersistContext {
  readonly account: TelegramAccount
  readonly log: FastifyBaseLogger
  readonly signal: AbortSignal
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** A token does not become valid again by itself. */
const REFUSED_PAUSE_MS = 300_000

/** Does the task until it succeeds, with longer and longer pauses; `what` is what fails, for log and health. Throws only the signal's reason. */
export async function persist(
  what: string,
  task: () => Promise<unknown>,
  { account, log, signal }: PersistContext,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await task()
      account.problem = null
      return
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ bot: account.bot, err: error }, `Telegram: ${what}; trying again`)
      const refused = isFailure(error, 'unauthorized')
      if (!refused) account.problem = what
      await delay(refused ? REFUSED_PAUSE_MS : pauseAfter(attempt, error), undefined, { signal })
    }
  }
}

/** In milliseconds; what Telegram asks for, else twice as long each time. */
export function pauseAfter(attempt: number, error?: unknown): number {
  const asked = isFailure(error, 'throttled') ? (error.retryAfterMs ?? 0) : 0
  return Math.max(asked, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10)))
}
