import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, drawCount } from './random.ts'
import {
  addEvidence,
  lowerBound,
  NO_EVIDENCE,
  strengthAgainst,
  strengthOf,
  upperBound,
} from './statistics.ts'

test('the bounds are those of the textbook', () => {
  // Without a failure in 299 turns the share is certainly below 1 %, and not one turn earlier.
  expect(upperBound(0, 299, 0.05)).toBeLessThan(0.01)
  expect(upperBound(0, 298, 0.05)).toBeGreaterThan(0.01)
  // Source: R, binom.test(4, 20, alternative = "less" and "greater").
  expect(upperBound(4, 20, 0.05)).toBeCloseTo(0.401, 3)
  expect(lowerBound(4, 20, 0.05)).toBeCloseTo(0.0714, 3)
  expect([upperBound(0, 0, 0.05), lowerBound(0, 0, 0.05)]).toEqual([1, 0])
})

test('a bound holds the true share as often as it says', () => {
  const random = createRandom(7)
  const missed = Array.from({ length: 2_000 }, () => drawCount(random, 400, 0.03)).filter(
    (count) => upperBound(count, 400, 0.05) < 0.03,
  )
  expect(missed.length).toBeLessThan(2_000 * 0.06)
})

const counts = fc
  .record({ total: fc.integer({ min: 1, max: 2_000 }), part: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ total, part }) => ({ total, bad: Math.floor(total * part) }))

test('the observed share lies between its bounds, and more failures move both up', () => {
  fc.assert(
    fc.property(counts, ({ bad, total }) => {
      const [low, high] = [lowerBound(bad, total, 0.05), upperBound(bad, total, 0.05)]
      const more = Math.min(total, bad + 1)
      return (
        low <= bad / total + 1e-9 &&
        bad / total <= high + 1e-9 &&
        lowerBound(more, total, 0.05) >= low - 1e-9 &&
        upperBound(more, total, 0.05) >= high - 1e-9
      )
    }),
    { numRuns: 200 },
  )
})

describe('the evidence that the candidate is worse', () => {
  test('grows with failures of the candidate, and shrinks with those of stable', () => {
    fc.assert(
      fc.property(counts, counts, (candidate, stable) => {
        const strength = (extra: number, theirs: number) =>
          strengthOf(
            addEvidence(NO_EVIDENCE, {
              candidate: { ...candidate, bad: candidate.bad + extra },
              stable: { ...stable, bad: stable.bad + theirs },
            }),
          )
        const now = strength(0, 0)
        const rounding = 1 + 1e-6
        return strength(1, 0) * rounding >= now && strength(0, 1) <= now * rounding
      }),
    )
  })

  test.each([
    ['alike all the time', () => 0.01],
    ['through outages that meet both', (minute: number) => (minute % 50 < 10 ? 0.8 : 0.01)],
  ])('misleads rarely, however often one looks: revisions %s', (_, rateOf) => {
    let misled = 0
    for (let seed = 1; seed <= 300; seed++) if (everStrong(rateOf, seed)) misled++
    expect(misled / 300).toBeLessThanOrEqual(0.02)
  })

  /** Two revisions that are the same, looked at each minute; the candidate's share grows meanwhile. */
  function everStrong(rateOf: (minute: number) => number, seed: number): boolean {
    const random = createRandom(seed)
    let evidence = NO_EVIDENCE
    for (let minute = 0; minute < 150; minute++) {
      const candidate = 2 + Math.floor(minute / 10)
      const draw = (total: number) => ({ total, bad: drawCount(random, total, rateOf(minute)) })
      evidence = addEvidence(evidence, { candidate: draw(candidate), stable: draw(60) })
      if (strengthOf(evidence) >= 100) return true
    }
    return false
  }
})

test('a share of people is believed until it is certainly another', () => {
  expect(strengthAgainst(0.1, 100, 1_000)).toBeLessThan(1)
  expect(strengthAgainst(0.1, 130, 1_000)).toBeLessThan(1_000)
  expect(strengthAgainst(0.1, 50, 1_000)).toBeGreaterThan(1_000)
  expect(strengthAgainst(0.1, 0, 0)).toBeCloseTo(1)
})
