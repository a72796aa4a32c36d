import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import type { RolloutView } from '../rollout/rollout.ts'
import { printRollout } from './print-rollout.ts'

const RUNNING: RolloutView = {
  id: '1',
  bot: 'support',
  stable: 'aaaaaaaaaaaa',
  candidate: 'bbbbbbbbbbbb',
  status: 'running',
  stage: 0,
  percent: 1,
  plan: [
    { percent: 1, soakMinutes: 120 },
    { percent: 100, soakMinutes: 0 },
  ],
  automatic: true,
  reason: 'prices of May',
  startedAt: '2026-11-21T15:00:00.000Z',
  stageStartedAt: '2026-11-21T15:00:02.000Z',
  changedAt: '2026-11-21T15:00:00.000Z',
  endedAt: null,
  judgement: {
    verdict: 'hold',
    reason: '0 of at least 300 turns of the candidate',
    because: 'few',
    gates: [],
  },
}

function print(view: RolloutView): string {
  let text = ''
  printRollout(view, new Writable({ write: (chunk, _, done) => done(void (text += String(chunk))) }))
  return text
}

test('a rollout that runs is told with its step and what its gates say', () => {
  expect(print(RUNNING)).toBe(`support: running at 1 %
stable        aaaaaaaaaaaa
candidate     bbbbbbbbbbbb
step          1 of 2: 1 %, 100 %
since         2026-11-21T15:00:02.000Z
why           prices of May
judged        hold: 0 of at least 300 turns of the candidate
`)
})

test('one that a person ended is told without a step, and without gates that did not decide it', () => {
  const ended = { status: 'aborted', percent: 0, changedAt: '2026-11-21T16:00:00.000Z', reason: 'a typo' }
  expect(print({ ...RUNNING, ...ended })).toBe(`support: aborted at 0 %
stable        aaaaaaaaaaaa
candidate     bbbbbbbbbbbb
since         2026-11-21T16:00:00.000Z
why           a typo
next          \`botyard rollout start support\` begins another one
`)
})

test('one that went back by itself says which gate decided it', () => {
  const judgement = { verdict: 'roll-back', reason: 'errors', because: 'errors', gates: [] } as const
  expect(print({ ...RUNNING, status: 'rolled-back', judgement })).toContain(
    'judged        roll-back: errors\n',
  )
})
