import type { Snapshot } from './fleet-numbers.ts'

type CheckStatus = 'pass' | 'warn' | 'fail'

/** One look at the numbers, in the shape of guide 002. */
export interface NumberCheck {
  readonly status: CheckStatus
  readonly value: number | string
  /** From where on it is `warn`; `fail` begins at about twice of it. */
  readonly threshold: number | string
}

export interface NumbersHealth {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly checks: Readonly<Record<'errorRate' | 'latency' | 'redis' | 'activeStreams', NumberCheck>>
  /** What is not well, a sentence each. */
  readonly issues: readonly string[]
}

export interface JudgedState {
  readonly snapshot: Snapshot
  readonly redis: 'connected' | 'away' | 'not configured'
  /** Turns that one replica runs at most. */
  readonly maxRunningTurns: number
}

/** Source: guide 002. A percentage of fewer turns than this says too little to fail anything. */
const FEWEST_TURNS = 10
const ERRORS = { warn: 2, fail: 5 }
const FIRST_TOKEN_MS = { warn: 1_000, fail: 2_000 }
/** Of all turns that the busy replicas may run, in percent. */
const STREAMS = { warn: 80, fail: 100 }

/** Judges the turns of the last minutes by the thresholds of guide 002. */
export function judgeNumbers({ snapshot, redis, maxRunningTurns }: JudgedState): NumbersHealth {
  const { recent, activity } = snapshot
  const few = recent.ended < FEWEST_TURNS
  const errorRate = recent.ended === 0 ? 0 : round((recent.failed / recent.ended) * 100)
  const latency = round(recent.firstToken.avg ?? 0)
  const capacity = maxRunningTurns * Math.max(1, activity.busyReplicas)
  const load = (activity.running / capacity) * 100
  const checks = {
    errorRate: {
      status: atMostWarn(compare(errorRate, ERRORS), few),
      value: errorRate,
      threshold: ERRORS.warn,
    },
    latency: {
      status: atMostWarn(compare(latency, FIRST_TOKEN_MS), few),
      value: latency,
      threshold: FIRST_TOKEN_MS.warn,
    },
    redis: { status: redis === 'away' ? 'warn' : 'pass', value: redis, threshold: 'connected' },
    activeStreams: {
      status: load >= STREAMS.fail ? 'fail' : load > STREAMS.warn ? 'warn' : 'pass',
      value: activity.running,
      threshold: Math.floor((capacity * STREAMS.warn) / 100),
    },
  } as const
  const found = new Set<CheckStatus>(Object.values(checks).map(({ status }) => status))
  return {
    status: found.has('fail') ? 'unhealthy' : found.has('warn') ? 'degraded' : 'healthy',
    checks,
    issues: Object.entries(checks).flatMap(([name, check]) => describeIssue(name, check)),
  }
}

function compare(
  value: number,
  { warn, fail }: { readonly warn: number; readonly fail: number },
): CheckStatus {
  if (value > fail) return 'fail'
  return value > warn ? 'warn' : 'pass'
}

function atMostWarn(status: CheckStatus, few: boolean): CheckStatus {
  return few && status === 'fail' ? 'warn' : status
}

const SENTENCES: Readonly<Record<string, (check: NumberCheck) => string>> = {
  errorRate: ({ value, threshold }) => `${value} % of the turns failed, more than ${threshold} %`,
  latency: ({ value, threshold }) =>
    `The first token takes ${value} ms on average, more than ${threshold} ms`,
  redis: ({ value }) => `Redis is ${value}`,
  activeStreams: ({ value, threshold }) => `${value} turns run, more than ${threshold}`,
}

function describeIssue(name: string, check: NumberCheck): readonly string[] {
  return check.status === 'pass' ? [] : [SENTENCES[name]?.(check) ?? name]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
