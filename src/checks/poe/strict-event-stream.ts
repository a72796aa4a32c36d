import { eventProblem, lineExcerpt } from './excerpt.ts'

/** One event as it came over the wire. */
export interface StreamEvent {
  /** 1 for the first. */
  readonly number: number
  /** The `event` field; empty when there was none. */
  readonly name: string
  /** The `data` lines, joined by line feeds. */
  readonly data: string
  /** The data when it is a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

/** `encoding`: not UTF-8, or a byte order mark. `framing`: not the grammar of event streams. `json`: data that is no JSON object. */
export type ViolationKind = 'encoding' | 'framing' | 'json'

export interface Violation {
  readonly kind: ViolationKind
  /** Which event, where in the stream, what is wrong and the bytes. */
  readonly message: string
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const MAX_LINE_BYTES = 1024 * 1024
/** A stream that is wrong throughout needs no longer list. */
const MAX_VIOLATIONS = 20

/**
 * Reads an event stream by the letter of its grammar (WHATWG HTML, section 9.2.6) and keeps every deviation with event
 * number and byte offset, where a browser would forgive it silently.
 */
export class StrictEventStream {
  readonly violations: Violation[] = []
  /** Comment lines, which keep a connection alive. */
  comments = 0
  readonly #strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  readonly #pieces: Buffer[] = []
  #pieceBytes = 0
  #offset = 0
  #events = 0
  #afterCarriageReturn = false
  #name: string | undefined
  #data: string | undefined

  /** The events that end in `bytes`. */
  push(bytes: Buffer): readonly StreamEvent[] {
    const events: StreamEvent[] = []
    let start = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      const secondOfPair =
        byte === LINE_FEED && at === start && this.#pieceBytes === 0 && this.#afterCarriageReturn
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) continue
      this.#afterCarriageReturn = byte === CARRIAGE_RETURN
      if (secondOfPair) this.#offset++
      else this.#endLine(bytes.subarray(start, at), events)
      start = at + 1
    }
    this.#keep(bytes.subarray(start))
    return events
  }

  /** Call at the end of the body: an event without its blank line is never delivered. */
  end(): void {
    const open = this.#pieceBytes > 0 || this.#name !== undefined || this.#data !== undefined
    if (!open) return
    const rest = this.#pieceBytes > 0 ? Buffer.concat(this.#pieces).toString('utf8') : (this.#data ?? '')
    const name = this.#name === undefined ? 'the last event' : `the last event "${this.#name}"`
    this.#report('framing', `${name} is not closed by a blank line, so it is lost`, rest)
  }

  #keep(rest: Buffer): void {
    if (rest.length > 0) this.#afterCarriageReturn = false
    if (rest.length === 0 || this.#pieceBytes > MAX_LINE_BYTES) return
    this.#pieces.push(rest)
    this.#pieceBytes += rest.length
    if (this.#pieceBytes > MAX_LINE_BYTES)
      this.#report('framing', `a line is longer than ${MAX_LINE_BYTES} bytes`, rest.toString('utf8', 0, 80))
  }

  #endLine(tail: Buffer, events: StreamEvent[]): void {
    const bytes = this.#pieces.length === 0 ? tail : Buffer.concat([...this.#pieces, tail])
    this.#pieces.length = 0
    this.#pieceBytes = 0
    const line = this.#decode(bytes)
    if (line === '') this.#dispatch(events)
    else this.#takeField(line)
    this.#offset += bytes.length + 1
  }

  #decode(bytes: Buffer): string {
    try {
      const line = this.#strict.decode(bytes)
      if (this.#offset > 0 || !line.startsWith('\uFEFF')) return line
      this.#report('encoding', 'the stream begins with a byte order mark', line)
      // The first field gets another name by it, so the event is another one.
      return line
    } catch {
      this.#report('encoding', 'the bytes are not UTF-8', bytes.toString('latin1'))
      return bytes.toString('utf8')
    }
  }

  #takeField(line: string): void {
    if (line.startsWith(':')) {
      this.comments++
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const rest = colon < 0 ? '' : line.slice(colon + 1)
    const value = rest.startsWith(' ') ? rest.slice(1) : rest
    if (field === 'event') this.#takeName(value, line)
    else if (field === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    else if (field !== 'id' && field !== 'retry')
      this.#report('framing', 'a line is none of event, data, id, retry and no comment', line)
  }

  #takeName(value: string, line: string): void {
    if (this.#name !== undefined)
      this.#report(
        'framing',
        `a second event line follows "${this.#name}" without a blank line between`,
        line,
      )
    this.#name = value
  }

  #dispatch(events: StreamEvent[]): void {
    const name = this.#name
    const data = this.#data
    this.#name = undefined
    this.#data = undefined
    if (data === undefined) {
      if (name !== undefined) this.#report('framing', `event "${name}" has no data line, so it is lost`, '')
      return
    }
    const problem = eventProblem(data)
    if ('wrong' in problem) this.#report('json', `data of "${name ?? ''}" ${problem.wrong}`, data)
    this.#events++
    events.push({
      number: this.#events,
      name: name ?? '',
      data,
      json: 'json' in problem ? problem.json : undefined,
    })
  }

  #report(kind: ViolationKind, what: string, found: string): void {
    if (this.violations.length >= MAX_VIOLATIONS) return
    const quoted = found === '' ? '' : `: ${lineExcerpt(found)}`
    this.violations.push({
      kind,
      message: `event ${this.#events + 1}, byte ${this.#offset}: ${what}${quoted}`,
    })
  }
}
