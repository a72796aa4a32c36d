import { AnswerCollector } from './answer-collector.ts'
import type { ModelPart } from './model.ts'
import type { ResponseReader } from './response-reader.ts'
import { SseScanner } from './sse-scanner.ts'
import { toStreamError } from './stream-error.ts'
import { TextTemplate } from './text-template.ts'

type ReadEvent = (data: string, answer: AnswerCollector) => boolean

export interface ReadOptions {
  /** How far apart pieces of text are, in milliseconds; what arrives in between is one piece. */
  readonly gatherMs: number
  readonly signal: AbortSignal
}

export interface EventProtocol {
  /** Adds one event to the answer; true when the provider has said that nothing follows. */
  readonly readEvent: ReadEvent
  /** The data comes with the event's name and a line feed before it. Default false. */
  readonly namedEvents?: boolean
}

/**
 * Turns the event stream of a provider into parts, and closes it when the reader leaves. The first text is told as it
 * comes; later, what arrives within `gatherMs` is one part, since each piece costs every station to the reader the same,
 * however short it is. A failure after the finish reason changes nothing, since the answer was whole; before it, the answer
 * is broken however politely the stream ended. One generator from the socket to the engine: each further one would
 * cost several promises for every token.
 */
export async function* readAnswer(
  open: () => Promise<ResponseReader>,
  { readEvent, namedEvents = false }: EventProtocol,
  { gatherMs, signal }: ReadOptions,
): AsyncGenerator<ModelPart, void> {
  const response = await open()
  const answer = new AnswerCollector()
  const events = new AnswerEvents(readEvent, { answer, named: namedEvents })
  let spoken = false
  try {
    while (!events.over) {
      try {
        events.take(await response.read(spoken ? gatherMs : 0))
      } catch (thrown) {
        signal.throwIfAborted()
        events.fail(thrown)
      }
      for (const part of answer.take()) {
        spoken = true
        yield part
      }
    }
    const ending = answer.end()
    if (!ending) throw toStreamError(events.failure, spoken)
    response.drain()
    for (const part of ending) yield part
  } finally {
    response.close()
  }
}

/** Feeds bytes to the provider's reader until the stream is over, one way or the other. */
class AnswerEvents {
  readonly #scanner: SseScanner
  readonly #readEvent: ReadEvent
  readonly #answer: AnswerCollector
  readonly #template = new TextTemplate()
  #failure: unknown
  #over = false

  constructor(readEvent: ReadEvent, { answer, named }: { answer: AnswerCollector; named: boolean }) {
    this.#scanner = new SseScanner({ named })
    this.#readEvent = readEvent
    this.#answer = answer
  }

  get over(): boolean {
    return this.#over
  }

  get failure(): unknown {
    return this.#failure
  }

  /** Undefined bytes are the end of the stream. */
  take(bytes: Buffer | undefined): void {
    this.#over = bytes === undefined
    if (bytes) for (const data of this.#scanner.push(bytes)) this.#read(data)
  }

  #read(data: string): void {
    const found = this.#template.find(data)
    if (found !== undefined) return this.#answer.addText(found)
    const text = this.#answer.soleTextOf(() => {
      this.#over = this.#readEvent(data, this.#answer) || this.#over
    })
    if (text !== undefined) this.#template.learn(data, text)
  }

  fail(failure: unknown): void {
    this.#failure = failure
    this.#over = true
  }
}
