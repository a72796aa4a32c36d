/** The door of the limits room: how often somebody may do something. */
export interface Limiter {
  /** Counts one use. */
  use(key: string): Promise<Allowance>
  /** What would be left; counts nothing. */
  look(key: string): Promise<Allowance>
  /** Begins anew. */
  forgive(key: string): Promise<void>
  readonly rule: LimitRule
}

/** `points` uses in `seconds`, counted from the first use, then all of them again; or, `evenly`, one after another. */
export interface LimitRule {
  /** Names the limit in headers and in Redis; lower-case letters and hyphens. */
  readonly name: string
  readonly points: number
  readonly seconds: number
  /** All `points` at once, and each use comes back by itself: after `seconds` all of them. Default false. */
  readonly evenly?: boolean
}

export interface Allowance {
  /** False when the use was one too many. */
  readonly allowed: boolean
  readonly left: number
  /** Until one is left again, in milliseconds; 0 while there is. */
  readonly waitMs: number
  /** Until all uses are there again, in milliseconds. */
  readonly resetMs: number
}

export type CreateLimiter = (rule: LimitRule) => Limiter
