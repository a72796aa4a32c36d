import { expect, test } from 'vitest'
import { BoundedLabels } from './bounded-labels.ts'
import { groupErrors } from './error-groups.ts'
import type { Snapshot } from './fleet-numbers.ts'
import { judgeNumbers, type JudgedState, type NumbersHealth } from './health-of-numbers.ts'

const NOTHING = { avg: null, p50: null, p95: null, p99: null }

interface Moment {
  readonly ended?: number
  readonly failed?: number
  readonly firstTokenMs?: number
  readonly running?: number
  readonly redis?: JudgedState['redis']
}

function judge({
  ended = 0,
  failed = 0,
  firstTokenMs,
  running = 0,
  redis = 'connected',
}: Moment): NumbersHealth {
  const snapshot: Snapshot = {
    totals: {
      outcomes: { completed: 0, failed: 0, stopped: 0, interrupted: 0 },
      errors: {},
      inputTokens: 0,
      outputTokens: 0,
      audioChunks: 0,
      characters: 0,
      conversations: 0,
    },
    latencies: { firstToken: NOTHING, firstAudio: NOTHING, complete: NOTHING },
    recent: { ended, failed, firstToken: { ...NOTHING, avg: firstTokenMs ?? null } },
    activity: { running, busyReplicas: 2, people: 0, waiting: 0, oldestWaitMs: 0, dead: 0 },
    successRate: 100,
    averageSize: 0,
  }
  return judgeNumbers({ snapshot, redis, maxRunningTurns: 50 })
}

test.each<readonly [Moment, NumbersHealth['status']]>([
  [{}, 'healthy'],
  [{ ended: 100, failed: 2 }, 'healthy'],
  [{ ended: 100, failed: 3 }, 'degraded'],
  [{ ended: 100, failed: 6 }, 'unhealthy'],
  [{ ended: 9, failed: 9 }, 'degraded'],
  [{ ended: 100, firstTokenMs: 1_001 }, 'degraded'],
  [{ ended: 100, firstTokenMs: 2_001 }, 'unhealthy'],
  [{ running: 80 }, 'healthy'],
  [{ running: 81 }, 'degraded'],
  [{ running: 100 }, 'unhealthy'],
  [{ redis: 'not configured' }, 'healthy'],
  [{ redis: 'away' }, 'degraded'],
])('%j is %s', (moment, status) => {
  expect(judge(moment).status).toBe(status)
})

test('what is not well is said, and nothing else', () => {
  expect(judge({ ended: 100, failed: 3, redis: 'away' }).issues).toEqual([
    '3 % of the turns failed, more than 2 %',
    'Redis is away',
  ])
  expect(judge({}).issues).toEqual([])
})

test('codes of errors fall into the groups of guide 002', () => {
  const codes = { model_rate_limited: 4, model_stream_broken: 3, model_refused: 2, interrupted: 1 }
  expect(groupErrors(codes)).toEqual({ openai: 4, tts: 0, network: 3, validation: 2, other: 1 })
})

test('labels beyond the limit are one', () => {
  const labels = new BoundedLabels(2)
  const bound = ['a', 'b', 'c', 'a', 'd'].map((bot) => labels.bound({ bot })['bot'])
  expect(bound).toEqual(['a', 'b', 'other', 'a', 'other'])
})
