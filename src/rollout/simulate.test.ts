import { expect, test } from 'vitest'
import { toRolloutOptions } from '../rollout-options.ts'
import { runCommand } from '../../test/run-command.ts'
import { fitPlan } from './plan.ts'
import { simulateRollout, summarizeRollouts, type Scenario } from './simulate.ts'

const RUNS = 20

/** Short, so that many fit into a test; as large a share as a plan has. */
const options = toRolloutOptions({
  plan: [10, 50, 100].map((percent) => ({ percent, soakMinutes: 60 })),
  longestHoldMinutes: 240,
})

function simulate(candidate: number, stable: number, more: Partial<Scenario> = {}) {
  const scenario = {
    candidate: { errors: candidate, late: 0.02 },
    stable: { errors: stable, late: 0.02 },
    turnsPerSecond: 0.7,
    turnsPerPerson: 4,
    ...more,
  }
  return summarizeRollouts(
    Array.from({ length: RUNS }, (_, seed) => simulateRollout(scenario, options, seed + 1)),
  )
}

test('releases that are alike are not rolled back, and bad ones always, before many met them', () => {
  expect(simulate(0.003, 0.003)).toMatchObject({ promoted: RUNS, rolledBack: 0 })
  expect(simulate(0.03, 0.03).rolledBack).toBe(0)
  const bad = simulate(0.05, 0.005)
  expect(bad).toMatchObject({ promoted: 0, rolledBack: RUNS })
  expect(bad.people.p95).toBeLessThan(200)
})

test('an outage of the provider pauses and rolls nothing back', () => {
  expect(simulate(0.003, 0.003, { outage: { from: 20, until: 40 } })).toMatchObject({ paused: RUNS })
})

test('a plan says how long it takes, leaves out what is too slow, and leaves the rest to people', () => {
  const whole = toRolloutOptions()
  const percents = (perDay: number) => fitPlan(whole, perDay).options.plan.map(({ percent }) => percent)
  expect(percents(1_000_000)).toEqual([1, 5, 10, 25, 50, 75, 90, 100])
  expect(percents(1_000)).toEqual([10, 25, 50, 75, 90, 100])
  expect(fitPlan(whole, 1_000).outlook.join('\n')).toMatch(/left out, .* 72 hours: 1 %, 5 %/)
  expect(fitPlan(whole, 20).options.automatic).toBe(false)
  expect(fitPlan(whole, 0).options.plan).toHaveLength(8)
})

test('botyard rollout simulate says when a bad revision is stopped, and the same each time', async () => {
  const words = ['rollout', 'simulate', '--error-rate', '30%', '--traffic', '5/s', '--runs', '5']
  const { code, out } = await runCommand(words)
  expect(code).toBe(0)
  expect(out).toMatch(/rolled back {2}5 of 5 \(100\.0 %\)/)
  expect(out).toMatch(/people who met the candidate until then: \d+ \(half\)/)
  expect((await runCommand(words)).out).toBe(out)
  expect((await runCommand([...words.slice(0, 2), '--traffic', 'much'])).code).toBe(2)
})
