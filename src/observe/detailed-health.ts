import type { FastifyInstance } from 'fastify'
import type { OperatorGuard } from '../http/operator-guard.ts'
import type { ProbeResult, Probes } from './probes.ts'

export interface DetailedHealthOptions {
  readonly probes: Probes
  readonly guard: OperatorGuard
  readonly version: string
  /** Without one of these no turn can be answered. */
  readonly essential: readonly string[]
}

/**
 * `/health/detailed` of guide 001: what this server depends on, each in a word; who may read the metrics also sees why
 * and how long it took.
 */
export function addDetailedHealth(server: FastifyInstance, options: DetailedHealthOptions): void {
  const { probes, guard, version, essential } = options
  const schema = { tags: ['health'], summary: 'State of everything the server depends on' }
  server.get('/health/detailed', { logLevel: 'warn', schema }, async (request, reply) => {
    const results = await probes.run()
    const failed = [...results].flatMap(([name, { status }]) => (status === 'fail' ? [name] : []))
    const down = failed.some((name) => essential.includes(name))
    const status = down ? 'unhealthy' : failed.length > 0 ? 'degraded' : 'healthy'
    const details = (await guard.mayRead(request)) && {
      version,
      details: Object.fromEntries([...results].map(([name, result]) => [name, toDetail(result)])),
    }
    return reply
      .header('cache-control', 'no-store')
      .code(down ? 503 : 200)
      .send({
        status,
        ...Object.fromEntries([...results].map(([name, result]) => [name, WORDS[result.status]])),
        timestamp: new Date().toISOString(),
        ...details,
      })
  })
}

const WORDS: Readonly<Record<ProbeResult['status'], string>> = {
  pass: 'connected',
  fail: 'unavailable',
  skip: 'not configured',
}

function toDetail({ status, detail, ms, checkedAt }: ProbeResult): object {
  return { status, detail, ms, checkedAt: checkedAt.toISOString() }
}
