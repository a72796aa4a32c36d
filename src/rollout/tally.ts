import type { MinuteCount } from '../store/store.ts'
import { addEvidence, NO_EVIDENCE, type Evidence } from './statistics.ts'

/** Everything a step is judged by: sums of both revisions, and the evidence gathered minute by minute. */
export interface Tally {
  readonly candidate: ArmCount
  readonly stable: ArmCount
  /** Of the stretches that are over. */
  readonly evidence: Readonly<Record<ComparedGate, Evidence>>
  /** The stretch that still grows. */
  readonly open: { readonly candidate: ArmCount; readonly stable: ArmCount; readonly minutes: number }
}

/**
 * A stretch is as short as it can be, so that both revisions had the same weather in it, and long enough for stable turns to
 * compare with; where it ends depends on how many turns there were, never on how they went.
 */
const STRETCH = { stableTurns: 30, minutes: 60 } as const

export type ArmCount = Readonly<Omit<MinuteCount, 'minute' | 'revision'>>

/** Gates on shares of turns, which are compared with the stable revision. */
export type ComparedGate = 'errors' | 'success' | 'firstToken' | 'feedback'

export const NO_TURNS: ArmCount = {
  turns: 0,
  errors: 0,
  providerErrors: 0,
  ended: 0,
  unsuccessful: 0,
  timed: 0,
  late: 0,
  tooLate: 0,
  critical: 0,
  judged: 0,
  negative: 0,
  cost: 0,
  costSquared: 0,
}

export const EMPTY_TALLY: Tally = {
  candidate: NO_TURNS,
  stable: NO_TURNS,
  evidence: { errors: NO_EVIDENCE, success: NO_EVIDENCE, firstToken: NO_EVIDENCE, feedback: NO_EVIDENCE },
  open: { candidate: NO_TURNS, stable: NO_TURNS, minutes: 0 },
}

/** Which columns say how many went badly of how many. */
const COMPARED: Readonly<
  Record<ComparedGate, { readonly bad: keyof ArmCount; readonly total: keyof ArmCount }>
> = {
  errors: { bad: 'errors', total: 'turns' },
  success: { bad: 'unsuccessful', total: 'ended' },
  firstToken: { bad: 'tooLate', total: 'timed' },
  feedback: { bad: 'negative', total: 'judged' },
}

/** Adds counted minutes; those of other revisions than the two count for nothing. */
export function addMinutes(
  tally: Tally,
  minutes: readonly MinuteCount[],
  revisions: { readonly candidate: string; readonly stable: string },
): Tally {
  const byMinute = Map.groupBy(minutes, ({ minute }) => minute.getTime())
  return [...byMinute.values()].reduce((sum, counts) => {
    const of = (revision: string): ArmCount => counts.find((count) => count.revision === revision) ?? NO_TURNS
    return addMinute(sum, of(revisions.candidate), of(revisions.stable))
  }, tally)
}

/** Adds what both revisions did in the same minute. */
export function addMinute(tally: Tally, candidate: ArmCount, stable: ArmCount): Tally {
  const open = {
    candidate: addCounts(tally.open.candidate, candidate),
    stable: addCounts(tally.open.stable, stable),
    minutes: tally.open.minutes + 1,
  }
  const over = open.stable.turns >= STRETCH.stableTurns || open.minutes >= STRETCH.minutes
  const grown = {
    candidate: addCounts(tally.candidate, candidate),
    stable: addCounts(tally.stable, stable),
    evidence: tally.evidence,
    open,
  }
  if (!over) return grown
  const evidence = {
    errors: evidenceOf(grown, 'errors'),
    success: evidenceOf(grown, 'success'),
    firstToken: evidenceOf(grown, 'firstToken'),
    feedback: evidenceOf(grown, 'feedback'),
  }
  return { ...grown, evidence, open: EMPTY_TALLY.open }
}

/** All evidence, that of the open stretch included. */
export function evidenceOf({ evidence, open }: Tally, gate: ComparedGate): Evidence {
  const { bad, total } = COMPARED[gate]
  return addEvidence(evidence[gate], {
    candidate: { bad: open.candidate[bad], total: open.candidate[total] },
    stable: { bad: open.stable[bad], total: open.stable[total] },
  })
}

function addCounts(sum: ArmCount, more: ArmCount): ArmCount {
  const names = Object.keys(NO_TURNS) as (keyof ArmCount)[]
  return Object.fromEntries(names.map((name) => [name, sum[name] + more[name]])) as unknown as ArmCount
}
