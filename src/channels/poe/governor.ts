import type { CitationEvent, EndReason, ErrorEvent, FileEvent, TurnEvent } from '../../events.ts'
import { AnswerText } from './answer-text.ts'
import type { PoeError, PoeEvent, PoeMeta } from './poe-events.ts'
import { StatusLine } from './status-line.ts'
import { toToolCallChunk, toToolCallsEnd } from './tool-call-chunks.ts'

/** What Poe bears of one answer (its specification of 2025-12), and how we stay inside it. */
export interface GovernorLimits {
  /** Default 10,000. */
  readonly events: number
  /** UTF-16 units of all text. Default 512,000. */
  readonly characters: number
  /** From the request to the polite close, in milliseconds. Default 3,540,000, a minute less than Poe's 3,600 s. */
  readonly timeMs: number
  /** The longest silence on the connection, in milliseconds. Default 4,000. */
  readonly keepAliveMs: number
}

export interface GovernorOptions {
  readonly meta: PoeMeta
  /** Clock of `take` and `tick`, in milliseconds. */
  readonly startedAt: number
  /** The error event for a turn that failed. */
  readonly describeError: (event: Pick<ErrorEvent, 'code' | 'retryable'>) => PoeError
  /** Sends suggestions as `suggested_reply` events. Default false. */
  readonly suggestedReplies?: boolean
  /** Shown below the answer so far while nothing is said for 8 s. Default: nothing. */
  readonly status?: string | undefined
  readonly limits?: Partial<GovernorLimits>
}

const DEFAULT_LIMITS: GovernorLimits = {
  events: 10_000,
  characters: 512_000,
  timeMs: 3_540_000,
  keepAliveMs: 4_000,
}

/** Text is gathered for so long, unless nothing was sent for longer; about what a reader sees as flowing. */
const GATHER_MS = 50
/** The share of the events that may be spent at that pace; the rest is spread over the time that is left. */
const FREE_SHARE = 0.8
/** Events that end an answer: the rest of the text, data, error, done. */
const RESERVED_EVENTS = 4
/** Files of one response that Poe takes. */
const MAX_FILES = 20
const NOTHING: readonly PoeEvent[] = []

/**
 * Turns what a turn says into events Poe takes, whatever the turn says and however fast: meta first, done last, at
 * least one text or error, never more events, characters or time than Poe bears. Pure: it knows no clock and no
 * connection. Call `open` once, `take` for each event of the turn, and `tick` when the clock passes `wakeAt`.
 */
export class PoeGovernor {
  readonly #options: GovernorOptions
  readonly #limits: GovernorLimits
  readonly #deadline: number
  readonly #text: AnswerText
  readonly #status: StatusLine | undefined
  readonly #citations: CitationEvent[] = []
  #suggestions: readonly string[] = []
  #metadata: string | undefined
  #sent = 0
  #files = 0
  #toolCalls = 0
  #spoken = false
  #over = false
  #nextTextAt = -Infinity
  #lastSentAt: number

  constructor(options: GovernorOptions) {
    this.#options = options
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#deadline = options.startedAt + this.#limits.timeMs
    this.#text = new AnswerText(this.#limits.characters)
    this.#status =
      options.status === undefined ? undefined : new StatusLine(options.status, options.startedAt)
    this.#lastSentAt = options.startedAt
  }

  /** True after `done`; whatever the turn says then is not for Poe. */
  get over(): boolean {
    return this.#over
  }

  /** True when anything of the answer has been sent. */
  get spoken(): boolean {
    return this.#spoken
  }

  /** When `tick` has something to do, at the latest. */
  get wakeAt(): number {
    const quiet = Math.min(this.#deadline, this.#lastSentAt + this.#limits.keepAliveMs)
    return this.#text.waiting && this.#maySpend ? Math.min(quiet, this.#nextTextAt) : quiet
  }

  /** The first event, at once: Poe waits 5 s for it. */
  open(): readonly PoeEvent[] {
    this.#sent++
    return [{ event: 'meta', data: this.#options.meta }]
  }

  take(event: TurnEvent, now: number): readonly PoeEvent[] {
    if (this.#over) return NOTHING
    if (now >= this.#deadline) return this.#closeLate(now)
    if (event.type === 'text-delta') return this.#say(this.#text.add(event.text), now)
    return this.#takeOther(event, now)
  }

  /** Ends the answer with an error that is none of the turn. */
  fail(error: PoeError, now: number): readonly PoeEvent[] {
    return this.#over ? NOTHING : this.#end(now, { error })
  }

  tick(now: number): readonly PoeEvent[] {
    if (this.#over) return NOTHING
    if (now >= this.#deadline) return this.#closeLate(now)
    const events = now >= this.#nextTextAt ? this.#sendText(now, false) : NOTHING
    if (events.length > 0) return events
    return now >= this.#lastSentAt + this.#limits.keepAliveMs ? this.#keepAlive(now) : NOTHING
  }

  get #maySpend(): boolean {
    return this.#sent < this.#limits.events - RESERVED_EVENTS
  }

  // oxlint-disable-next-line complexity -- one flat case for each event that Poe can be told
  #takeOther(event: Exclude<TurnEvent, { type: 'text-delta' }>, now: number): readonly PoeEvent[] {
    switch (event.type) {
      case 'replace':
        return this.#say(this.#text.replace(event.text), now)
      case 'file':
        return this.#sendFile(event, now)
      case 'tool-call-start':
        if (!event.external) return NOTHING
        return this.#sendBeside({ event: 'json', data: toToolCallChunk(event, this.#toolCalls++) }, now)
      case 'data':
        // Poe keeps the last one of an answer, so one is sent, at the end.
        if (event.name === 'metadata') this.#metadata = toMetadata(event.value)
        return NOTHING
      case 'suggestions':
        this.#suggestions = event.items
        return NOTHING
      case 'citation':
        this.#citations.push(event)
        return NOTHING
      case 'error':
        return this.#end(now, { error: this.#options.describeError(event) })
      case 'end':
        return this.#endWell(event.reason, now)
      default:
        return NOTHING
    }
  }

  /** `fitted`: the text fitted; otherwise the answer ends here. */
  #say(fitted: boolean, now: number): readonly PoeEvent[] {
    if (!fitted) return this.#end(now)
    return now >= this.#nextTextAt ? this.#sendText(now, false) : NOTHING
  }

  #sendText(now: number, last: boolean): readonly PoeEvent[] {
    if (!last && !this.#maySpend) return NOTHING
    const taken = this.#text.take(last)
    if (!taken) return NOTHING
    const shown = this.#status?.add(taken, now) ?? taken
    this.#nextTextAt = now + this.#gatherMs(now)
    return this.#send(
      [{ event: shown.replaces ? 'replace_response' : 'text', data: { text: shown.text } }],
      now,
    )
  }

  /** At first a moment; when many events are spent, so long that the others last until the deadline. */
  #gatherMs(now: number): number {
    if (this.#sent < this.#limits.events * FREE_SHARE) return GATHER_MS
    const left = this.#limits.events - RESERVED_EVENTS - this.#sent
    return Math.max(GATHER_MS, (this.#deadline - now) / Math.max(1, left))
  }

  #sendFile({ url, name, contentType, inlineRef }: FileEvent, now: number): readonly PoeEvent[] {
    if (!/^https?:\/\//.test(url) || this.#files >= MAX_FILES) return NOTHING
    this.#files++
    const data = { url, name: name.toWellFormed(), content_type: contentType, inline_ref: inlineRef || null }
    return this.#sendBeside({ event: 'file', data }, now)
  }

  /** An event that is no text, behind the text before it. */
  #sendBeside(event: PoeEvent, now: number): readonly PoeEvent[] {
    if (this.#sent + 1 >= this.#limits.events - RESERVED_EVENTS) return NOTHING
    const before = this.#sendText(now, false)
    return [...before, ...this.#send([event], now)]
  }

  #keepAlive(now: number): readonly PoeEvent[] {
    const shown = this.#maySpend && this.#status?.show(now, this.#text.room)
    if (!shown) {
      this.#lastSentAt = now
      return [{ event: 'comment' }]
    }
    // Once now, and once when the status is taken away again.
    this.#text.spend(2 * shown.length)
    return this.#send([{ event: 'replace_response', data: { text: shown } }], now)
  }

  #closeLate(now: number): readonly PoeEvent[] {
    if (this.#text.said) return this.#end(now)
    return this.#end(now, { error: this.#options.describeError({ code: 'turn_timeout', retryable: true }) })
  }

  #endWell(reason: EndReason, now: number): readonly PoeEvent[] {
    this.#text.add(toFooter(this.#citations))
    if (reason !== 'tool-calls' || this.#toolCalls === 0) return this.#end(now, { suggest: true })
    const last = this.#sendBeside({ event: 'json', data: toToolCallsEnd() }, now)
    return [...last, ...this.#end(now)]
  }

  #end(now: number, { error, suggest = false }: Ending = {}): readonly PoeEvent[] {
    this.#over = true
    const text = this.#lastText(now, error !== undefined)
    const data: readonly PoeEvent[] =
      this.#metadata === undefined ? [] : [{ event: 'data', data: { metadata: this.#metadata } }]
    const room = this.#limits.events - RESERVED_EVENTS - this.#sent
    const replies =
      suggest && this.#options.suggestedReplies ? this.#suggestions.slice(0, Math.max(0, room)) : []
    return [
      ...text,
      ...data,
      ...replies.map((reply): PoeEvent => ({
        event: 'suggested_reply',
        data: { text: reply.toWellFormed() },
      })),
      ...(error ? [{ event: 'error', data: error } as const] : []),
      { event: 'done', data: {} },
    ]
  }

  /** The rest of the text; an empty one when there would be none, since Poe takes an answer without text for a fault. */
  #lastText(now: number, failed: boolean): readonly PoeEvent[] {
    const rest = this.#sendText(now, true)
    if (rest.length > 0) return rest
    const clean = this.#status?.clear()
    if (clean !== undefined) return this.#send([{ event: 'replace_response', data: { text: clean } }], now)
    return failed || this.#spoken ? NOTHING : this.#send([{ event: 'text', data: { text: '' } }], now)
  }

  #send(events: readonly PoeEvent[], now: number): readonly PoeEvent[] {
    this.#sent += events.length
    this.#lastSentAt = now
    this.#spoken ||= events.some(({ event }) => event === 'text' || event === 'replace_response')
    return events
  }
}

interface Ending {
  readonly error?: PoeError
  readonly suggest?: boolean
}

function toMetadata(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
  return text.toWellFormed()
}

/** Poe has no event for sources: they stand below the answer. */
function toFooter(citations: readonly CitationEvent[]): string {
  if (citations.length === 0) return ''
  const lines = citations.map(({ index, source, heading, url }) => {
    const title = heading ? `${source}, ${heading}` : source
    return `[${index}] ${url ? `[${title}](${url})` : title}`
  })
  return `\n\n${lines.join('  \n')}`
}
