import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { actorOf } from '../http/actor.ts'
import type { OperatorGuard } from '../http/operator-guard.ts'
import type { Gate } from '../http/principal.ts'
import { PROBLEMS } from '../http/problem-schema.ts'
import type { RolloutDesk } from './rollout.ts'

export interface RolloutRoutesOptions {
  readonly desk: RolloutDesk
  readonly guard: Pick<OperatorGuard, 'change'>
  /** Knows who operators are; absent when there are no accounts. */
  readonly gate: Gate | undefined
}

const Bot = z.object({ bot: z.string().min(1).max(64) })
const Order = z
  .object({
    reason: z.string().trim().min(1).max(500).default('none given').describe('Why, for the record.'),
    revision: z.string().max(64).optional().describe('start: which of several candidates.'),
    full: z.boolean().optional().describe('promote: make the candidate the stable revision at once.'),
  })
  .default({ reason: 'none given' })

const Anything = z.record(z.string(), z.unknown())
const tags = ['rollouts']
const security = [{ bearer: [] }]

/** The REST routes of rollouts, for operators; `botyard rollout` uses them when it cannot open the database itself. */
export function addRolloutRoutes(server: FastifyInstance, { desk, guard, gate }: RolloutRoutesOptions): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const onRequest = guard.change
  const reply = { ...PROBLEMS, 200: Anything }
  routes.get(
    '/api/rollouts',
    { onRequest, schema: { tags, security, summary: 'The newest rollout of each bot', response: reply } },
    async () => ({ rollouts: await desk.list() }),
  )
  routes.get(
    '/api/rollouts/:bot',
    {
      onRequest,
      schema: { tags, security, params: Bot, summary: 'Where a rollout stands', response: reply },
    },
    async ({ params }) => ({ rollout: await desk.status(params.bot) }),
  )
  routes.get(
    '/api/rollouts/:bot/explain',
    {
      onRequest,
      schema: { tags, security, params: Bot, summary: 'Every decision, with its numbers', response: reply },
    },
    async ({ params }) => ({ ...(await desk.explain(params.bot)) }),
  )
  routes.post(
    '/api/rollouts/:bot/:action',
    {
      onRequest,
      schema: {
        tags,
        security,
        params: Bot.extend({ action: z.enum(['start', 'pause', 'resume', 'abort', 'promote']) }),
        body: Order,
        summary: 'Start, pause, resume, abort or promote',
        response: reply,
      },
    },
    async (request) => {
      const { bot, action } = request.params
      const { reason, revision, full = false } = request.body
      const by = { actor: actorOf(request, gate), reason }
      if (action === 'start') return { ...(await desk.start(bot, { ...by, ...(revision && { revision }) })) }
      if (action === 'promote') return { rollout: await desk.promote(bot, { ...by, full }) }
      return { rollout: await desk[action](bot, by) }
    },
  )
}
