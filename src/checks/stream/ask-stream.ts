import { randomUUID } from 'node:crypto'
import { readStream, type StreamEvent } from './read-stream.ts'

export interface StreamQuestion {
  /** Where the server is; a path before `/api` is kept. */
  readonly url: URL
  readonly chatbotId: string
  readonly query: string
  /** Asks for the answer to be spoken, too. */
  readonly voice: boolean
  /** For the whole answer, in ms. */
  readonly timeoutMs: number
  /** Hears every event as it comes, with the ms since the question was sent. */
  readonly onEvent?: (event: StreamEvent, atMs: number) => void
}

/** How one streamed answer went. Times are ms since the question was sent; null when it never came to that. */
export interface StreamedAnswer {
  readonly problem: StreamProblem | undefined
  readonly text: string
  readonly firstTokenMs: number | null
  readonly firstAudioMs: number | null
  readonly totalMs: number
  /** How often each event came. */
  readonly events: Readonly<Record<string, number>>
}

export interface StreamProblem {
  /** Of the `error` event or the reply, upper case; `TIMEOUT`, `CONNECTION`, `INCOMPLETE`, `EMPTY` are ours. */
  readonly code: string
  /** One sentence. */
  readonly wrong: string
}

/** Asks a bot by guide 002's streaming endpoint and reads the answer to its end. Never throws: what is wrong is told. */
export async function askStream(question: StreamQuestion): Promise<StreamedAnswer> {
  const reading = new Reading()
  let problem: StreamProblem | undefined
  try {
    problem = await readAnswer(question, reading)
  } catch (error) {
    problem = toProblem(error, question)
  }
  return reading.end(problem)
}

class Reading {
  readonly #begun = performance.now()
  readonly #events: Record<string, number> = {}
  #text = ''
  #firstTokenMs: number | null = null
  #firstAudioMs: number | null = null

  hear({ name, data }: StreamEvent): number {
    const atMs = performance.now() - this.#begun
    this.#events[name] = (this.#events[name] ?? 0) + 1
    if (name === 'text') this.#firstTokenMs ??= atMs
    if (name === 'audio') this.#firstAudioMs ??= atMs
    if (name === 'text') this.#text += textOf(data['content'])
    if (name === 'replace') this.#text = textOf(data['content'])
    return atMs
  }

  get text(): string {
    return this.#text
  }

  end(problem: StreamProblem | undefined): StreamedAnswer {
    return {
      problem,
      text: this.#text,
      firstTokenMs: this.#firstTokenMs,
      firstAudioMs: this.#firstAudioMs,
      totalMs: performance.now() - this.#begun,
      events: this.#events,
    }
  }
}

/** The fields that guide 002 documents; a session of its own, so that no answer depends on an earlier one. */
function toBody({ query, chatbotId, voice }: StreamQuestion): string {
  return JSON.stringify({ query, chatbotId, sessionId: randomUUID(), enableTTS: voice })
}

async function readAnswer(question: StreamQuestion, reading: Reading): Promise<StreamProblem | undefined> {
  const response = await fetch(endpointOf(question.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: toBody(question),
    signal: AbortSignal.timeout(question.timeoutMs),
  })
  if (!response.ok || !response.body) return refusalOf(response)
  const type = response.headers.get('content-type') ?? 'nothing'
  if (!type.startsWith('text/event-stream'))
    return { code: 'NO_STREAM', wrong: `The server answered ${type} where an event stream was expected.` }
  return await readEvents(response.body, { question, reading })
}

interface Listening {
  readonly question: StreamQuestion
  readonly reading: Reading
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  { question, reading }: Listening,
): Promise<StreamProblem | undefined> {
  let problem: StreamProblem | undefined
  let complete = false
  for await (const event of readStream(body)) {
    const atMs = reading.hear(event)
    question.onEvent?.(event, atMs)
    if (event.name === 'error') problem ??= errorOf(event)
    if (event.name === 'complete') complete = true
  }
  if (problem) return problem
  if (!complete) return { code: 'INCOMPLETE', wrong: 'The stream ended without `complete`.' }
  return reading.text.trim() === '' ? { code: 'EMPTY', wrong: 'The answer holds no text.' } : undefined
}

function endpointOf(url: URL): URL {
  const base = new URL(url)
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/`
  return new URL('api/chat/query/stream', base)
}

async function refusalOf(response: Response): Promise<StreamProblem> {
  const body: unknown = await response.json().catch(() => ({}))
  const { code, error, message } = body as Readonly<Record<string, unknown>>
  const name = textOf(code) || `HTTP_${response.status}`
  const said = textOf(message) || textOf(error)
  return { code: name.toUpperCase(), wrong: `The server answered ${response.status}${said && `: ${said}`}` }
}

function errorOf({ data }: StreamEvent): StreamProblem {
  const code = textOf(data['code']) || 'ERROR'
  return { code, wrong: textOf(data['message']) || textOf(data['error']) || 'The answer failed.' }
}

function toProblem(error: unknown, { url, timeoutMs }: StreamQuestion): StreamProblem {
  if (error instanceof Error && error.name === 'TimeoutError')
    return { code: 'TIMEOUT', wrong: `The answer was not complete after ${timeoutMs / 1_000} s.` }
  if (error instanceof SyntaxError) return { code: 'NO_JSON', wrong: 'The data of an event is not JSON.' }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  return {
    code: 'CONNECTION',
    wrong: `${url.origin} could not be reached, or the connection broke: ${reason}`,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
