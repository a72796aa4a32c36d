import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { TelegramError, tooManyRequests } from './telegram-error.ts'

/**
 * What the fake does wrong. `failTimes` is how many calls (or updates) it spoils before everything is well again;
 * default: all. `methods` are those it spoils, such as `['sendMessage']`; default: all.
 */
export type TelegramFault = TelegramFaultKind & {
  readonly failTimes?: number
  readonly methods?: readonly string[]
}

export type TelegramFaultKind =
  /** The answer is good, but late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The call has no effect. Default description: the server's own. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly description?: string
      /** Seconds; default for 429: 1. */
      readonly retryAfter?: number
    }
  /** A page of some proxy, and no effect. Default status 502. */
  | { readonly kind: 'html'; readonly status?: number }
  /** The call has its effect, and half of the answer arrives. */
  | { readonly kind: 'truncate' }
  /** The call has its effect, and the answer is not JSON. */
  | { readonly kind: 'garbage' }
  /** The connection is cut before the call has an effect, or after it: then a message was sent, but nobody knows. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The same, but the connection stays open and silent. */
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' }
  /** Each update reaches the webhook so many times at once. Default 2. */
  | { readonly kind: 'duplicate-updates'; readonly copies?: number }

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const HTML = '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n'

/** Before the call has its effect. True: it must not have one, and there is no answer. */
export async function spoilCall(
  response: ServerResponse,
  fault: TelegramFault | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  switch (fault?.kind) {
    case 'delay':
      await delay(fault.ms, undefined, { signal })
      return false
    case 'html':
      response.writeHead(fault.status ?? 502, { 'content-type': 'text/html' }).end(HTML)
      return true
    case 'reset':
      if (fault.when === 'before') response.socket?.resetAndDestroy()
      return fault.when === 'before'
    case 'hang':
      return fault.when === 'before'
    default:
      return false
  }
}

/** The answer, well or as the fault says. */
export function sendReply(
  response: ServerResponse,
  { status, headers, body }: Reply,
  fault: TelegramFault | undefined,
): void {
  const full = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  if (fault && 'when' in fault) {
    if (fault.kind === 'reset') response.socket?.resetAndDestroy()
  } else if (fault?.kind === 'truncate') {
    response.writeHead(status, full)
    response.write(body.slice(0, body.length / 2), () => response.destroy())
  } else if (fault?.kind === 'garbage') {
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok":true,"result":{"message')
  } else response.writeHead(status, full).end(body)
}

/** What the server says instead of a result, for a fault of kind `status`. */
export function toError(fault: TelegramFault): TelegramError | undefined {
  if (fault.kind !== 'status') return undefined
  const { status, description, retryAfter } = fault
  if (status === 429 && description === undefined) return tooManyRequests(retryAfter ?? 1)
  const usual = status >= 500 ? 'Internal Server Error' : 'Bad Request'
  const parameters = retryAfter === undefined ? undefined : { retry_after: retryAfter }
  return new TelegramError(status, description ?? usual, parameters)
}
