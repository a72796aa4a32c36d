import { setTimeout as delay } from 'node:timers/promises'

/** Time as the fake lives it. */
export interface Clock {
  /** Unix seconds, with a fraction. */
  now(): number
  /** Rejects when `signal` is aborted. */
  wait(seconds: number, signal: AbortSignal): Promise<void>
}

/** A clock that runs `factor` times as fast as the wall's. */
export function createClock(factor: number): Clock {
  const start = Date.now()
  return {
    now: () => (start + (Date.now() - start) * factor) / 1_000,
    wait: async (seconds, signal) => {
      await delay((seconds * 1_000) / factor, undefined, { signal })
    },
  }
}
