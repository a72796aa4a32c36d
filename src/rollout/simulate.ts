import type { RolloutOptions } from '../rollout-options.ts'
import { judge } from './gates.ts'
import { createRandom, drawCount } from './random.ts'
import { addMinute, EMPTY_TALLY, NO_TURNS, type ArmCount, type Tally } from './tally.ts'

/** A made-up release and its traffic. */
export interface Scenario {
  readonly candidate: Behaviour
  readonly stable: Behaviour
  /** Turns a second, of both revisions together. */
  readonly turnsPerSecond: number
  /** Turns of one person. */
  readonly turnsPerPerson: number
  /** The provider is away for both revisions, from and until these minutes after the start. */
  readonly outage?: { readonly from: number; readonly until: number }
}

/** Shares of turns, 0 to 1. */
export interface Behaviour {
  readonly errors: number
  /** First tokens after both limits of the gate. */
  readonly late: number
}

export interface SimulatedRollout {
  readonly ended: 'rolled-back' | 'promoted' | 'paused'
  readonly minutes: number
  readonly percent: number
  readonly reason: string
  /** Turns and people of the candidate until then, and turns that failed. */
  readonly turns: number
  readonly people: number
  readonly failed: number
}

const OUTAGE_ERRORS = 0.9

/** Runs a rollout against made-up turns, by the rules real ones are judged by; the same seed gives the same rollout. */
export function simulateRollout(scenario: Scenario, options: RolloutOptions, seed: number): SimulatedRollout {
  const random = createRandom(seed)
  const total = { minutes: 0, turns: 0, failed: 0, people: 0 }
  for (const [stage, { percent, soakMinutes }] of options.plan.entries()) {
    let tally = EMPTY_TALLY
    for (let minute = 1; ; minute++) {
      const counts = drawMinute(scenario, { random, percent, minute: total.minutes })
      tally = addMinute(tally, counts.candidate, counts.stable)
      total.minutes++
      total.turns += counts.candidate.turns
      total.failed += counts.candidate.errors
      total.people += counts.candidate.turns / scenario.turnsPerPerson
      if (!isJudged(minute, soakMinutes)) continue
      const { verdict, reason } = judge({ ...factsOf(tally, scenario), percent }, options)
      const end = (ended: SimulatedRollout['ended']): SimulatedRollout => ({
        ...total,
        people: Math.ceil(total.people),
        ended,
        percent,
        reason,
      })
      if (verdict === 'roll-back') return end('rolled-back')
      if (verdict === 'pause') return end('paused')
      if (minute < soakMinutes) continue
      if (verdict === 'hold' && minute - soakMinutes > options.longestHoldMinutes) return end('paused')
      if (verdict !== 'proceed') continue
      if (stage + 1 === options.plan.length) return end('promoted')
      break
    }
  }
  throw new Error('a plan has at least one step')
}

/** Every minute at first; then a minute more changes little. */
function isJudged(minute: number, soakMinutes: number): boolean {
  return minute === soakMinutes || minute % Math.max(1, Math.floor(minute / 12)) === 0
}

/** People come and are assigned by chance, and failures meet them as they meet turns. */
function factsOf(tally: Tally, { turnsPerPerson }: Scenario): Omit<Parameters<typeof judge>[0], 'percent'> {
  const toPeople = (turns: number): number => Math.round(turns / turnsPerPerson)
  return {
    tally,
    people: { candidate: toPeople(tally.candidate.turns), stable: toPeople(tally.stable.turns) },
    failedPeople: tally.candidate.errors,
  }
}

interface MinuteDraw {
  readonly random: () => number
  readonly percent: number
  readonly minute: number
}

function drawMinute(
  { candidate, stable, turnsPerSecond, outage }: Scenario,
  { random, percent, minute }: MinuteDraw,
): { readonly candidate: ArmCount; readonly stable: ArmCount } {
  // Below one turn a minute some minutes have none.
  const expected = turnsPerSecond * 60
  const turns = Math.floor(expected) + (random() < expected % 1 ? 1 : 0)
  const chosen = drawCount(random, turns, percent / 100)
  const away = outage && minute >= outage.from && minute < outage.until
  const draw = (count: number, { errors, late }: Behaviour): ArmCount => {
    const own = drawCount(random, count, errors)
    const theirs = away ? drawCount(random, count - own, OUTAGE_ERRORS) : 0
    const timed = count - own - theirs
    const slow = drawCount(random, timed, late)
    return {
      ...NO_TURNS,
      turns: count,
      ended: count,
      errors: own + theirs,
      providerErrors: theirs,
      unsuccessful: own + theirs,
      timed,
      late: slow,
      tooLate: slow,
    }
  }
  return { candidate: draw(chosen, candidate), stable: draw(turns - chosen, stable) }
}

/** What many simulated rollouts amount to. */
export interface SimulationSummary {
  readonly runs: number
  readonly rolledBack: number
  readonly promoted: number
  readonly paused: number
  /** Of those that were rolled back, or of all when none was: median and 95th percentile. */
  readonly minutes: Spread
  readonly turns: Spread
  readonly people: Spread
  readonly failed: Spread
}

export interface Spread {
  readonly median: number
  readonly p95: number
}

export function summarizeRollouts(rollouts: readonly SimulatedRollout[]): SimulationSummary {
  const ended = (how: SimulatedRollout['ended']): readonly SimulatedRollout[] =>
    rollouts.filter((rollout) => rollout.ended === how)
  const rolledBack = ended('rolled-back')
  const told = rolledBack.length > 0 ? rolledBack : rollouts
  const spread = (of: (rollout: SimulatedRollout) => number): Spread => {
    const sorted = told.map(of).toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
    return { median: at(0.5), p95: at(0.95) }
  }
  return {
    runs: rollouts.length,
    rolledBack: rolledBack.length,
    promoted: ended('promoted').length,
    paused: ended('paused').length,
    minutes: spread(({ minutes }) => minutes),
    turns: spread(({ turns }) => turns),
    people: spread(({ people }) => people),
    failed: spread(({ failed }) => failed),
  }
}
