import type { ClaimedLane } from '../store/store.ts'

/**
 * The door of the lanes room: works off one queue of lanes, several lanes at a time, each by one worker over all
 * replicas.
 */
export interface LaneWorker {
  /**
   * Works on the lane's item to its end, which it records itself (settle, repeat, bury or a postponement). Ends soon,
   * without effects, when `signal` aborts. What it throws counts as a failure of the attempt.
   */
  work(lane: ClaimedLane, signal: AbortSignal): Promise<void>
  /** Records that the item failed for good. */
  bury(lane: ClaimedLane, error: string): Promise<void>
}

/** How failures are tried again. */
export interface RetryPolicy {
  /** From this attempt on a failure sends an item to the dead ones; see `attemptOf`. Default 8. */
  readonly maxAttempts: number
  /**
   * An item that was begun so often without any outcome goes to the dead ones. Far above `maxAttempts`: a process that
   * dies takes all its items with it, and only one of them can be to blame. Default 50.
   */
  readonly maxDeaths: number
  /** The pause after the first failure, doubled after each further one, in milliseconds. Default 1000. */
  readonly firstDelayMs: number
  /** The longest pause, in milliseconds. Default 60000. */
  readonly longestDelayMs: number
}

/**
 * Which attempt an item is at: as often as it was begun, but the first as long as nothing but deaths ended it. Those say
 * little against it, and one failure after them must not be the last.
 */
export function attemptOf({ attempts, lastError }: Pick<ClaimedLane, 'attempts' | 'lastError'>): number {
  return lastError === null ? 1 : attempts
}

export const RETRY_POLICY: RetryPolicy = {
  maxAttempts: 8,
  maxDeaths: 50,
  firstDelayMs: 1_000,
  longestDelayMs: 60_000,
}
