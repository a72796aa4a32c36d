import { BitrixFailure, fromRefusal } from './bitrix-failure.ts'

export interface RestRequest {
  readonly url: string
  /** Names the call in failures. */
  readonly method: string
  /** A form to an authorization server, JSON to a portal. */
  readonly body: URLSearchParams | string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Makes one call. Every call ends: with the reply, a `BitrixFailure`, or the signal's reason. */
export async function callRest({ url, method, body, timeoutMs, signal }: RestRequest): Promise<object> {
  signal.throwIfAborted()
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const headers = { accept: 'application/json', ...(typeof body === 'string' && JSON_TYPE) }
  try {
    const response = await fetch(url, { method: 'POST', body, headers, signal: deadline, redirect: 'error' })
    return readReply(response.status, method, await response.text())
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof BitrixFailure ? error : withoutAnswer(method, error)
  }
}

const JSON_TYPE = { 'content-type': 'application/json' } as const

function readReply(status: number, method: string, text: string): object {
  const reply = parseObject(text)
  if (reply === undefined || (status >= 500 && !('error' in reply)))
    throw new BitrixFailure(`${method}: ${status} and no answer that can be read`, { kind: 'unknown' })
  if (!('error' in reply) && status < 400) return reply
  const { error = `HTTP ${status}`, error_description: description = '' } = reply as {
    readonly error?: unknown
    readonly error_description?: unknown
  }
  throw fromRefusal({ status, method, error: String(error), description: String(description) })
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Codes of connections that never were. */
const NOT_OUT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])

function withoutAnswer(method: string, error: unknown): BitrixFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const kind = code !== undefined && NOT_OUT.has(code) ? 'unreachable' : 'unknown'
  return new BitrixFailure(`${method}: no answer${code === undefined ? '' : ` (${code})`}`, { kind })
}
