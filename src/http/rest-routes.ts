import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AppError, FieldProblem } from '../errors.ts'
import { currentRequestId } from '../tracing.ts'
import { fromThrown, retryAfterSeconds } from './problem.ts'

/** The body of a failed request of the REST API: what guide 001's code sends (`detail`) and its contract says. */
const RestProblem = z.object({
  detail: z
    .union([z.string(), z.array(z.object({ loc: z.array(z.string()), msg: z.string(), type: z.string() }))])
    .describe('The sentence; for status 422 the fields that do not fit.'),
  error: z.string().describe('A word for programs, such as `validation_error`.'),
  message: z.string().describe('The sentence, for people.'),
  code: z.string().describe('The row of the error table.'),
  retryable: z.boolean(),
  requestId: z.string().optional().describe('The `X-Request-ID` of the request.'),
})

/** Descriptions of the replies that every REST route may give. */
export const REST_PROBLEMS = {
  400: RestProblem.describe('The request cannot be understood.'),
  401: RestProblem.describe('No valid token.'),
  403: RestProblem.describe("Another user's path, or a role that may not."),
  404: RestProblem.describe('There is no such thing, or it is not yours.'),
  413: RestProblem.describe('The body is too large.'),
  422: RestProblem.describe('A field does not fit the schema.'),
  429: RestProblem.describe('Too many requests; `Retry-After` says how long to wait.'),
  500: RestProblem.describe('Something went wrong on our side.'),
  503: RestProblem.describe('The database or the server cannot serve right now.'),
} as const

/** Routes with zod schemas. */
export type RestRoutes = ReturnType<typeof withZod>

function withZod(server: FastifyInstance) {
  return server.withTypeProvider<ZodTypeProvider>()
}

/** Adds routes whose failures have the shape of `RestProblem`, and whose schema failures have status 422. */
export function addRestRoutes(server: FastifyInstance, add: (routes: RestRoutes) => void): void {
  server.register(async (scope) => {
    scope.setErrorHandler(async (thrown, request, reply) => {
      const error = fromThrown(thrown, { maxBodyBytes: scope.initialConfig.bodyLimit ?? 0 })
      const status = error.code === 'validation_failed' ? 422 : error.status
      if (status >= 500) request.log.error({ err: error }, 'request failed')
      const retryAfter = retryAfterSeconds(error)
      if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
      return reply.code(status).send(toRestProblem(error, status, contextOf(thrown)))
    })
    add(withZod(scope))
  })
}

function toRestProblem(error: AppError, status: number, context: string): z.infer<typeof RestProblem> {
  const { message, code, retryable, fields } = error
  const detail = fields ? fields.map((field) => toDetail(field, context)) : message
  const sentence = fields?.[0] ? `${fields[0].field}: ${fields[0].message}` : message
  const requestId = currentRequestId()
  const known = requestId === undefined ? {} : { requestId }
  return { detail, error: wordOf(status), message: sentence, code, retryable, ...known }
}

function toDetail({ field, message, type }: FieldProblem, context: string) {
  return { loc: [context, ...field.split('.').filter(Boolean)], msg: message, type }
}

/** Which part of the request did not fit: `body`, `query` or `path`, in the words of guide 001's server. */
function contextOf(thrown: unknown): string {
  const context = (thrown as { readonly validationContext?: string }).validationContext ?? 'body'
  return { querystring: 'query', params: 'path', headers: 'header' }[context] ?? context
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'validation_error',
  415: 'validation_error',
  422: 'validation_error',
  429: 'rate_limited',
  503: 'unavailable',
  504: 'timeout',
}

function wordOf(status: number): string {
  return WORDS[status] ?? 'internal_error'
}
