import type { TurnOutcome } from './store.ts'

/** What the turns of all replicas amount to, counted from their table. */
export interface Numbers {
  /** Everything since the numbers were reset, or since there are turns. */
  totals(): Promise<Totals>
  /** Latencies of the last 1000 turns since the reset. */
  latencies(): Promise<Latencies>
  /** The turns that ended within the last `windowMs`. */
  recent(windowMs: number): Promise<RecentTurns>
  /** What happens now. */
  activity(): Promise<Activity>
  /** The last turns that ended, the newest first. */
  events(limit: number): Promise<readonly EndedTurn[]>
  /** From now on the numbers count from here, on every replica; the turns stay. */
  reset(): Promise<void>
}

export interface Totals {
  readonly outcomes: Readonly<Record<TurnOutcome, number>>
  /** How often turns failed, by the code of the error. */
  readonly errors: Readonly<Record<string, number>>
  readonly inputTokens: number
  readonly outputTokens: number
  readonly audioChunks: number
  /** Of all answers together. */
  readonly characters: number
  readonly conversations: number
}

/** Milliseconds; null when nothing was measured. Percentiles by nearest rank. */
export interface Latency {
  readonly avg: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface Latencies {
  readonly firstToken: Latency
  readonly firstAudio: Latency
  /** Of the whole turn, where it did not fail. */
  readonly complete: Latency
}

export interface RecentTurns {
  readonly ended: number
  /** Failed or interrupted. */
  readonly failed: number
  readonly firstToken: Latency
}

export interface Activity {
  /** Turns that run now. */
  readonly running: number
  /** Processes that run them. */
  readonly busyReplicas: number
  /** Different people whose turns ended within the last hour. */
  readonly people: number
  /** Accepted messages without an outcome. */
  readonly waiting: number
  /** How long the oldest of them has waited, in milliseconds; 0 when none does. */
  readonly oldestWaitMs: number
  /** Accepted messages that were given up and are still kept. */
  readonly dead: number
}

export interface EndedTurn {
  readonly turnId: string
  readonly bot: string
  readonly channel: string
  readonly revision: string
  readonly model: string
  readonly outcome: TurnOutcome
  readonly errorCode: string | null
  readonly firstTokenMs: number | null
  readonly durationMs: number | null
  readonly words: number
  readonly endedAt: Date
}
