import { createHash } from 'node:crypto'
import type { RolloutOptions, RolloutStep } from '../rollout-options.ts'

/** What the traffic of a bot makes of its plan. */
export interface FittedPlan {
  readonly options: RolloutOptions
  /** In sentences, for who starts it. */
  readonly outlook: readonly string[]
}

const HOUR_MINUTES = 60
const DAY_MINUTES = 24 * HOUR_MINUTES

/**
 * Says how long each step will take, leaves out first steps that would gather their turns too slowly, and leaves the
 * decisions to people when even the last ones would.
 */
export function fitPlan(options: RolloutOptions, turnsPerDay: number): FittedPlan {
  const { leastTurns, longestStepHours } = options
  const minutesOf = (step: RolloutStep): number =>
    Math.max(step.soakMinutes, minutesToGather(leastTurns, (turnsPerDay * step.percent) / 100))
  if (turnsPerDay === 0)
    return {
      options,
      outlook: ['there was no turn in the last 24 hours, so nobody can say how long the steps will take'],
    }
  const longest = longestStepHours * HOUR_MINUTES
  const fits = (step: RolloutStep): boolean =>
    minutesToGather(leastTurns, (turnsPerDay * step.percent) / 100) <= longest
  const kept = options.plan.filter((step) => fits(step))
  const traffic = `${turnsPerDay} turns in the last 24 hours`
  if (kept.length === 0) {
    const days = minutesToGather(leastTurns, turnsPerDay) / DAY_MINUTES
    return {
      options: { ...options, automatic: false },
      outlook: [
        `${traffic}: even at 100 % it takes ${days.toFixed(1)} days to gather ${leastTurns} turns, so every step is yours: botyard rollout promote`,
      ],
    }
  }
  const merged = options.plan.filter((step) => !fits(step)).map(({ percent }) => `${percent} %`)
  return {
    options: { ...options, plan: kept },
    outlook: [
      traffic,
      ...(merged.length > 0
        ? [
            `left out, as ${leastTurns} turns would take more than ${longestStepHours} hours: ${merged.join(', ')}`,
          ]
        : []),
      ...kept.map((step) => `${step.percent} %: at least ${toDuration(minutesOf(step))}`),
      `100 % and judged after at least ${toDuration(kept.reduce((sum, step) => sum + minutesOf(step), 0))}`,
    ],
  }
}

function minutesToGather(turns: number, perDay: number): number {
  return perDay === 0 ? Infinity : (turns / perDay) * DAY_MINUTES
}

/** Such as `2 h` or `3.5 days`. */
export function toDuration(minutes: number): string {
  if (minutes < 1) return `${Math.round(minutes * 60)} s`
  if (minutes < HOUR_MINUTES) return `${Math.round(minutes)} min`
  return minutes < 2 * DAY_MINUTES
    ? `${Number((minutes / HOUR_MINUTES).toFixed(1))} h`
    : `${Number((minutes / DAY_MINUTES).toFixed(1))} days`
}

/** Names what a rollout is judged by, for its record. */
export function hashOptions(options: RolloutOptions): string {
  return createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 12)
}
