import { SpanKind, type Span, type Tracer } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BOTYARD } from '../trace-attributes.ts'
import { currentWork, failSpan, runWork, withSpan } from '../tracing.ts'

/** They come every few seconds from several sides; a trace of each would bury those of people. */
const PROBES = /^\/(?:livez|readyz|health|metrics|prometheus)(?:\/|$)/

/** Makes everything a request sets off part of it: logs, traces and calls to models know whose work they are. */
export function followRequests(server: FastifyInstance, tracer: Tracer | undefined): void {
  const works = new WeakMap<FastifyRequest, (run: () => void) => void>()
  server.addHook('onRequest', (request, reply, done) => {
    const { traceparent } = request.headers
    const route = request.routeOptions.url ?? 'none'
    const work = {
      requestId: request.id,
      tracer: PROBES.test(route) ? undefined : tracer,
      ...(typeof traceparent === 'string' && { traceparent }),
    }
    const begin = (): void => {
      const resume = currentWork()
      if (resume) works.set(request, resume)
      done()
    }
    if (!work.tracer) return runWork(work, begin)
    const attributes = {
      'http.request.method': request.method,
      'http.route': route,
      [BOTYARD.requestId]: request.id,
    }
    runWork(work, () =>
      withSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, (span) => {
        if (span) endWithReply(span, reply)
        begin()
      }),
    )
  })
  // A body is read by events of its socket, which belong to no request.
  server.addHook('preValidation', (request, _reply, done) => {
    const resume = works.get(request)
    if (resume) resume(done)
    else done()
  })
}

function endWithReply(span: Span, { raw }: FastifyReply): void {
  raw.once('close', () => {
    const { statusCode } = raw
    span.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) failSpan(span, String(statusCode))
    span.end()
  })
}
