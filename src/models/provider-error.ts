import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** What a provider said when it failed: an HTTP reply, or an error inside its stream (then without `status`). */
export interface ProviderFailure {
  readonly status?: number
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  /** The body, or the event's data. */
  readonly body: string
  /** Texts that must not reach the log, such as the API key. */
  readonly secrets?: readonly string[]
}

/** How much of a provider's own words is kept for the log, in characters. */
const EXCERPT_LENGTH = 1_000

/** What only the body tells; the words are those of OpenAI, Anthropic, Cohere, vLLM, Groq, xAI and DeepSeek. */
const TOLD_BY_BODY: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /insufficient_quota|billing_hard_limit|billing_error|credit balance|insufficient balance/i,
    'model_quota_exhausted',
  ],
  [
    /context_length_exceeded|maximum context length|prompt is too long|too many tokens|context window/i,
    'model_context_too_long',
  ],
]

/** The names providers give to errors inside a stream, where no status tells. */
const TOLD_BY_TYPE: readonly (readonly [RegExp, ErrorCode])[] = [
  [/"rate_limit(_exceeded|_error)?"|"tokens"|"requests"/, 'model_rate_limited'],
  [/"authentication_error"|"permission_error"|"invalid_api_key"/, 'model_unauthorized'],
  [
    /"overloaded_error"|"api_error"|"timeout_error"|"server_error"|"service_unavailable"/,
    'model_unavailable',
  ],
  [/"invalid_request_error"|"not_found_error"/, 'model_rejected'],
]

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'model_unauthorized',
  402: 'model_quota_exhausted',
  403: 'model_unauthorized',
  408: 'model_unavailable',
  409: 'model_unavailable',
  425: 'model_unavailable',
  429: 'model_rate_limited',
}

/** The error of the table for what a provider said; its words, without secrets, become the cause. */
export function toProviderError({ status, headers = {}, body, secrets = [] }: ProviderFailure): AppError {
  const words = redact(body.slice(0, EXCERPT_LENGTH), secrets)
  const cause = new ProviderReply(
    `the provider ${status === undefined ? 'failed in its stream' : `answered ${status}`}: ${words}`,
  )
  const retryAfterMs = parseRetryAfter(headers)
  return new AppError(codeOf(status, body), retryAfterMs === undefined ? { cause } : { cause, retryAfterMs })
}

/** By this name reports of errors know that what follows the colon may repeat what people said. */
class ProviderReply extends Error {
  override readonly name = 'ProviderReply'
}

function codeOf(status: number | undefined, body: string): ErrorCode {
  const told = TOLD_BY_BODY.find(([pattern]) => pattern.test(body))
  if (told && (status === undefined || (status >= 400 && status < 500 && status !== 401))) return told[1]
  if (status === undefined)
    return TOLD_BY_TYPE.find(([pattern]) => pattern.test(body))?.[1] ?? 'model_stream_broken'
  if (status < 300 || status >= 500) return 'model_unavailable'
  return BY_STATUS[status] ?? 'model_rejected'
}

/** `retry-after-ms`, else `retry-after` in seconds or as a date, which is counted from the reply's own `date`. */
function parseRetryAfter(headers: NonNullable<ProviderFailure['headers']>): number | undefined {
  const milliseconds = toNumber(headers['retry-after-ms'])
  if (milliseconds !== undefined) return milliseconds
  const after = headers['retry-after']
  const seconds = toNumber(after)
  if (seconds !== undefined) return seconds * 1_000
  const wait = Date.parse(String(after)) - Date.parse(String(headers.date))
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function toNumber(header: string | string[] | undefined): number | undefined {
  const text = String(header ?? '').trim()
  return /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1_000) / 1_000 : undefined
}

/** Providers repeat a part of a wrong key in their reply: whatever looks like a key is removed too. */
function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= 8)
  const cleaned = known.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  return cleaned.replaceAll(/\b(?:sk|gsk|xai|pk)-[\w*.-]{6,}|\bBearer\s+\S+/gi, '[redacted]')
}
