import type { CostGate, FeedbackGate, RolloutOptions } from '../rollout-options.ts'
import type { StepFacts } from './gates.ts'
import { ALPHA, type GateJudgement, type Share, type Verdict } from './rollout.ts'
import { lowerBound, strengthOf, strengthOfMean, upperBound, upperRatio, type Sums } from './statistics.ts'
import { evidenceOf, type ArmCount, type ComparedGate } from './tally.ts'

export interface GateContext {
  readonly facts: StepFacts
  readonly options: RolloutOptions
}

/** Turns of the stable revision without which it says nothing about the weather. */
const LEAST_COMPARED = 20

/** One turn is enough, unless the stable revision has the same. */
export function judgeCritical({ facts: { tally } }: GateContext): GateJudgement {
  const { candidate, stable } = tally
  const verdict = candidate.critical === 0 ? 'proceed' : stable.critical === 0 ? 'roll-back' : 'pause'
  const words = {
    proceed: 'no critical error',
    'roll-back': `${candidate.critical} critical errors of the candidate and none of stable`,
    pause: `critical errors of both revisions: ${candidate.critical} of the candidate, ${stable.critical} of stable`,
  }
  return {
    gate: 'critical',
    verdict,
    reason: words[verdict],
    candidate: toShare(candidate.critical, candidate.ended),
    stable: toShare(stable.critical, stable.ended),
    evidence: 0,
  }
}

export function judgeErrors(context: GateContext): GateJudgement {
  const { errors } = context.options.gates
  return judgeShare(context, {
    gate: 'errors',
    what: 'errors',
    proceed: { of: 'errors', share: errors.proceed },
    rollBack: { of: 'errors', share: errors.rollBack },
    total: 'turns',
  })
}

export function judgeSuccess(context: GateContext): GateJudgement {
  const { success } = context.options.gates
  return judgeShare(context, {
    gate: 'success',
    what: 'turns without success',
    proceed: { of: 'unsuccessful', share: 1 - success.proceed },
    rollBack: { of: 'unsuccessful', share: 1 - success.rollBack },
    total: 'ended',
  })
}

export function judgeFirstToken(context: GateContext): GateJudgement {
  const { proceed, rollBack } = context.options.gates.firstToken
  return judgeShare(context, {
    gate: 'firstToken',
    what: 'late first tokens',
    proceed: { of: 'late', share: proceed.share },
    rollBack: { of: 'tooLate', share: rollBack.share },
    total: 'timed',
  })
}

/** Few people rate, so too few ratings hold nothing up. */
export function judgeFeedback(context: GateContext, { proceed, rollBack }: FeedbackGate): GateJudgement {
  const judged = judgeShare(context, {
    gate: 'feedback',
    what: 'bad ratings',
    proceed: { of: 'negative', share: proceed },
    rollBack: { of: 'negative', share: rollBack },
    total: 'judged',
  })
  const { bad, total, lower } = judged.candidate
  return judged.verdict === 'hold' && lower <= proceed
    ? { ...judged, verdict: 'proceed', reason: `${bad} bad ratings of ${total}, too few to tell` }
    : judged
}

interface ShareRule {
  readonly gate: ComparedGate
  readonly what: string
  readonly proceed: Limit
  readonly rollBack: Limit
  readonly total: keyof ArmCount
}

interface Limit {
  /** The column that counts turns beyond it. */
  readonly of: keyof ArmCount
  readonly share: number
}

function judgeShare(context: GateContext, rule: ShareRule): GateJudgement {
  const { tally } = context.facts
  const of = (column: keyof ArmCount): Share => toShare(tally.candidate[column], tally.candidate[rule.total])
  const evidence = strengthOf(evidenceOf(tally, rule.gate))
  const beyond = of(rule.rollBack.of)
  const within = of(rule.proceed.of)
  const stable = toShare(tally.stable[rule.rollBack.of], tally.stable[rule.total])
  const decided = decide({ rule, beyond, within, stable, evidence }, context)
  const shown = decided.verdict === 'proceed' || decided.verdict === 'hold' ? within : beyond
  return { gate: rule.gate, candidate: shown, stable, evidence, ...decided }
}

interface Measured {
  readonly rule: ShareRule
  readonly beyond: Share
  readonly within: Share
  readonly stable: Share
  readonly evidence: number
}

type Decided = Pick<GateJudgement, 'verdict' | 'reason'>

function decide(measured: Measured, context: GateContext): Decided {
  const { rule, beyond, within, stable, evidence } = measured
  const { what } = rule
  const worse = evidence >= 1 / ALPHA.worse
  const { turns } = context.options.leastToRollBack
  if (beyond.total >= turns && beyond.lower > rule.rollBack.share)
    return stable.total < LEAST_COMPARED
      ? decideAlone(measured, context)
      : decideCompared(measured, worse, context)
  if (worse) return { verdict: 'hold', reason: `${what}: ${show(within)}, worse than stable ${show(stable)}` }
  if (within.upper < rule.proceed.share)
    return {
      verdict: 'proceed',
      reason: `${what}: ${show(within)}, certainly below ${percent(rule.proceed.share)}`,
    }
  return {
    verdict: 'hold',
    reason: `${what}: ${show(within)}, not certainly below ${percent(rule.proceed.share)}`,
  }
}

function decideCompared(measured: Measured, worse: boolean, context: GateContext): Decided {
  const { rule, beyond, stable } = measured
  const against = `${rule.what}: ${show(beyond)}, stable ${show(stable)}`
  if (worse) return rollBackOf(rule, against, context)
  if (stable.bad / stable.total > rule.rollBack.share)
    return { verdict: 'pause', reason: `both revisions are bad together, such as in an outage: ${against}` }
  // Stable has only the conversations that began before: they end, and no more evidence comes.
  if (context.facts.percent >= 100) return decideAlone(measured, context)
  return { verdict: 'hold', reason: `not certainly worse than stable: ${against}` }
}

/** Without enough stable turns at the same time, what providers do wrong may be an outage, and everything else is ours. */
function decideAlone({ rule, beyond, stable }: Measured, context: GateContext): Decided {
  const { tally } = context.facts
  const against = `${rule.what}: ${show(beyond)}, with too few stable turns to compare with (${stable.total})`
  if (!isFailure(rule)) return { verdict: 'pause', reason: against }
  const own = toShare(beyond.bad - tally.candidate.providerErrors, beyond.total)
  if (own.lower > rule.rollBack.share) return rollBackOf(rule, against, context)
  return { verdict: 'pause', reason: `the provider fails: ${against}` }
}

/** One person whose every question fails is one person. */
function rollBackOf(rule: ShareRule, against: string, { facts, options }: GateContext): Decided {
  const { people } = options.leastToRollBack
  if (!isFailure(rule) || facts.failedPeople >= people) return { verdict: 'roll-back', reason: against }
  return {
    verdict: 'hold',
    reason: `${against}; all from ${facts.failedPeople} people, fewer than ${people}`,
  }
}

function isFailure({ gate }: ShareRule): boolean {
  return gate === 'errors' || gate === 'success'
}

/** Holds for lack of numbers, as every turn has a cost. */
export function judgeCost({ facts: { tally } }: GateContext, gate: CostGate): GateJudgement {
  const candidate = toSums(tally.candidate)
  const stable = toSums(tally.stable)
  const ratio = candidate.sum / candidate.total / (stable.sum / stable.total)
  const upper = upperRatio(candidate, stable, ONE_SIDED_95)
  const evidence = strengthOfMean(candidate, stable, gate.rollBack)
  const told = `cost of a turn: ${Number.isFinite(ratio) ? ratio.toFixed(2) : 'not known,'} times stable`
  const verdict: Verdict =
    evidence >= 1 / ALPHA.worse && candidate.total >= LEAST_COMPARED
      ? 'roll-back'
      : upper < gate.proceed
        ? 'proceed'
        : 'hold'
  const of = ({ total }: Sums): Share => ({ bad: 0, total, lower: 0, upper: 1 })
  return { gate: 'cost', verdict, reason: told, candidate: of(candidate), stable: of(stable), evidence }
}

const ONE_SIDED_95 = 1.645

function toSums({ ended, cost, costSquared }: ArmCount): Sums {
  return { total: ended, sum: cost, squares: costSquared }
}

/** Bounds are found when they are asked for, as most never are. */
function toShare(bad: number, total: number): Share {
  return {
    bad,
    total,
    get lower() {
      return lowerBound(bad, total, ALPHA.bound)
    },
    get upper() {
      return upperBound(bad, total, ALPHA.bound)
    },
  }
}

/** Such as `12 of 400 (3.0 %, 1.7 to 4.9 %)`: count, share, and the bounds of the true share. */
function show({ bad, total, lower, upper }: Share): string {
  if (total === 0) return 'no turns'
  const bounds = `${(100 * lower).toFixed(1)} to ${percent(upper)}`
  return `${bad} of ${total} (${percent(bad / total)}, true share ${bounds})`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
