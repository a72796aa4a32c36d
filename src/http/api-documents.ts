import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDocumentOptions, DescribedRoute } from './describe-api.ts'

/** They are of one connection, and of the moment. */
const NOT_PASSED_ON = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding'])

/**
 * Describes every route that is added later: OpenAPI 3.1 at `/openapi.json`, a page to read it at `/docs`. Few ever ask, so
 * what makes them is loaded by the first who does.
 */
export function documentApi(server: FastifyInstance, options: ApiDocumentOptions): void {
  const routes: DescribedRoute[] = []
  let opened: Promise<FastifyInstance> | undefined
  const open = async (): Promise<FastifyInstance> => {
    const { describeApi } = await import('./describe-api.ts')
    return await describeApi(routes, options)
  }
  const describer = (): Promise<FastifyInstance> => (opened ??= open())
  const hide = { schema: { hide: true } }
  server.get('/openapi.json', hide, async () => (await describer()).swagger())
  const showPage = async (request: FastifyRequest, reply: FastifyReply) =>
    passOn(await describer(), request, reply)
  server.get('/docs', hide, showPage)
  server.get('/docs/*', hide, showPage)
  server.addHook('onRoute', ({ method, url, schema }) => {
    // The framework makes one of each GET by itself.
    if (method !== 'HEAD') routes.push({ method, url, ...(schema && { schema }) })
  })
  server.addHook('onClose', async () => (await opened)?.close())
}

async function passOn(describer: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET'
  const { headers, statusCode, rawPayload } = await describer.inject({
    method,
    url: request.url,
    headers: request.headers,
  })
  if (statusCode === 404) return reply.callNotFound()
  const passed = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name))
  return reply.code(statusCode).headers(Object.fromEntries(passed)).send(rawPayload)
}
