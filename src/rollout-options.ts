import { findFieldProblem, isRecord, isText, type FieldRule, type FieldRules } from './definition.ts'

/** How a new revision of a bot goes out, every choice made. `RolloutDefinition` is what a project writes. */
export interface RolloutOptions {
  readonly plan: readonly RolloutStep[]
  readonly gates: RolloutGates
  /** Turns of the candidate that a step needs before it may end. */
  readonly leastTurns: number
  /** Turns of the candidate, and people who met a failure, before numbers alone roll it back. */
  readonly leastToRollBack: { readonly turns: number; readonly people: number }
  /** False: every step waits for `botyard rollout promote`; numbers may still roll back. */
  readonly automatic: boolean
  /** A step that could have ended and did not is paused after so many minutes, with an error in the log. */
  readonly longestHoldMinutes: number
  /** A step that little traffic would make longer than this is left out. */
  readonly longestStepHours: number
  /** A conversation that was silent for so long begins anew and may meet another revision. */
  readonly idleMinutes: number
}

export interface RolloutStep {
  /** Share of new conversations, above 0, at most 100. */
  readonly percent: number
  /** The step lasts at least so long; fractions are allowed. */
  readonly soakMinutes: number
}

/** When a step ends and when the candidate goes back. Shares are 0 to 1. */
export interface RolloutGates {
  /** Share of turns that failed. */
  readonly errors: Limits
  /** Share of turns that ended well. */
  readonly success: Limits
  /** Share of turns whose first token came later than a limit, or that people left before it. */
  readonly firstToken: FirstTokenGate
  /** One turn of the candidate with one of these codes rolls back, unless the stable revision has them, too. */
  readonly critical: readonly string[]
  /** Off unless given: share of rated answers that people rated badly. Too few ratings never block. */
  readonly feedback?: FeedbackGate
  /** Off unless given: what a turn costs, as a multiple of what it costs on the stable revision. */
  readonly cost?: CostGate
}

export interface Limits {
  /** A step may end when this is certainly kept. */
  readonly proceed: number
  /** Beyond this, and certainly worse than stable, the candidate goes back. */
  readonly rollBack: number
}

export interface FirstTokenGate {
  readonly proceed: LateLimit
  readonly rollBack: LateLimit
}

export interface LateLimit {
  /** Milliseconds. */
  readonly ms: number
  /** The largest share of turns that may come later. */
  readonly share: number
}

export interface FeedbackGate extends Limits {
  /** Words that count against an answer, as channels report them. */
  readonly negative: readonly string[]
}

export interface CostGate extends Limits {
  /** Money for a million tokens, in any currency. */
  readonly inputPrice: number
  readonly outputPrice: number
}

/**
 * What a project says about rollouts, `rollout` of a bot or of `defineConfig`; the bot's wins, field by field.
 * Default: guide 002's plan and thresholds.
 */
export interface RolloutDefinition extends Partial<Omit<RolloutOptions, 'gates' | 'leastToRollBack'>> {
  readonly gates?: Partial<RolloutGates>
  readonly leastToRollBack?: Partial<RolloutOptions['leastToRollBack']>
}

/**
 * Guide 002's phases 1-5-10-25-50-75-90-100, and how long each lasts at least by its calendar of five days; the first
 * two hours and the last day are its words.
 */
const PLAN: readonly RolloutStep[] = [
  { percent: 1, soakMinutes: 120 },
  { percent: 5, soakMinutes: 240 },
  { percent: 10, soakMinutes: 480 },
  { percent: 25, soakMinutes: 240 },
  { percent: 50, soakMinutes: 720 },
  { percent: 75, soakMinutes: 1_440 },
  { percent: 90, soakMinutes: 360 },
  { percent: 100, soakMinutes: 1_440 },
]

/** Credentials, requests and schemas that do not fit, and data of others: no share of turns excuses them. */
const CRITICAL = [
  'model_unauthorized',
  'model_rejected',
  'migrations_pending',
  'forbidden',
  'foreign_user',
  'foreign_tasks',
]

export const DEFAULT_ROLLOUT: RolloutOptions = {
  plan: PLAN,
  gates: {
    errors: { proceed: 0.01, rollBack: 0.02 },
    success: { proceed: 0.95, rollBack: 0.9 },
    // First-token times are about log-normal: with a mean of 1000 ms some 40 % of turns take longer than that.
    firstToken: { proceed: { ms: 1_000, share: 0.4 }, rollBack: { ms: 2_000, share: 0.4 } },
    critical: CRITICAL,
  },
  leastTurns: 300,
  leastToRollBack: { turns: 20, people: 3 },
  automatic: true,
  longestHoldMinutes: 10_080,
  longestStepHours: 72,
  idleMinutes: 30,
}

/** The definitions in the order in which they win, over the defaults. */
export function toRolloutOptions(...definitions: readonly (RolloutDefinition | undefined)[]): RolloutOptions {
  return definitions.reduceRight<RolloutOptions>(refine, DEFAULT_ROLLOUT)
}

function refine(options: RolloutOptions, definition: RolloutDefinition = {}): RolloutOptions {
  return {
    ...options,
    ...definition,
    gates: { ...options.gates, ...definition.gates },
    leastToRollBack: { ...options.leastToRollBack, ...definition.leastToRollBack },
  }
}

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1
const isAmount = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value)
const isWords = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const amount: FieldRule = { fits: isAmount, fix: 'use a number of at least 0' }
const count: FieldRule = {
  fits: (value) => Number.isInteger(value) && Number(value) >= 1,
  fix: 'use a whole number of at least 1',
}

const ROLLOUT_FIELDS: Readonly<Record<keyof RolloutDefinition, FieldRule>> = {
  plan: {
    fits: (value) => isPlan(value),
    fix: 'write steps such as { percent: 10, soakMinutes: 60 }, each with a larger percent, the last one 100',
  },
  gates: { fits: isRecord, fix: 'write an object' },
  leastTurns: count,
  leastToRollBack: {
    fits: (value) => isRecord(value) && Object.values(value).every((one) => count.fits(one)),
    fix: 'write { turns: 20, people: 3 }',
  },
  automatic: { fits: (value) => typeof value === 'boolean', fix: 'write true or false' },
  longestHoldMinutes: amount,
  longestStepHours: amount,
  idleMinutes: amount,
}

const GATE_FIELDS: Readonly<Record<keyof RolloutGates, FieldRule>> = {
  errors: { fits: (value) => isUpward(value), fix: 'write { proceed: 0.01, rollBack: 0.02 }' },
  success: {
    fits: (value) =>
      isRecord(value) &&
      isShare(value['proceed']) &&
      isShare(value['rollBack']) &&
      value['proceed'] >= value['rollBack'],
    fix: 'write { proceed: 0.95, rollBack: 0.9 }',
  },
  firstToken: {
    fits: (value) => isRecord(value) && isLate(value['proceed']) && isLate(value['rollBack']),
    fix: 'write { proceed: { ms: 1000, share: 0.4 }, rollBack: { ms: 2000, share: 0.4 } }',
  },
  critical: { fits: isWords, fix: 'list codes of docs/errors.md' },
  feedback: {
    fits: (value) => isUpward(value) && isRecord(value) && isWords(value['negative']),
    fix: "write { proceed: 0.1, rollBack: 0.15, negative: ['dislike'] }",
  },
  cost: {
    fits: (value) =>
      isRecord(value) &&
      ['proceed', 'rollBack', 'inputPrice', 'outputPrice'].every((field) => isAmount(value[field])),
    fix: 'write { proceed: 1.2, rollBack: 1.5, inputPrice: 0.15, outputPrice: 0.6 }',
  },
}

/** The first thing wrong with a `rollout`; `owner` is the bot it is of. */
export function findRolloutProblem(rollout: unknown, owner?: string): string | undefined {
  if (rollout === undefined) return undefined
  const of = owner === undefined ? {} : { owner }
  const gates: unknown = isRecord(rollout) ? rollout['gates'] : undefined
  const check = (value: unknown, rules: FieldRules, field: string): string | undefined =>
    findFieldProblem(value, rules, { ...of, field })
  return (
    check(rollout, ROLLOUT_FIELDS, 'rollout') ??
    (gates === undefined ? undefined : check(gates, GATE_FIELDS, 'rollout.gates'))
  )
}

function isUpward(value: unknown): boolean {
  return (
    isRecord(value) &&
    isShare(value['proceed']) &&
    isShare(value['rollBack']) &&
    value['proceed'] <= value['rollBack']
  )
}

function isLate(value: unknown): boolean {
  return isRecord(value) && isAmount(value['ms']) && isShare(value['share'])
}

function isPlan(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  let last = 0
  for (const step of value) {
    if (!isRecord(step) || !isAmount(step['soakMinutes'])) return false
    const percent = Number(step['percent'])
    if (!(percent > last && percent <= 100)) return false
    last = percent
  }
  return last === 100
}
