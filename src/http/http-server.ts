import { randomUUID } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Tracer } from '@opentelemetry/api'
import cors, { type FastifyCorsOptionsDelegateCallback } from '@fastify/cors'
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import helmet from 'helmet'
import { AppError } from '../errors.ts'
import { documentApi } from './api-documents.ts'
import { cutSlowReaders } from './cut-slow-readers.ts'
import { fromThrown, retryAfterSeconds, toProblem } from './problem.ts'
import { followRequests } from './request-work.ts'
import type { SiteOrigins } from './site-origins.ts'

export interface HttpServerOptions {
  readonly log: FastifyBaseLogger
  readonly version: string
  readonly maxBodyBytes: number
  readonly keepAliveTimeoutMs: number
  readonly headersTimeoutMs: number
  /** Origins whose pages may call us; `*` for all. Absent: the browser's own origin only. */
  readonly corsOrigins: readonly string[] | undefined
  /** Which further pages may speak to which bots. Default: none. */
  readonly siteOrigins?: SiteOrigins
  /** Reverse proxies before the server, whose words on the client are believed; those of others are not. */
  readonly trustProxy: number
  /** Public address of this server, for the API description. */
  readonly publicUrl: string | undefined
  /** True from the moment the process begins to shut down; replies then close their connections. */
  readonly isDraining: () => boolean
  /** Absent: no traces. */
  readonly tracer?: Tracer | undefined
}

/**
 * The bare server every channel adds its routes to: request ids, security headers, CORS, validation by zod
 * schemas, one shape of errors, the API description at `/openapi.json`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: ({ headers }) => toRequestId(headers['x-request-id']),
    bodyLimit: options.maxBodyBytes,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    requestTimeout: 30_000,
    trustProxy: options.trustProxy > 0 && ((_address, hop) => hop < options.trustProxy),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER },
    frameworkErrors: (thrown, { id }, { raw }) =>
      refuseAddress(raw, { id, error: fromThrown(thrown, options) }),
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
  })
  server.server.headersTimeout = options.headersTimeoutMs
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  followRequests(server, options.tracer)
  addSecurityHeaders(server)
  await server.register(cors, { delegator: corsDelegator(options) })
  documentApi(server, options)
  addRequestHooks(server, options)
  cutSlowReaders(server, SLOW_READER_MS)
  addErrorReplies(server, options)
  return server
}

/** Keeps the framework from loading compilers of its own: ours are set before there is a route. */
function noCompiler(): never {
  throw new Error('the server has no compiler of schemas yet')
}

/** Of a part of a path, in characters: the most that a schema of a route allows. */
const LONGEST_PARAMETER = 300

/** How long a client may take nothing of a reply that is not a stream of events. */
const SLOW_READER_MS = 60_000

/** Our pages load only what we serve; answers of models may show images from anywhere only when a page says so. */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
  'upgrade-insecure-requests': null,
}

/** Made once: helmet sets them one by one on each response, which then cannot write its headers in one go. */
function addSecurityHeaders(server: FastifyInstance): void {
  const unsent = new ServerResponse(new IncomingMessage(new Socket()))
  const setHeaders = helmet({ contentSecurityPolicy: { directives: CONTENT_SECURITY_POLICY } })
  setHeaders(unsent.req, unsent, () => undefined)
  const headers = unsent.getHeaders()
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
}

function corsDelegator({ corsOrigins, siteOrigins }: HttpServerOptions): FastifyCorsOptionsDelegateCallback {
  const origins = corsOrigins?.includes('*') ? true : [...(corsOrigins ?? [])]
  const options = {
    origin: corsOrigins ? origins : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
  }
  const embedded = { ...options, origin: true, maxAge: PREFLIGHT_SECONDS }
  return (request, use) => use(null, siteOrigins?.mayRead(request) ? embedded : options)
}

/** How long browsers remember that a page may call us. */
const PREFLIGHT_SECONDS = 600

/** A caller's id is kept when it is harmless in a log and a header. */
function toRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID()
}

function addRequestHooks(server: FastifyInstance, { isDraining, siteOrigins }: HttpServerOptions): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (isDraining()) reply.header('connection', 'close')
    done()
  })
  if (siteOrigins) server.addHook('preHandler', async (request) => siteOrigins.require(request))
  // The path is the route's pattern: the ids in a real one open conversations and answers.
  server.addHook('onResponse', async (request, reply) => {
    // A reply that began before the drain promised to keep its connection; idle, it would hold the exit up.
    if (isDraining()) reply.raw.socket?.end()
    request.log.info(
      {
        method: request.method,
        path: request.routeOptions.url ?? 'none',
        status: reply.raw.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
}

interface RefusedAddress {
  readonly id: string
  readonly error: AppError
}

/** Refuses a request whose address cannot be read: it meets no hook. */
function refuseAddress(response: ServerResponse, { id, error }: RefusedAddress): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'x-request-id': id,
  }
  response.writeHead(error.status, headers).end(JSON.stringify({ ...toProblem(error), requestId: id }))
}

function addErrorReplies(server: FastifyInstance, limits: HttpServerOptions): void {
  server.setErrorHandler(async (thrown, request, reply) => {
    const error = fromThrown(thrown, limits)
    if (error.status >= 500) request.log.error({ err: error }, 'request failed')
    const retryAfter = retryAfterSeconds(error)
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
    return reply.code(error.status).send(toProblem(error))
  })
  server.setNotFoundHandler(async (_request, reply) => {
    const error = new AppError('route_not_found')
    return reply.code(error.status).send(toProblem(error))
  })
}
