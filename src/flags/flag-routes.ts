import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { actorOf } from '../http/actor.ts'
import type { OperatorGuard } from '../http/operator-guard.ts'
import type { Gate } from '../http/principal.ts'
import { PROBLEMS } from '../http/problem-schema.ts'
import type { FlagChange, FlagDesk, FlagName, FlagState } from './flags.ts'

export interface FlagRoutesOptions {
  readonly flags: FlagDesk
  readonly guard: Pick<OperatorGuard, 'change'>
  /** Knows who operators are; absent when there are no accounts. */
  readonly gate: Gate | undefined
}

const tags = ['flags']
const security = [{ bearer: [] }]
const Anything = z.record(z.string(), z.unknown())

/** Guide 002's two routes, and all of every flag for the command line and OpenFeature. */
export function addFlagRoutes(server: FastifyInstance, options: FlagRoutesOptions): void {
  addGuideRoutes(server, options)
  addWholeRoutes(server, options)
}

const response = { ...PROBLEMS, 200: Anything }

function addGuideRoutes(server: FastifyInstance, { flags, guard, gate }: FlagRoutesOptions): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const onRequest = guard.change
  routes.get(
    '/api/metrics/feature-flags',
    { onRequest, schema: { tags, security, summary: 'How the flags stand', response } },
    async () => ({
      success: true,
      timestamp: new Date().toISOString(),
      flags: toGuideFlags(await flags.list()),
    }),
  )
  routes.post(
    '/api/metrics/feature-flags/rollout',
    {
      onRequest,
      schema: { tags, security, body: Anything.nullish(), summary: 'Set the percentage of a flag', response },
    },
    async (request) => {
      const { feature, percentage, reason } = request.body ?? {}
      const missing = feature === undefined || feature === null || feature === '' || percentage === undefined
      if (missing) throw invalid('Missing required fields: feature, percentage')
      if (typeof feature !== 'string')
        throw new AppError('flag_unknown', { params: { feature: typeof feature } })
      // Known features alone have a percentage to be wrong.
      if (typeof percentage !== 'number') throw await refuse(flags, feature)
      const by = {
        actor: actorOf(request, gate),
        reason: typeof reason === 'string' ? reason : 'none given',
      }
      await flags.set(feature, { percentage }, by)
      return {
        success: true,
        message: `Rollout percentage updated for ${feature}`,
        newPercentage: percentage,
      }
    },
  )
}

function addWholeRoutes(server: FastifyInstance, { flags, guard, gate }: FlagRoutesOptions): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const onRequest = guard.change
  routes.get(
    '/api/flags',
    { onRequest, schema: { tags, security, summary: 'Every flag with its lists', response } },
    async () => ({ flags: await flags.list() }),
  )
  routes.patch(
    '/api/flags/:name',
    {
      onRequest,
      schema: {
        tags,
        security,
        params: z.object({ name: z.string().max(64) }),
        body: FlagChangeBody,
        summary: 'Change a flag',
        response,
      },
    },
    async (request) => {
      const { reason, ...change } = request.body
      const by = { actor: actorOf(request, gate), reason }
      return { flag: await flags.set(request.params.name, withoutGaps(change), by) }
    },
  )
}

const Identifiers = z.array(z.string().trim().min(1).max(200)).max(10_000)

const FlagChangeBody = z.object({
  enabled: z.boolean().optional(),
  percentage: z.number().optional(),
  allow: Identifiers.optional(),
  deny: Identifiers.optional(),
  variant: z.enum(['A', 'B']).optional(),
  reason: z.string().trim().min(1).max(500).default('none given'),
})

function withoutGaps(change: Readonly<Record<string, unknown>>): FlagChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

async function refuse(flags: FlagDesk, feature: string): Promise<AppError> {
  const known = (await flags.list()).some(({ name }) => name === feature)
  return known
    ? invalid('percentage must be a whole number from 0 to 100')
    : new AppError('flag_unknown', { params: { feature } })
}

/** The shapes of guide 002. */
function toGuideFlags(flags: readonly FlagState[]): Readonly<Record<FlagName, object>> {
  const shape = (name: FlagName): object => {
    const flag = flags.find((one) => one.name === name)
    if (!flag) return { enabled: false }
    const { enabled, percentage: rolloutPercentage, allow, deny, variant } = flag
    if (name === 'metrics') return { enabled }
    if (name === 'abTest') return { enabled, variant }
    const lists = { whitelistCount: allow.length, blacklistCount: deny.length }
    return { enabled, rolloutPercentage, ...(name === 'streaming' && lists) }
  }
  return {
    streaming: shape('streaming'),
    tts: shape('tts'),
    abTest: shape('abTest'),
    metrics: shape('metrics'),
  }
}

function invalid(problem: string): AppError {
  return new AppError('flag_invalid', { params: { problem } })
}
