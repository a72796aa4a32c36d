import type { Phase } from './phase.ts'

/** Tokens of a usual answer. */
const ANSWER = 200
/** Tokens of a short answer: what each further token costs follows from the difference to the usual one. */
const SHORT = 20

export const UNPACED = '50 streams, no pace'
export const SHORT_ANSWERS = '50 streams, short answers'
export const PACED_50 = '50 streams, 20 ms'
export const PACED_200 = '200 streams, 20 ms'
export const PACED_1000 = '1,000 streams, 20 ms'
export const HELD = '1,000 streams held open'
const WARM_UP = 'warm-up'

/** The phases whose CPU time is compared, as the tables show them. */
export const COMPARED = [UNPACED, PACED_50, PACED_200, PACED_1000] as const
export const TOKENS_OF = { [UNPACED]: ANSWER, [SHORT_ANSWERS]: SHORT } as const

function paced(name: string, streams: number, windowMs: number): Phase {
  return { name, streams, tokens: ANSWER, paceMs: 20, rampMs: 1_500, windowMs, besideBare: streams < 100 }
}

function unpaced(name: string, tokens: number, windowMs: number): Phase {
  return { name, streams: 50, tokens, paceMs: 0, rampMs: 500, windowMs }
}

/** What is done with each relay in each round: the phases run in this order in one process. */
export interface Plan {
  /** From ready to the reading of the idle memory, in milliseconds. */
  readonly settleMs: number
  /** The first one is a warm-up and thrown away. */
  readonly phases: readonly Phase[]
}

const FULL_PHASES: readonly Phase[] = [
  // Long enough for V8 to have compiled what runs once a turn and once a token as it will be compiled for weeks.
  unpaced(WARM_UP, ANSWER, 20_000),
  { name: HELD, streams: 1_000, tokens: 10, paceMs: 1_000, rampMs: 3_000, windowMs: 500 },
  unpaced(UNPACED, ANSWER, 4_000),
  unpaced(SHORT_ANSWERS, SHORT, 1_500),
  paced(PACED_50, 50, 6_000),
  paced(PACED_200, 200, 3_000),
  paced(PACED_1000, 1_000, 3_000),
]

const SMOKE_PHASES: readonly Phase[] = [
  { ...unpaced(WARM_UP, ANSWER, 200), rampMs: 200 },
  { ...unpaced(UNPACED, ANSWER, 400), rampMs: 200 },
  { ...unpaced(SHORT_ANSWERS, SHORT, 300), rampMs: 200 },
  { ...paced(PACED_50, 50, 400), rampMs: 200 },
  { ...paced(PACED_200, 200, 500), rampMs: 200 },
]

export const FULL_PLAN: Plan = { settleMs: 1_000, phases: FULL_PHASES }
/** Enough to see that a relay works; the figures are rough. */
export const SMOKE_PLAN: Plan = { settleMs: 200, phases: SMOKE_PHASES }
