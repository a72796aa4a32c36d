import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_ROLLOUT, toRolloutOptions, type RolloutOptions } from '../rollout-options.ts'
import { judge, type StepFacts } from './gates.ts'
import { createRandom, drawCount } from './random.ts'
import { addMinute, EMPTY_TALLY, NO_TURNS, type ArmCount } from './tally.ts'

const arm = (turns: number, errors = 0, more: Partial<ArmCount> = {}): ArmCount => ({
  ...NO_TURNS,
  turns,
  ended: turns,
  errors,
  unsuccessful: errors,
  timed: turns - errors,
  ...more,
})

function facts(candidate: ArmCount, stable: ArmCount, more: Partial<StepFacts> = {}): StepFacts {
  const percent = Math.round((100 * candidate.turns) / (candidate.turns + stable.turns || 1))
  const people = { candidate: candidate.turns, stable: stable.turns }
  return { tally: addMinute(EMPTY_TALLY, candidate, stable), percent, people, failedPeople: 100, ...more }
}

const verdictOf = (step: StepFacts, options: RolloutOptions = DEFAULT_ROLLOUT) => judge(step, options).verdict

test.each<[string, StepFacts, string, RegExp]>([
  ['nothing yet', facts(arm(0), arm(0)), 'hold', /0 of at least 300 turns/],
  ['twenty lucky turns', facts(arm(20), arm(180)), 'hold', /20 of at least 300/],
  ['enough without a failure', facts(arm(400, 0), arm(3_600, 10)), 'proceed', /certainly below 1\.0 %/],
  ['between the limits', facts(arm(400, 6), arm(3_600, 50)), 'hold', /not certainly below 1\.0 %/],
  [
    'failing while stable does not',
    facts(arm(60, 20), arm(540, 3)),
    'roll-back',
    /errors: 20 of 60 \(33\.3 %/,
  ],
  ['an outage of both', facts(arm(60, 50), arm(540, 450)), 'pause', /both revisions are bad together/],
  ['worse within the limits', facts(arm(9_000, 60), arm(9_000, 10)), 'hold', /worse than stable/],
  [
    'one person whose questions all fail',
    facts(arm(400, 100), arm(3_600, 20), { failedPeople: 1 }),
    'hold',
    /from 1 people/,
  ],
  ['a critical error', facts(arm(5, 1, { critical: 1 }), arm(45)), 'roll-back', /1 critical errors/],
  [
    'critical errors of both',
    facts(arm(5, 1, { critical: 1 }), arm(45, 9, { critical: 9 })),
    'pause',
    /of both/,
  ],
  [
    'late where stable is not',
    facts(arm(200, 0, { late: 150, tooLate: 150 }), arm(1_800)),
    'roll-back',
    /late first tokens/,
  ],
  [
    'failing alone',
    facts(arm(400, 40), arm(0), { percent: 100 }),
    'roll-back',
    /too few stable turns to compare with/,
  ],
  [
    'a provider that fails alone',
    facts(arm(400, 40, { providerErrors: 40 }), arm(0), { percent: 100 }),
    'pause',
    /the provider fails/,
  ],
  [
    'failing for everybody, when the last stable conversations have ended',
    facts(arm(400, 40), arm(30), { percent: 100 }),
    'roll-back',
    /too few stable turns to compare with/,
  ],
  [
    'a provider that fails then',
    facts(arm(400, 40, { providerErrors: 40 }), arm(30), { percent: 100 }),
    'pause',
    /the provider fails/,
  ],
  [
    'an outage of both at the begin of the last step',
    facts(arm(400, 40), arm(30, 4), { percent: 100 }),
    'pause',
    /both revisions are bad together/,
  ],
  [
    'people who are not chosen by chance',
    facts(arm(400), arm(400), { percent: 10 }),
    'hold',
    /sample ratio mismatch/,
  ],
])('%s', (...[, step, verdict, reason]) => {
  expect(judge(step, DEFAULT_ROLLOUT)).toMatchObject({ verdict, reason: expect.stringMatching(reason) })
})

const counts = fc
  .record({ turns: fc.integer({ min: 0, max: 3_000 }), share: fc.double({ min: 0, max: 0.5, noNaN: true }) })
  .map(({ turns, share }) => arm(turns, Math.floor(turns * share)))

test('whatever the numbers: too few turns never proceed', () => {
  fc.assert(
    fc.property(counts, counts, (candidate, stable) => {
      const few = arm(candidate.turns % DEFAULT_ROLLOUT.leastTurns)
      return verdictOf(facts(few, stable)) !== 'proceed'
    }),
  )
})

test('whatever the numbers: more failures of the candidate never make it proceed, and never undo a rollback', () => {
  const better = { proceed: 2, hold: 1, pause: 1, 'roll-back': 0 } as const
  fc.assert(
    fc.property(counts, counts, (candidate, stable) => {
      fc.pre(candidate.errors < candidate.turns)
      const worse = arm(candidate.turns, candidate.errors + 1)
      const before = verdictOf(facts(candidate, stable))
      const after = verdictOf(facts(worse, stable))
      return better[after] <= better[before]
    }),
    { numRuns: 300 },
  )
})

test('whatever the numbers: what fails alike is never rolled back', () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 20 }), ({ turns, errors }, times) => {
      const stable = arm((turns + 20) * times, errors * times)
      return (
        verdictOf(facts(arm(turns, errors), stable)) !== 'roll-back' ||
        errors / (turns + 20) < errors / turns / 1.05
      )
    }),
  )
})

describe('optional gates', () => {
  const options = toRolloutOptions({
    gates: {
      feedback: { proceed: 0.1, rollBack: 0.3, negative: ['dislike'] },
      cost: { proceed: 1.2, rollBack: 1.5, inputPrice: 1, outputPrice: 1 },
    },
  })
  const paid = (turns: number, price: number, more: Partial<ArmCount> = {}) =>
    arm(turns, 0, { cost: turns * price, costSquared: turns * price ** 2 * 1.1, ...more })

  test.each([
    ['few ratings', paid(400, 1, { judged: 3, negative: 1 }), 'proceed'],
    ['bad ratings', paid(400, 1, { judged: 100, negative: 80 }), 'roll-back'],
    ['a little dearer', paid(400, 1.3), 'hold'],
    ['twice as dear', paid(400, 2), 'roll-back'],
    ['without known costs', paid(400, 0), 'proceed'],
  ])('%s', (_, candidate, verdict) => {
    expect(verdictOf(facts(candidate, paid(3_600, 1, { judged: 900, negative: 90 })), options)).toBe(verdict)
  })
})

test('the evidence of minutes adds up to the same whatever is counted in one go', () => {
  const random = createRandom(3)
  const draw = (turns: number) => arm(turns, drawCount(random, turns, 0.1))
  const minutes = Array.from({ length: 20 }, () => [draw(5), draw(50)] as const)
  const add = (from: typeof EMPTY_TALLY, some: typeof minutes) =>
    some.reduce((tally, [candidate, stable]) => addMinute(tally, candidate, stable), from)
  expect(add(add(EMPTY_TALLY, minutes.slice(0, 7)), minutes.slice(7))).toEqual(add(EMPTY_TALLY, minutes))
})
