import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { AppError, toAppError, type FieldProblem } from '../errors.ts'
import { currentRequestId } from '../tracing.ts'

/** The body of a failed request. `error` is what guide 002's clients read; `code` names the row of the error table. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly error: string
  readonly message: string
  readonly retryable: boolean
  readonly details?: readonly FieldProblem[]
  /** The `X-Request-ID` of the request, by which the log knows it. */
  readonly requestId?: string
}

export function toProblem(error: AppError): Problem {
  const { status, code, message, retryable, fields } = error
  const requestId = currentRequestId()
  return {
    status,
    code,
    error: message,
    message,
    retryable,
    ...(fields && { details: fields }),
    ...(requestId !== undefined && { requestId }),
  }
}

/** What `Retry-After` says, in whole seconds; undefined when trying again makes no sense or no time is known. */
export function retryAfterSeconds(error: AppError): number | undefined {
  if (error.retryAfterMs === undefined) return undefined
  if (!error.retryable && error.status !== 429) return undefined
  return Math.max(1, Math.ceil(error.retryAfterMs / 1_000))
}

/** Gives what Fastify, its parsers and our handlers throw its row in the error table. */
export function fromThrown(thrown: unknown, limits: { readonly maxBodyBytes: number }): AppError {
  if (thrown instanceof AppError || !isFastifyError(thrown)) return toAppError(thrown)
  if (hasZodFastifySchemaValidationErrors(thrown))
    return new AppError('validation_failed', { fields: thrown.validation.map(toField), cause: thrown })
  if (thrown.statusCode === 413)
    return new AppError('body_too_large', { params: { limit: limits.maxBodyBytes } })
  if (thrown.statusCode === 415) return new AppError('unsupported_media_type', { cause: thrown })
  if (thrown.statusCode === 400 || thrown.statusCode === 414)
    return new AppError('invalid_request', { params: { problem: whatIsWrong(thrown) } })
  // Paths that lead out of a folder of ours.
  if (thrown.statusCode === 403 || thrown.statusCode === 404)
    return new AppError('route_not_found', { cause: thrown })
  return new AppError('internal', { cause: thrown })
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && ('statusCode' in thrown || 'validation' in thrown)
}

interface SchemaProblem {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string
}

function toField({ instancePath, keyword, message }: SchemaProblem): FieldProblem {
  return {
    field: instancePath.slice(1).replaceAll('/', '.'),
    message: isMissing(message) ? 'is required' : (message ?? 'is not valid'),
    type: keyword,
  }
}

/** The validator speaks of its types where nothing was sent. */
function isMissing(message: string | undefined): boolean {
  return message?.endsWith('received undefined') === true
}

function whatIsWrong(error: FastifyError): string {
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'the body is empty; send a JSON object.'
  if (error instanceof SyntaxError || error.code === 'FST_ERR_CTP_INVALID_JSON_BODY')
    return 'the body is not valid JSON.'
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return 'a part of its path is too long.'
  return 'it could not be read.'
}
