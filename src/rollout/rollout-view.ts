import type { AuditEntry, StoredRollout } from '../store/store.ts'
import { isOpen } from './revision-chooser.ts'
import type { DecisionView, Judgement, RolloutView } from './rollout.ts'

/** The share of new conversations that get the candidate. */
function percentOf({ status, stage, options }: StoredRollout): number {
  if (status === 'promoted' || status === 'completed') return 100
  return isOpen(status) ? (options.plan[stage]?.percent ?? 0) : 0
}

export function toRolloutView(rollout: StoredRollout): RolloutView {
  const { id, bot, stable, candidate, status, stage, options, reason } = rollout
  return {
    id,
    bot,
    stable,
    candidate,
    status,
    stage,
    percent: percentOf(rollout),
    plan: options.plan,
    automatic: options.automatic,
    reason,
    startedAt: rollout.startedAt.toISOString(),
    stageStartedAt: rollout.stageStartedAt.toISOString(),
    changedAt: rollout.changedAt.toISOString(),
    endedAt: rollout.endedAt?.toISOString() ?? null,
    judgement: (rollout.judgement as Judgement | undefined) ?? null,
  }
}

export function toDecisionView({ at, actor, before, after, reason, detail, hash }: AuditEntry): DecisionView {
  return {
    at: at.toISOString(),
    actor,
    before: before ?? null,
    after: after ?? null,
    reason,
    detail: detail ?? null,
    hash,
  }
}
