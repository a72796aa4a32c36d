import type { FastifyInstance } from 'fastify'
import type { OperatorGuard } from '../http/operator-guard.ts'
import type { Metrics } from './metrics.ts'

/** What Prometheus reads: `/metrics`, and `/prometheus/metrics` as in guide 002. */
export function addScrapeRoutes(server: FastifyInstance, metrics: Metrics, guard: OperatorGuard): void {
  const schema = { tags: ['metrics'], security: [{ bearer: [] }], summary: 'Metrics for Prometheus' }
  for (const path of ['/metrics', '/prometheus/metrics'])
    // A scrape comes every few seconds; only what goes wrong is worth a line.
    server.get(path, { logLevel: 'warn', onRequest: guard.read, schema }, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.scrape()),
    )
  // Where every request ends, also one whose reader has left.
  server.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      const route = request.routeOptions.url ?? 'none'
      metrics.countHttp({ method: request.method, route, status: reply.raw.statusCode }, reply.elapsedTime)
    })
  })
}
