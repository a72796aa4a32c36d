import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { OperatorGuard } from '../http/operator-guard.ts'
import type { Numbers } from '../store/store.ts'
import {
  describeEvent,
  describeNumbers,
  summarizeNumbers,
  type DescribedState,
  type VoiceState,
} from './describe-numbers.ts'
import type { FleetNumbers } from './fleet-numbers.ts'
import { judgeNumbers, type JudgedState } from './health-of-numbers.ts'
import type { Metrics } from './metrics.ts'

export interface NumberRoutesOptions {
  readonly guard: OperatorGuard
  readonly metrics: Metrics
  readonly fleet: FleetNumbers
  readonly numbers: Numbers
  readonly redis: () => JudgedState['redis']
  readonly voice: () => VoiceState
  readonly maxRunningTurns: number
  /** There the numbers are not reset. */
  readonly production: boolean
}

const Limit = z.object({ limit: z.coerce.number().int().min(1).max(100).default(50) })

/** Guide 002's endpoints under `/api/metrics`; the numbers are those of all replicas. */
export function addNumberRoutes(server: FastifyInstance, options: NumberRoutesOptions): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { guard, fleet, numbers } = options
  const tags = ['metrics']
  const security = [{ bearer: [] }]
  const describe = (summary: string) => ({ onRequest: guard.read, schema: { tags, security, summary } })
  routes.get('/api/metrics/streaming', describe('Numbers of all turns'), async () => ({
    ...told(),
    metrics: describeNumbers(await readState(options)),
  }))
  routes.get('/api/metrics/streaming/summary', describe('The most important numbers'), async () => ({
    ...told(),
    summary: summarizeNumbers(await readState(options)),
  }))
  const last = describe('The last turns that ended')
  routes.get(
    '/api/metrics/streaming/events',
    { ...last, schema: { ...last.schema, querystring: Limit } },
    async ({ query }) => {
      const events = (await numbers.events(query.limit)).map(describeEvent)
      return { ...told(), events, count: events.length }
    },
  )
  routes.post(
    '/api/metrics/streaming/reset',
    { onRequest: guard.change, schema: { tags, security, summary: 'Begin to count anew, on every replica' } },
    async () => {
      if (options.production) throw new AppError('metrics_reset_refused')
      await numbers.reset()
      fleet.forget()
      return { ...told(), message: 'Metrics reset successfully' }
    },
  )
  routes.get('/api/metrics/health/streaming', describe('Whether the numbers are well'), async (_, reply) => {
    const { redis, maxRunningTurns } = options
    const health = judgeNumbers({ snapshot: await fleet.read(), redis: redis(), maxRunningTurns })
    const { status } = health
    return reply
      .code(status === 'unhealthy' ? 503 : 200)
      .send({ ...told(), success: status !== 'unhealthy', ...health })
  })
}

function told(): { readonly success: boolean; readonly timestamp: string } {
  return { success: true, timestamp: new Date().toISOString() }
}

async function readState({ fleet, metrics, voice }: NumberRoutesOptions): Promise<DescribedState> {
  return {
    snapshot: await fleet.read(),
    caches: metrics.caches,
    load: metrics.process.load(),
    voice: voice(),
    uptime: process.uptime(),
  }
}
