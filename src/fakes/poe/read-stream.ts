/** One event as it stood in the stream. */
export interface SentEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What is wrong with a response. */
export interface Violation {
  /** What the reference client does: tells the bot in `report_error` and goes on, gives up, or bears it. */
  readonly reaction: 'report' | 'give-up' | 'bear'
  readonly message: string
}

export interface PoeAnswer {
  readonly status: number
  /** The text as a person sees it in the end. */
  readonly text: string
  readonly events: readonly SentEvent[]
  readonly violations: readonly Violation[]
  /** Data of the `error` event. */
  readonly error: SentEvent['data'] | undefined
  /** What the last `data` event stored. */
  readonly metadata: string | undefined
  /** From the request to the first event and to the end, in milliseconds; null when there was none. */
  readonly firstEventMs: number | null
  readonly totalMs: number
  /** Comments that kept the connection alive. */
  readonly comments: number
}

/** What Poe bears of one response (its specification of 2025-12). */
const LIMITS = { events: 10_000, characters: 512_000, firstEventMs: 5_000, totalMs: 3_600_000 } as const

const KNOWN = new Set([
  'meta',
  'text',
  'replace_response',
  'suggested_reply',
  'file',
  'data',
  'json',
  'error',
  'done',
  'ping',
])
/** Fields that have to be strings. */
const STRINGS: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  replace_response: ['text'],
  suggested_reply: ['text'],
  file: ['url', 'name', 'content_type'],
  data: ['metadata'],
}
const META: Readonly<Record<string, (value: unknown) => boolean>> = {
  content_type: (value) => value === 'text/markdown' || value === 'text/plain',
  linkify: (value) => typeof value === 'boolean',
  suggested_replies: (value) => typeof value === 'boolean',
  refetch_settings: (value) => typeof value === 'boolean',
}

/**
 * Reads a response as the reference client (fastapi_poe 0.0.81 with httpx-sse) does, and as strictly: event by event as
 * they arrive, each with a blank line after it, each a JSON object.
 */
export class StreamReader {
  readonly #violations: Violation[] = []
  readonly #events: SentEvent[] = []
  readonly #asked: number
  #rest = ''
  #comments = 0
  #text = ''
  #characters = 0
  #metadata: string | undefined
  #error: SentEvent['data'] | undefined
  #firstEventMs: number | null = null
  #over = false
  #status = 0

  constructor(asked: number) {
    this.#asked = asked
  }

  /** True when the client reads no further. */
  get over(): boolean {
    return this.#over
  }

  begin(status: number, contentType: string): void {
    this.#status = status
    if (status !== 200) this.#violate('bear', `status ${status}`)
    if (!/^text\/event-stream\b/.test(contentType))
      this.#giveUp(`content type ${JSON.stringify(contentType)}`)
  }

  take(text: string): void {
    this.#rest += text
    if (this.#events.length === 0 && this.#rest.startsWith('\uFEFF'))
      this.#violate('bear', 'a byte order mark')
    const normal = this.#rest.replaceAll(/\r\n|\r(?!$)/g, '\n')
    const blocks = normal.split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const block of blocks) if (!this.#over) this.#takeBlock(block)
  }

  /** `cut`: the connection broke. */
  end(cut: boolean): PoeAnswer {
    if (cut) this.#violate('bear', 'the connection was cut')
    else if (this.#rest.trim() !== '' && !this.#rest.startsWith(':'))
      this.#violate('report', 'the last event has no blank line after it')
    const names = new Set(this.#events.map(({ event }) => event))
    if (this.#status === 200 && !this.#over)
      this.#violate('report', "Bot exited without sending 'done' event")
    if (names.has('done') && !this.#error && !names.has('text') && !names.has('replace_response'))
      this.#violate('report', 'Bot returned no text in response')
    this.#checkLimits()
    return {
      status: this.#status,
      text: this.#text,
      events: this.#events,
      violations: this.#violations,
      error: this.#error,
      metadata: this.#metadata,
      firstEventMs: this.#firstEventMs,
      totalMs: performance.now() - this.#asked,
      comments: this.#comments,
    }
  }

  #takeBlock(block: string): void {
    let name = 'message'
    const data: string[] = []
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.#comments++
      else if (line.startsWith('event:')) name = line.slice(line[6] === ' ' ? 7 : 6)
      else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    }
    if (data.length === 0 && name === 'message') return
    this.#firstEventMs ??= performance.now() - this.#asked
    this.#takeEvent(name, data.join('\n'))
  }

  #takeEvent(name: string, text: string): void {
    // Versions of httpx-sse before 0.4.2 end lines here.
    if (/[\u0085\u2028\u2029]/.test(text)) this.#violate('bear', `a raw line separator in a '${name}' event`)
    const data = parseObject(text)
    if (data === undefined) return this.#giveUp(`Invalid JSON in '${name}' event`)
    this.#events.push({ event: name, data })
    if (!KNOWN.has(name)) return this.#violate('report', `Unknown event type: ${name}`)
    const wrong = STRINGS[name]?.find((field) => typeof data[field] !== 'string')
    if (wrong) return this.#giveUp(`'${wrong}' of a '${name}' event is no string`)
    for (const value of Object.values(data))
      if (typeof value === 'string' && !value.isWellFormed())
        this.#violate('bear', `half a character in a '${name}' event`)
    this.#apply(name, data)
  }

  // oxlint-disable-next-line complexity -- one flat case for each event of the protocol
  #apply(name: string, data: SentEvent['data']): void {
    if (this.#error && name !== 'done') this.#violate('bear', `a '${name}' event after the error`)
    switch (name) {
      case 'meta':
        return this.#checkMeta(data)
      case 'text':
        this.#text += String(data['text'])
        this.#characters += String(data['text']).length
        return
      case 'replace_response':
        this.#text = String(data['text'])
        return
      case 'file':
        if (data['inline_ref'] === '')
          this.#violate('bear', "'inline_ref' is empty: the file is shown as a broken link")
        return
      case 'data':
        if (this.#metadata !== undefined) this.#violate('bear', 'a second data event')
        this.#metadata = String(data['metadata'])
        return
      case 'error':
        this.#error = data
        if (typeof data['allow_retry'] !== 'boolean' && data['allow_retry'] !== undefined)
          this.#violate('give-up', "'allow_retry' is no boolean")
        return
      case 'done':
        this.#over = true
        return
      default:
    }
  }

  #checkMeta(data: SentEvent['data']): void {
    if (this.#events.length > 1) return this.#violate('bear', 'a meta event that is not the first is ignored')
    for (const [key, value] of Object.entries(data))
      if (META[key] && !META[key](value))
        this.#violate('report', `'${key}' of the meta event is ${JSON.stringify(value)}`)
  }

  #checkLimits(): void {
    const late = (this.#firstEventMs ?? 0) > LIMITS.firstEventMs
    if (late) this.#violate('bear', 'the first event came after 5 s')
    if (this.#events.length > LIMITS.events) this.#violate('bear', `${this.#events.length} events`)
    if (this.#characters > LIMITS.characters) this.#violate('bear', `${this.#characters} characters`)
  }

  #giveUp(message: string): void {
    this.#over = true
    this.#violate('give-up', message)
  }

  #violate(reaction: Violation['reaction'], message: string): void {
    this.#violations.push({ reaction, message })
  }
}

function parseObject(text: string): SentEvent['data'] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
