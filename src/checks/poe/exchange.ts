import type { IncomingHttpHeaders } from 'node:http'
import type { StreamEvent, Violation } from './strict-event-stream.ts'

/** What is sent to a bot server, and how the answer is read. */
export interface PoeRequest {
  /** In words, for the report, such as `a plain question`. */
  readonly asked: string
  readonly kind: 'settings' | 'query' | 'report' | 'other'
  /** False when a server may refuse it: what is wrong with it is the point. Default true. */
  readonly valid?: boolean
  /** Default `POST`. */
  readonly method?: string
  /** A string or bytes go as they are, anything else as JSON. */
  readonly body: unknown
  /** Instead of those of Poe; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Leaves after so many events. */
  readonly leaveAfterEvents?: number
  /** Leaves so many milliseconds after the request is out, whatever has come. */
  readonly leaveAfterMs?: number
  /** Leaves when it aborts, and reads nothing of the body until then. */
  readonly unreadUntil?: AbortSignal
}

/** True when the answer was never meant to be read to its end. */
export function leavesEarly({ leaveAfterEvents, leaveAfterMs, unreadUntil }: PoeRequest): boolean {
  return leaveAfterEvents !== undefined || leaveAfterMs !== undefined || unreadUntil !== undefined
}

/** Why reading ended: the body's end, our leaving as asked, a limit of ours, the deadline, or the connection broke. */
export type Ending = 'end' | 'left' | 'limit' | 'deadline' | 'cut'

/** One request and everything that is known about its answer. What a server echoes may hold the access key. */
export interface Exchange {
  readonly request: PoeRequest
  /** Undefined when no head of an answer came. */
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  /** The first MiB, unless it was read as an event stream. */
  readonly body: string
  readonly stream: ObservedStream | undefined
  readonly ending: Ending
  /** What went wrong with the connection, or why it was left. */
  readonly failure: string | undefined
  /** From the request to the first byte of the answer, in ms. */
  readonly firstByteMs: number | undefined
  readonly totalMs: number
}

/** An event stream, as far as it was read. */
export interface ObservedStream {
  readonly events: readonly StreamEvent[]
  readonly violations: readonly Violation[]
  readonly comments: number
  /** From the request to the first event, in ms. */
  readonly firstEventMs: number | undefined
  /** The longest time without a byte, in ms. */
  readonly longestSilenceMs: number
  /** From the first byte of the body to the last, in ms. */
  readonly spreadMs: number
  /** How long the body stayed open after `done`, in ms; undefined without `done`. */
  readonly openAfterDoneMs: number | undefined
  /** Sum of the lengths of all `text` events, in UTF-16 units. */
  readonly textLength: number
}

/** The limits of the protocol, and how long the suite waits. Tests shorten the times. */
export interface PoeLimits {
  /** First byte and first event of any answer, in ms. */
  readonly firstEventMs: number
  /** A whole answer, in ms. */
  readonly wholeAnswerMs: number
  readonly events: number
  /** Sum of the lengths of `text` events. */
  readonly textLength: number
  /** A silence that proxies are known to cut, in ms. */
  readonly silenceMs: number
  /** Poe closes after `done`; what a server may take to do so itself, in ms. */
  readonly closeAfterDoneMs: number
  /** An answer to `report_error` that is awaited, in ms. */
  readonly reportMs: number
}

/** Poe specification: Limits. The last three are not in it: they are what proxies and clients were seen to bear. */
export const POE_LIMITS: PoeLimits = {
  firstEventMs: 5_000,
  wholeAnswerMs: 3_600_000,
  events: 10_000,
  textLength: 512_000,
  silenceMs: 30_000,
  closeAfterDoneMs: 1_000,
  reportMs: 1_000,
}

/** The text a user ends up with: `replace_response` discards what came before it. */
export function finalTextOf(stream: ObservedStream): string {
  const pieces: string[] = []
  for (const { name, json } of stream.events) {
    if (name === 'replace_response') pieces.length = 0
    const text = json?.['text']
    if (['text', 'replace_response'].includes(name) && typeof text === 'string') pieces.push(text)
  }
  return pieces.join('')
}

/** How many events have one of these names. */
export function countEvents({ events }: ObservedStream, ...names: readonly string[]): number {
  return events.filter(({ name }) => names.includes(name)).length
}
