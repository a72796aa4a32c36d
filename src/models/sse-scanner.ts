import { AppError } from '../errors.ts'

/** The longest event a provider may send, in characters; a longer one is a fault, not an answer. */
const MAX_EVENT_LENGTH = 1024 * 1024

export interface SseScannerOptions {
  readonly maxEventLength?: number
  /** Puts the name of an event and a line feed before its data, for protocols whose data does not tell. */
  readonly named?: boolean
}

/**
 * Takes the bytes of one event stream as they arrive and gives the data of each complete event, by the WHATWG
 * grammar (HTML standard, section 9.2.6): LF, CR or CRLF line ends, comments, data of several lines. Other fields
 * are dropped, as most providers repeat the event's name inside the data. An event that the stream cuts is dropped too.
 */
export class SseScanner {
  /** Drops the byte order mark; ten times as fast as `StringDecoder` where text is not ASCII. */
  readonly #decoder = new TextDecoder()
  readonly #maxEventLength: number
  readonly #named: boolean
  /** The line that has not ended yet. */
  #line = ''
  /** Data lines of the event that has not ended yet. */
  #data: string | undefined
  #name = ''
  #afterCarriageReturn = false

  constructor({ maxEventLength = MAX_EVENT_LENGTH, named = false }: SseScannerOptions = {}) {
    this.#maxEventLength = maxEventLength
    this.#named = named
  }

  /** The data of the events that end in `bytes`. Throws `model_stream_broken` when an event is too long. */
  push(bytes: Buffer): readonly string[] {
    const text = this.#normalise(this.#decoder.decode(bytes, { stream: true }))
    const events: string[] = []
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const piece = text.slice(start, end)
      this.#takeLine(this.#line === '' ? piece : this.#line + piece, events)
      this.#line = ''
      start = end + 1
    }
    if (start < text.length) this.#line += text.slice(start)
    this.#requireBounded()
    return events
  }

  #takeLine(line: string, events: string[]): void {
    if (line === '') {
      if (this.#data !== undefined) events.push(this.#named ? `${this.#name}\n${this.#data}` : this.#data)
      this.#data = undefined
      this.#name = ''
      return
    }
    if (this.#named && line.startsWith('event:')) this.#name = line.slice(6).trim()
    if (!line.startsWith('data')) return
    const value = valueOfData(line)
    if (value !== undefined) this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
  }

  /** Makes every line end a line feed. */
  #normalise(decoded: string): string {
    let text = decoded
    if (this.#afterCarriageReturn && text !== '') {
      this.#afterCarriageReturn = false
      if (text.startsWith('\n')) text = text.slice(1)
    }
    if (!text.includes('\r')) return text
    this.#afterCarriageReturn = text.endsWith('\r')
    return text.replaceAll(/\r\n?/g, '\n')
  }

  #requireBounded(): void {
    const length = this.#line.length + (this.#data?.length ?? 0)
    if (length <= this.#maxEventLength) return
    const cause = new Error(
      `an event of the provider's stream is longer than ${this.#maxEventLength} characters`,
    )
    throw new AppError('model_stream_broken', { cause })
  }
}

/** The value of a `data` line; undefined for a field whose name only begins with `data`. */
function valueOfData(line: string): string | undefined {
  if (line.length === 4) return ''
  if (line[4] !== ':') return undefined
  return line[5] === ' ' ? line.slice(6) : line.slice(5)
}
