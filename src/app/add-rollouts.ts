import type { FastifyInstance } from 'fastify'
import { addFlagRoutes } from '../flags/flag-routes.ts'
import { createOperatorGuard } from '../http/operator-guard.ts'
import type { Gate } from '../http/principal.ts'
import { addRolloutRoutes } from '../rollout/rollout-routes.ts'
import type { AppParts } from './app-parts.ts'
import type { Rollouts } from './open-rollouts.ts'

interface RolloutRoutes extends Pick<AppParts, 'config' | 'observability'> {
  readonly gate: Gate | undefined
  readonly rollouts: Rollouts
}

/** Adds the routes of flags and rollouts, for operators; closed with the server. */
export function addRollouts(
  server: FastifyInstance,
  { config, gate, rollouts, observability }: RolloutRoutes,
): void {
  observability.metrics.addRollouts(() => rollouts.open())
  server.addHook('onClose', () => rollouts.close())
  const guard = createOperatorGuard({
    gate,
    token: undefined,
    allowed: [],
    open: config.NODE_ENV !== 'production',
  })
  const { flags, desk } = rollouts
  addFlagRoutes(server, { flags, guard, gate })
  addRolloutRoutes(server, { desk, guard, gate })
}
