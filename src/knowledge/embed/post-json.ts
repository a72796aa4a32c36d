import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'

/** A server that takes JSON and gives JSON. */
export interface JsonServer {
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** For a call with all its attempts, in milliseconds. */
  readonly timeoutMs: number
  /** Texts that must not reach the log. */
  readonly secrets: readonly string[]
  readonly retries: RetryBudget
}

/** The server said no, and why; the reason is for code that can do something about it, never for people. */
export class RefusedCall extends Error {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string) {
    super(`the server answered ${status}: ${reason}`)
    this.status = status
    this.reason = reason
  }
}

/** How often a call is repeated at most, and the first pause before it, in milliseconds; each further one is doubled. */
const MOST_RETRIES = 3
const FIRST_PAUSE_MS = 200
/** The largest reply that is read, in bytes. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024
/** How much of a refusal is kept for the log, in characters. */
const EXCERPT_LENGTH = 500

/** Lets a tenth of the calls be repeated, so that a server in trouble does not get several times its load. */
export class RetryBudget {
  #left = 10

  earn(): void {
    this.#left = Math.min(10, this.#left + 0.1)
  }

  spend(): boolean {
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}

/**
 * Posts JSON and resolves with the JSON of the answer. Repeats what may pass: a broken connection, 408, 429, 5xx.
 * Throws `embeddings_unavailable`, or `RefusedCall` when the server will not have this call.
 */
export async function postJson(
  server: JsonServer,
  call: { readonly path: string; readonly body: object; readonly signal: AbortSignal },
): Promise<unknown> {
  const timeout = AbortSignal.timeout(server.timeoutMs)
  const signal = AbortSignal.any([call.signal, timeout])
  for (let attempt = 0; ; attempt++) {
    try {
      const reply = await post(server, { ...call, signal })
      server.retries.earn()
      return reply
    } catch (thrown) {
      call.signal.throwIfAborted()
      const pauseMs = pauseBefore(thrown, attempt)
      const again = !signal.aborted && pauseMs !== undefined && server.retries.spend()
      if (!again) throw toFailure(thrown)
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** A failure that may pass, with how long the server asked us to wait. */
class PassingFailure extends Error {
  readonly afterMs: number | undefined

  constructor(message: string, afterMs: number | undefined) {
    super(message)
    this.afterMs = afterMs
  }
}

async function post(
  { baseUrl, headers, secrets }: JsonServer,
  { path, body, signal }: { readonly path: string; readonly body: object; readonly signal: AbortSignal },
): Promise<unknown> {
  const { request } = await import('undici')
  const response = await request(baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  })
  const { statusCode: status } = response
  const text = await readText(response.body)
  if (status === 200) return parseJson(text)
  const reason = redact(text.slice(0, EXCERPT_LENGTH), secrets)
  if (status === 408 || status === 429 || status >= 500)
    throw new PassingFailure(
      `the server answered ${status}: ${reason}`,
      toPause(response.headers['retry-after']),
    )
  throw new RefusedCall(status, reason)
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = []
  let length = 0
  for await (const bytes of body) {
    length += bytes.length
    if (length > MAX_REPLY_BYTES) throw new RefusedCall(200, 'the reply is too large')
    read.push(bytes)
  }
  return Buffer.concat(read).toString()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RefusedCall(200, 'the reply is not JSON')
  }
}

function toPause(retryAfter: string | string[] | undefined): number | undefined {
  const seconds = Number(retryAfter)
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined
}

/** Undefined when another attempt is of no use. */
function pauseBefore(thrown: unknown, attempt: number): number | undefined {
  if (attempt >= MOST_RETRIES || thrown instanceof RefusedCall) return undefined
  const own = FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2)
  return Math.max(own, thrown instanceof PassingFailure ? (thrown.afterMs ?? 0) : 0)
}

function toFailure(thrown: unknown): Error {
  return thrown instanceof RefusedCall ? thrown : new AppError('embeddings_unavailable', { cause: thrown })
}

function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= 8)
  const cleaned = known.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
  return cleaned.replaceAll(/\b(?:sk|pk)-[\w*.-]{6,}|\bBearer\s+\S+/gi, '[redacted]')
}
