import { StandardResolutionReasons, type ResolutionDetails } from '@openfeature/server-sdk'
import { isChosen } from '../rollout/bucket.ts'
import type { RolloutView } from '../rollout/rollout.ts'

/** Stands before the name of a bot in the key of its rollout. */
export const ROLLOUT_PREFIX = 'rollout.'

export interface MetRevision extends Omit<ResolutionDetails<never>, 'value'> {
  readonly met: 'candidate' | 'stable'
}

/** Which revision somebody meets in a new conversation; who has no subject meets the stable one. */
export function resolveRollout(rollout: RolloutView, subject: string | undefined): MetRevision {
  const { id, percent, stage, status } = rollout
  const chosen = subject !== undefined && subject !== '' && isChosen(id, subject, percent)
  const met = chosen || percent === 100 ? 'candidate' : 'stable'
  return {
    met,
    variant: met,
    reason: percent > 0 && percent < 100 ? StandardResolutionReasons.SPLIT : StandardResolutionReasons.STATIC,
    flagMetadata: { rollout: id, stage, status, percent, revision: rollout[met] },
  }
}
