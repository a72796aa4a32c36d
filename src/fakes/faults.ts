import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * What a fake provider does wrong. `skip` is how many requests it leaves alone first, default none; `failTimes` how
 * many it spoils before everything is well again, default all. `after` counts the events that are sent intact before the fault.
 */
export type Fault = FaultKind & { readonly skip?: number; readonly failTimes?: number }

export type FaultKind =
  | { readonly kind: 'slow-headers'; readonly ms: number }
  | { readonly kind: 'slow-tokens'; readonly ms: number }
  /** An HTTP error with the provider's own body; `code` replaces its usual code, such as `insufficient_quota`. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly code?: string
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** A page of some proxy, with status 200. */
  | { readonly kind: 'html' }
  | { readonly kind: 'hang-before-headers' }
  | { readonly kind: 'hang'; readonly after: number }
  /** Ends the reply too early: politely, or with `reset` by closing the connection. */
  | { readonly kind: 'truncate'; readonly after: number; readonly reset?: boolean }
  | { readonly kind: 'garbage'; readonly after: number }
  | { readonly kind: 'error-event'; readonly after: number }
  /** One event of `bytes`; default 10 MB. */
  | { readonly kind: 'huge-event'; readonly after: number; readonly bytes?: number }
  /** All tool calls of a reply carry the same id. */
  | { readonly kind: 'duplicate-ids' }
  /** One byte a write, `ms` apart; default 0. */
  | { readonly kind: 'drip'; readonly ms?: number }

export interface SendOptions {
  readonly fault: Fault | undefined
  /** Between two events, in milliseconds. */
  readonly tokenMs: number
  /** The event with which this provider reports an error inside a stream. */
  readonly errorEvent: string
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

const HTML = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>'

const never = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

/** Faults that replace the whole reply. True when one did. */
export async function sendFaultyReply(
  response: ServerResponse,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (fault?.kind === 'slow-headers') await delay(fault.ms, undefined, { signal })
  if (fault?.kind === 'html')
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML)
  if (fault?.kind === 'hang-before-headers') await never(signal)
  return fault?.kind === 'html' || fault?.kind === 'hang-before-headers'
}

/** Writes the events of a stream, well or as the fault says; respects the client's back-pressure. */
export async function sendEvents(
  response: ServerResponse,
  events: readonly string[],
  options: SendOptions,
): Promise<void> {
  const { fault, signal } = options
  const intact = fault && 'after' in fault ? events.slice(0, fault.after) : events
  const pause = fault?.kind === 'slow-tokens' ? fault.ms : options.tokenMs
  if (fault?.kind === 'drip') await drip(response, events.join(''), { ms: fault.ms ?? 0, signal })
  else await write(response, intact, { pause, signal })
  if (fault && 'after' in fault) await misbehave(response, fault, options)
  else response.end()
}

async function misbehave(
  response: ServerResponse,
  fault: Extract<Fault, { readonly after: number }>,
  { errorEvent, signal }: SendOptions,
): Promise<void> {
  switch (fault.kind) {
    case 'hang':
      return never(signal)
    case 'truncate':
      return fault.reset ? void response.socket?.resetAndDestroy() : void response.end()
    case 'garbage':
      return void response.end('data: {"id":"chatcmpl-\n\n')
    case 'error-event':
      return void response.end(errorEvent)
    case 'huge-event':
      return void response.end(`data: {"text":"${'a'.repeat(fault.bytes ?? 10 * 1024 * 1024)}"}\n\n`)
  }
}

async function write(
  response: ServerResponse,
  events: readonly string[],
  { pause, signal }: { readonly pause: number; readonly signal: AbortSignal },
): Promise<void> {
  for (const event of events) {
    const full = !response.write(event)
    if (pause > 0) await delay(pause, undefined, { signal })
    else if (full) await drained(response, signal)
  }
}

async function drip(
  response: ServerResponse,
  text: string,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<void> {
  for (const byte of Buffer.from(text)) {
    response.write(Buffer.of(byte))
    await (ms > 0 ? delay(ms, undefined, { signal }) : new Promise(setImmediate))
    if (signal.aborted) return
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    response.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}
