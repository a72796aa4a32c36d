import type { RolloutOptions } from '../rollout-options.ts'
import {
  judgeCost,
  judgeCritical,
  judgeErrors,
  judgeFeedback,
  judgeFirstToken,
  judgeSuccess,
} from './gate-rules.ts'
import { ALPHA, type GateJudgement, type Judgement } from './rollout.ts'
import { strengthAgainst } from './statistics.ts'
import type { Tally } from './tally.ts'

/** What a step is judged by. */
export interface StepFacts {
  readonly tally: Tally
  readonly percent: number
  /** First turns of people by the revision they met. */
  readonly people: { readonly candidate: number; readonly stable: number }
  /** People who met a failed turn of the candidate. */
  readonly failedPeople: number
}

/**
 * Judges a step. Missing data never promotes; numbers roll back only when the candidate is certainly beyond the limit and
 * certainly worse than the stable revision at the same time; both bad together pause.
 */
export function judge(facts: StepFacts, options: RolloutOptions): Judgement {
  const gates = judgeGates(facts, options)
  const deciding =
    gates.find(({ verdict }) => verdict === 'roll-back') ?? gates.find(({ verdict }) => verdict === 'pause')
  if (deciding) return { ...conclude(deciding), gates }
  const mismatch = findMismatch(facts)
  if (mismatch) return { verdict: 'hold', reason: mismatch, because: 'mismatch', gates }
  const missing = findMissing(facts, options)
  if (missing) return { verdict: 'hold', reason: missing, because: 'missing', gates }
  const held = gates.find(({ verdict }) => verdict === 'hold')
  if (held) return { ...conclude(held), gates }
  const reason = gates.map(({ reason }) => reason).join('; ')
  return { verdict: 'proceed', reason, because: 'proceed', gates }
}

function conclude({ gate, verdict, reason }: GateJudgement): Omit<Judgement, 'gates'> {
  return { verdict, reason, because: `${gate} ${verdict}` }
}

function judgeGates(facts: StepFacts, options: RolloutOptions): readonly GateJudgement[] {
  const { gates } = options
  const context = { facts, options }
  return [
    judgeCritical(context),
    judgeErrors(context),
    judgeSuccess(context),
    judgeFirstToken(context),
    ...(gates.feedback ? [judgeFeedback(context, gates.feedback)] : []),
    ...(gates.cost ? [judgeCost(context, gates.cost)] : []),
  ]
}

function findMissing({ tally }: StepFacts, { leastTurns }: RolloutOptions): string | undefined {
  const { turns } = tally.candidate
  return turns < leastTurns ? `${turns} of at least ${leastTurns} turns of the candidate` : undefined
}

/** People are assigned by chance, so their share is known; when it is not met, something else chooses. */
function findMismatch({ people, percent }: StepFacts): string | undefined {
  const total = people.candidate + people.stable
  const strength = strengthAgainst(percent / 100, people.candidate, total)
  if (strength < 1 / ALPHA.mismatch) return undefined
  const share = ((100 * people.candidate) / total).toFixed(1)
  return `sample ratio mismatch: ${people.candidate} of ${total} new people (${share} %) met the candidate, expected ${percent} %; is it served by every replica?`
}
