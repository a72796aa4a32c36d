import type { IncomingMessage } from 'node:http'
import type { Ending, ObservedStream, PoeLimits, PoeRequest } from './exchange.ts'
import { StrictEventStream, type StreamEvent } from './strict-event-stream.ts'

const MAX_BODY_BYTES = 1024 * 1024
const MAX_STREAM_BYTES = 8 * 1024 * 1024
/** Read past a limit by this factor: enough to know that it is passed. */
const PAST_LIMIT = 1.05

export interface ReadOptions {
  readonly request: PoeRequest
  readonly limits: PoeLimits
  readonly isStream: boolean
  /** Since the request was sent, in ms. */
  readonly elapsed: () => number
  /** Ends the connection. */
  readonly leave: (ending: Ending, why: string) => void
}

/** Collects the body of one answer while it arrives, and leaves when a limit is passed. */
export class AnswerReader {
  bytes = 0
  readonly #options: ReadOptions
  readonly #chunks: Buffer[] = []
  readonly #parser = new StrictEventStream()
  readonly #events: StreamEvent[] = []
  #firstEventMs: number | undefined
  #doneMs: number | undefined
  #lastByteMs: number
  #longestSilenceMs = 0
  #firstBodyByteMs: number | undefined
  #textLength = 0
  #closing: NodeJS.Timeout | undefined

  constructor(options: ReadOptions) {
    this.#options = options
    this.#lastByteMs = options.elapsed()
  }

  read(response: IncomingMessage): void {
    response.on('data', (chunk: Buffer) => this.#take(chunk))
    response.on('end', () => this.#options.isStream && this.#parser.end())
  }

  /** The first MiB of an answer that is no event stream. */
  get body(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  stream(): ObservedStream | undefined {
    clearTimeout(this.#closing)
    if (!this.#options.isStream) return undefined
    return {
      events: this.#events,
      violations: this.#parser.violations,
      comments: this.#parser.comments,
      firstEventMs: this.#firstEventMs,
      longestSilenceMs: this.#longestSilenceMs,
      spreadMs: this.#lastByteMs - (this.#firstBodyByteMs ?? this.#lastByteMs),
      openAfterDoneMs: this.#doneMs === undefined ? undefined : this.#options.elapsed() - this.#doneMs,
      textLength: this.#textLength,
    }
  }

  #take(chunk: Buffer): void {
    const now = this.#options.elapsed()
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, now - this.#lastByteMs)
    this.#lastByteMs = now
    this.#firstBodyByteMs ??= now
    this.bytes += chunk.length
    if (this.#options.isStream) this.#takeEvents(this.#parser.push(chunk), now)
    else this.#keep(chunk)
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk)
    if (this.bytes > MAX_BODY_BYTES)
      this.#options.leave('limit', `the answer is longer than ${MAX_BODY_BYTES} bytes`)
  }

  #takeEvents(events: readonly StreamEvent[], now: number): void {
    for (const event of events) {
      this.#events.push(event)
      this.#firstEventMs ??= now
      const text = event.json?.['text']
      if (event.name === 'text' && typeof text === 'string') this.#textLength += text.length
      if (event.name === 'done') this.#expectClose(now)
    }
    this.#leaveWhenEnough()
  }

  /** What follows `done` is a fault that has to be seen, so the connection stays open for a moment. */
  #expectClose(now: number): void {
    if (this.#doneMs !== undefined) return
    this.#doneMs = now
    const { limits, leave } = this.#options
    this.#closing = setTimeout(() => leave('left', 'done was there'), limits.closeAfterDoneMs)
  }

  #leaveWhenEnough(): void {
    const { request, limits, leave } = this.#options
    if (this.#events.length >= (request.leaveAfterEvents ?? Infinity)) leave('left', 'as asked')
    else if (this.#events.length > limits.events * PAST_LIMIT)
      leave('limit', `reading stopped after ${this.#events.length} events`)
    else if (this.#textLength > limits.textLength * PAST_LIMIT)
      leave('limit', `reading stopped after ${this.#textLength} characters`)
    else if (this.bytes > MAX_STREAM_BYTES) leave('limit', `reading stopped after ${this.bytes} bytes`)
  }
}
