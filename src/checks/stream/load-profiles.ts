/** How many people ask how much. */
export interface LoadProfile {
  /** Each asks one question after the other. */
  readonly users: number
  /** Of all together. */
  readonly requests: number
  /** The time over which people arrive, in ms. */
  readonly rampUpMs: number
}

/** Those of guide 002's load test. */
export const LOAD_PROFILES = {
  quick: { users: 10, requests: 100, rampUpMs: 5_000 },
  sustained: { users: 50, requests: 1_000, rampUpMs: 10_000 },
  spike: { users: 200, requests: 500, rampUpMs: 1_000 },
  endurance: { users: 20, requests: 1_200, rampUpMs: 60_000 },
} as const satisfies Readonly<Record<string, LoadProfile>>

export type LoadProfileName = keyof typeof LOAD_PROFILES
