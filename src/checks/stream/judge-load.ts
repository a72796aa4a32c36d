import type { StreamProblem } from './ask-stream.ts'
import type { LoadRun } from './run-load.ts'

/** Where a load test fails, after guide 002. */
const LOAD_THRESHOLDS = {
  /** A share of 1. */
  successRate: 0.95,
  firstTokenAverageMs: 1_000,
  firstTokenP95Ms: 1_500,
  completeAverageMs: 3_000,
} as const

export interface LoadReport {
  readonly passed: boolean
  readonly requests: number
  readonly mostAtOnce: number
  readonly totalMs: number
  readonly perSecond: number
  readonly gates: readonly LoadGate[]
  /** Of answers that succeeded, in ms; null when there was none. */
  readonly firstToken: Latency | null
  readonly firstAudio: Latency | null
  readonly complete: Latency | null
  readonly problems: readonly CountedProblem[]
}

export interface LoadGate {
  readonly name: string
  readonly passed: boolean
  /** What was measured, with its unit. */
  readonly measured: string
  /** What it has to be, with its unit. */
  readonly wanted: string
}

export interface Latency {
  readonly average: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly worst: number
}

export interface CountedProblem extends StreamProblem {
  readonly count: number
}

/** Numbers of a load test and whether it passed. A number that is missing passes nothing. */
export function judgeLoad({ answers, totalMs, mostAtOnce }: LoadRun): LoadReport {
  const good = answers.filter(({ problem }) => problem === undefined)
  const firstToken = latencyOf(good.map(({ firstTokenMs }) => firstTokenMs))
  const complete = latencyOf(good.map((answer) => answer.totalMs))
  const rate = answers.length === 0 ? 0 : good.length / answers.length
  const gates = [
    {
      name: 'answered',
      passed: rate >= LOAD_THRESHOLDS.successRate,
      measured: `${(rate * 100).toFixed(1)} %`,
      wanted: `at least ${LOAD_THRESHOLDS.successRate * 100} %`,
    },
    gate('first token, average', firstToken?.average, LOAD_THRESHOLDS.firstTokenAverageMs),
    gate('first token, p95', firstToken?.p95, LOAD_THRESHOLDS.firstTokenP95Ms),
    gate('whole answer, average', complete?.average, LOAD_THRESHOLDS.completeAverageMs),
  ]
  return {
    passed: gates.every(({ passed }) => passed),
    requests: answers.length,
    mostAtOnce,
    totalMs,
    perSecond: answers.length / (totalMs / 1_000),
    gates,
    firstToken,
    firstAudio: latencyOf(good.map(({ firstAudioMs }) => firstAudioMs)),
    complete,
    problems: countProblems(answers.flatMap(({ problem }) => problem ?? [])),
  }
}

function gate(name: string, measured: number | undefined, limit: number): LoadGate {
  return {
    name,
    passed: measured !== undefined && measured < limit,
    measured: measured === undefined ? 'nothing' : `${Math.round(measured)} ms`,
    wanted: `less than ${limit} ms`,
  }
}

/** Percentiles by nearest rank, as the guide's metrics. */
function latencyOf(times: readonly (number | null)[]): Latency | null {
  const sorted = times.filter((time) => time !== null).toSorted((a, b) => a - b)
  const worst = sorted.at(-1)
  if (worst === undefined) return null
  const rank = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? worst
  const average = sorted.reduce((sum, time) => sum + time, 0) / sorted.length
  return { average, p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), worst }
}

function countProblems(problems: readonly StreamProblem[]): readonly CountedProblem[] {
  const counted = Map.groupBy(problems, ({ code }) => code)
  return [...counted]
    .map(([code, same]) => ({ code, wrong: same[0]?.wrong ?? '', count: same.length }))
    .toSorted((a, b) => b.count - a.count)
}
