import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { pauseAfter, type PersistContext } from './persist.ts'
import { isFailure } from './telegram-failure.ts'
import { ALLOWED_UPDATES } from './telegram-update.ts'

export interface LongPollOptions extends PersistContext {
  /** Resolves when the update is stored. */
  readonly receive: (update: unknown) => Promise<void>
}

/** How long Telegram holds a request without news, in seconds; it allows 50. */
const HOLD_SECONDS = 30
const PATIENCE_MS = (HOLD_SECONDS + 15) * 1_000
/** Between two requests that brought nothing, whatever the server does. */
const SHORTEST_ROUND_MS = 1_000
/** Two pollers that wait differently long do not end each other's requests all the time. */
const CONFLICT_PAUSE_MS = 10_000
/** How often an update is tried that fails for a reason of its own. */
const ATTEMPTS = 5

interface Update {
  readonly update_id: number
}

/** Fetches updates until the signal aborts. The offset moves past an update, which confirms it, when it is stored. */
export async function pollUpdates(options: LongPollOptions): Promise<void> {
  const { signal } = options
  let offset = 0
  let failures = 0
  while (!signal.aborted) {
    const began = performance.now()
    try {
      const next = await fetchAndReceive(offset, options)
      failures = 0
      const rest = next === offset ? SHORTEST_ROUND_MS - (performance.now() - began) : 0
      offset = next
      if (rest > 0) await pause(rest, signal)
    } catch (error) {
      if (signal.aborted) return
      await pause(report(error, failures++, options), signal)
    }
  }
}

/** Resolves with the next offset. */
async function fetchAndReceive(offset: number, options: LongPollOptions): Promise<number> {
  const { account, signal } = options
  const request = { offset, timeout: HOLD_SECONDS, allowed_updates: ALLOWED_UPDATES }
  const updates = await account.api.call(
    (raw, signal) => raw.getUpdates(request, signal),
    signal,
    PATIENCE_MS,
  )
  account.problem = null
  let next = offset
  for (const update of updates) {
    // A server that forgets confirmations sends it again.
    if (update.update_id < next) continue
    await receiveSurely(update, options)
    next = update.update_id + 1
  }
  return next
}

/** Tries again as long as the database is away; what fails by itself must not hold up everybody for ever. */
async function receiveSurely(
  update: Update,
  { account, log, signal, receive }: LongPollOptions,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await receive(update)
    } catch (error) {
      signal.throwIfAborted()
      const facts = { bot: account.bot, update: update.update_id, err: error }
      const passing = error instanceof AppError && error.retryable
      if (!passing && attempt + 1 >= ATTEMPTS)
        return log.error(facts, 'an update from Telegram cannot be stored; it is left out')
      log.warn(facts, 'an update from Telegram could not be stored; trying again')
      await pause(pauseAfter(attempt), signal)
    }
  }
}

/** Says what is wrong; returns how long to wait, in milliseconds. */
function report(error: unknown, failures: number, { account, log }: LongPollOptions): number {
  if (isFailure(error, 'conflict')) {
    account.problem =
      'another process fetches the updates of this bot; run one in polling mode, or use a webhook'
    log.warn({ bot: account.bot, err: error }, 'Telegram: another process fetches the updates, too')
    return CONFLICT_PAUSE_MS * (1 + Math.random())
  }
  log.warn({ bot: account.bot, err: error }, 'Telegram: no updates; trying again')
  if (isFailure(error, 'unauthorized')) return pauseAfter(10)
  account.problem = 'Telegram cannot be reached'
  return pauseAfter(failures, error)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
