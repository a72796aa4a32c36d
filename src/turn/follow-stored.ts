import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'
import type { TurnLog, Turns } from '../store/store.ts'

/** How often a turn that runs on another replica is looked at. */
const POLL_MS = 150

/**
 * Reads a turn of another process, or of the past, from the store, and follows it until it ends. A reader that
 * has seen everything (or more, when the process died before it stored the rest) is given the terminal event
 * again, so every reader learns how the turn ended. Throws `stream_not_found`.
 */
export async function followStored(
  turns: Turns,
  turnId: string,
  afterSeq: number,
): Promise<AsyncIterable<LoggedEvent>> {
  const first = await turns.read(turnId, afterSeq)
  if (!first) throw new AppError('stream_not_found')
  return follow(turns, { turnId, afterSeq, first })
}

interface Place {
  readonly turnId: string
  readonly afterSeq: number
  readonly first: TurnLog
}

async function* follow(turns: Turns, { turnId, afterSeq, first }: Place): AsyncGenerator<LoggedEvent, void> {
  let log: TurnLog | undefined = first
  let seen = afterSeq
  while (log) {
    yield* log.events
    seen = log.events.at(-1)?.seq ?? seen
    if (!log.running) break
    await delay(POLL_MS)
    log = await turns.read(turnId, seen)
  }
  if (seen !== afterSeq) return
  const last = (await turns.read(turnId, 0))?.events.at(-1)
  if (last) yield last
}
