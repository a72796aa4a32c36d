import { setTimeout as delay } from 'node:timers/promises'
import type { ClaimedAnswer } from '../answer-claim.ts'
import { AppError } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'
import type { TurnLog, Turns } from '../store/store.ts'
import { patiently } from './patiently.ts'
import { toErrorEvent } from './run-turn.ts'

/** How often a turn that runs on another replica is looked at. */
const POLL_MS = 150
/** How long a database that does not answer is asked again. */
const PATIENCE_MS = 30_000

/** Who reads, where reading begins, and whether anybody still reads. */
export interface StoredPlace {
  readonly answer: ClaimedAnswer
  readonly afterSeq: number
  readonly signal: AbortSignal
}

/**
 * Reads a turn of another process, or of the past, from the store, and follows it until it ends. A reader that
 * has seen everything (or more, when the process died before it stored the rest) is given the terminal event
 * again, so every reader learns how the turn ended. Throws `stream_not_found` when there is no such turn for who asks,
 * or its events have been pruned.
 */
export async function followStored(turns: Turns, place: StoredPlace): Promise<AsyncIterable<LoggedEvent>> {
  const { answer, afterSeq } = place
  const first = await turns.read(answer.turnId, afterSeq, answer)
  if (!first) throw new AppError('stream_not_found')
  if (first.running || first.events.length > 0) return follow(turns, place, first)
  const last = (await turns.read(answer.turnId, 0, answer))?.events.at(-1)
  if (!last) throw new AppError('stream_not_found')
  return follow(turns, place, { events: [last], running: false })
}

async function* follow(turns: Turns, place: StoredPlace, first: TurnLog): AsyncGenerator<LoggedEvent, void> {
  let log: TurnLog | undefined = first
  let seen = place.afterSeq
  while (log && !place.signal.aborted) {
    yield* log.events
    seen = log.events.at(-1)?.seq ?? seen
    if (!log.running) {
      if (log.events.length === 0) yield* await repeatEnd(turns, place)
      return
    }
    await delay(POLL_MS)
    log = await readPatiently(turns, { ...place, afterSeq: seen })
  }
  // It was begun in a commit that a crash of the database took back, or was deleted.
  if (!log && !place.signal.aborted) yield { seq: seen + 1, event: toErrorEvent(new AppError('interrupted')) }
}

/** For a reader that had seen more than was stored when the turn's process died. */
async function repeatEnd(turns: Turns, place: StoredPlace): Promise<readonly LoggedEvent[]> {
  const log = await readPatiently(turns, { ...place, afterSeq: 0 })
  return log?.events.slice(-1) ?? []
}

function readPatiently(
  turns: Turns,
  { answer, afterSeq, signal }: StoredPlace,
): Promise<TurnLog | undefined> {
  return patiently(() => turns.read(answer.turnId, afterSeq, answer), { patienceMs: PATIENCE_MS, signal })
}
