import type { ErrorCode } from '../../errors.ts'
import type { AudioEvent, EndEvent, ErrorEvent, TurnEvent } from '../../events.ts'
import type { VoiceProgress, WarningEvent } from '../../speech.ts'
import { toFrame } from '../../http/event-stream.ts'
import { toSuggestions } from './to-suggestions.ts'

/** What a connection adds to the events of a turn. */
export interface FrameContext {
  readonly turnId: string
  /** Names the connection, in the form of guide 002: `chat-<ms>-<9 characters>`. */
  readonly clientId: string
  /** Absent, as the language, when a reader comes back: only the request that asked knows them. */
  readonly sessionId?: string
  /** BCP 47 tag of the request. */
  readonly language?: string
  /** Told at the end: whether the person has to sign in next, and how. */
  readonly auth?: { readonly requiresAuthNext: boolean; readonly auth_method: string | null }
  /** Told right after the start. */
  readonly warning?: string
}

/**
 * The frames of one event in the wire format of guide 002, with the superset of fields its documents and clients
 * read. Every frame has an id: `<turn>:<seq>`, and for the frames before the last of one event
 * `<turn>:<seq - 1>.<frame>`, so that a reader resumes after exactly what it has seen; it then asks to `skip` the
 * frames of the first event that it knows. In a voiced answer `~<chunks>` follows: the sentences told as audio.
 */
export function toWebFrames(entry: WebEvent, context: FrameContext, skip = 0): string {
  const { seq, event, voice } = entry
  const spoken = voice ? `~${voice.chunks}` : ''
  // The one event that comes per token: no intermediate objects.
  if (event.type === 'text-delta') {
    const text = JSON.stringify(event.text)
    return `id: ${context.turnId}:${seq}${spoken}\nevent: text\ndata: {"content":${text},"token":${text}}\n\n`
  }
  if (event.type === 'audio') return toAudioFrame(event, `${context.turnId}:${seq}${spoken}`)
  const frames = event.type === 'warning' ? [warning(event.message)] : framesOf(event, { ...context, voice })
  return frames
    .map(([name, data], index) => {
      const place = index === frames.length - 1 ? seq : `${seq - 1}.${index + 1}`
      return toFrame({ id: `${context.turnId}:${place}${spoken}`, event: name, data: JSON.stringify(data) })
    })
    .slice(skip)
    .join('')
}

/** An event of an answer, voiced or not. */
export interface WebEvent {
  readonly seq: number
  readonly event: TurnEvent | WarningEvent
  readonly voice?: VoiceProgress | undefined
}

/** Audio is large, and base64 needs no escapes. */
function toAudioFrame({ sequence, chunk, encoding, sampleRate }: AudioEvent, id: string): string {
  const facts = JSON.stringify({ sequence, format: 'base64', encoding, sampleRate }).slice(1)
  return toFrame({ id, event: 'audio', data: `{"chunk":"${chunk}",${facts}` })
}

/** Where a reader stands in a turn. */
export interface ReadPlace {
  readonly turnId: string
  /** The last event it has seen whole. */
  readonly seq: number
  /** Frames it has seen of the event after that. */
  readonly frames: number
  /** Sentences it has as audio, of an answer that is spoken; absent of one that is not. */
  readonly chunks?: number
}

/** `Last-Event-ID` of a reader that comes back; undefined when the text is not one of ours. */
export function parseEventId(text: string): ReadPlace | undefined {
  const match = /^([0-9a-f-]{36}):(\d{1,9})(?:\.(\d))?(?:~(\d{1,5}))?$/.exec(text.trim())
  if (!match) return undefined
  const [, turnId = '', seq, frames = 0, chunks] = match
  return {
    turnId,
    seq: Number(seq),
    frames: Number(frames),
    ...(chunks !== undefined && { chunks: Number(chunks) }),
  }
}

/**
 * The frames for a request that fails after the stream was promised: `connected`, `error`, `close`. Their ids,
 * `<clientId>:<number>`, name no answer: there is none to resume.
 */
export function toRefusalFrames(
  error: Omit<ErrorEvent, 'type'>,
  context: Omit<FrameContext, 'turnId'>,
): string {
  const frames: readonly Frame[] = [connected(context), ...errorFrames({ type: 'error', ...error })]
  return frames
    .map(([event, data], index) =>
      toFrame({ id: `${context.clientId}:${index + 1}`, event, data: JSON.stringify(data) }),
    )
    .join('')
}

/** Whether a reader comes back from a refusal, which asks anew. */
export function isRefusalId(text: string): boolean {
  return /^chat-\d{13}-[0-9a-f]{9}:\d$/.test(text.trim())
}

type Frame = readonly [name: string, data: Readonly<Record<string, unknown>>]

// oxlint-disable-next-line complexity -- one flat case for each event of the union
function framesOf(
  event: Exclude<TurnEvent, { type: 'text-delta' | 'audio' }>,
  context: FrameContext & Pick<WebEvent, 'voice'>,
): readonly Frame[] {
  switch (event.type) {
    case 'start':
      return [
        connected({ ...context, streamId: event.turnId }),
        status('Processing your request...'),
        ...(context.warning ? [warning(context.warning)] : []),
      ]
    case 'replace':
      return [['replace', { content: event.text }]]
    case 'tool-call-start':
      return [['tool', { callId: event.callId, tool: event.tool, status: 'started', timestamp: now() }]]
    case 'tool-call-end':
      return [['tool', { callId: event.callId, tool: event.tool, ...toolEnd(event), timestamp: now() }]]
    case 'citation':
      return [['citation', { ...event, type: undefined }]]
    case 'suggestions':
      return [suggestions(toSuggestions(event.items))]
    case 'file':
      return [['file', { ...event, type: undefined }]]
    case 'data':
      return [['metadata', { [event.name]: event.value, timestamp: now() }]]
    case 'usage':
      return [['usage', { ...event, type: undefined }]]
    case 'error':
      return errorFrames(event)
    case 'end':
      return [complete(event, context), close(context.clientId, 'Stream complete')]
  }
}

/** A tool's output may hold what only the model may see, so readers learn how it went and no more. */
function toolEnd({ ok, durationMs }: { readonly ok: boolean; readonly durationMs: number }): object {
  return { status: ok ? 'done' : 'failed', durationMs }
}

function connected({
  clientId,
  sessionId,
  streamId,
}: Pick<FrameContext, 'clientId' | 'sessionId'> & { streamId?: string }): Frame {
  return [
    'connected',
    { clientId, sessionId, streamId, timestamp: now(), message: 'SSE connection established' },
  ]
}

function status(message: string): Frame {
  return ['status', { status: 'processing', message, timestamp: now() }]
}

function warning(message: string): Frame {
  return ['warning', { message, warning: message, timestamp: now() }]
}

function suggestions(items: readonly string[]): Frame {
  return ['suggestions', { items, count: items.length, suggestions: items }]
}

function complete(
  event: EndEvent,
  { language, sessionId, voice, auth }: FrameContext & Pick<WebEvent, 'voice'>,
): Frame {
  return [
    'complete',
    {
      success: true,
      reason: event.reason,
      duration: event.durationMs,
      wordCount: event.wordCount,
      sentenceCount: event.sentenceCount,
      audioChunks: voice?.chunks ?? 0,
      firstTokenLatency: event.firstTokenMs,
      firstAudioLatency: voice?.firstAudioMs ?? null,
      language,
      sessionId,
      ...auth,
      timestamp: now(),
    },
  ]
}

function errorFrames({ message, code, retryable, ...more }: ErrorEvent): readonly Frame[] {
  const told = { message, error: message, code: documentedCode(code), canRetry: retryable }
  const data = { ...told, ...more, type: undefined, timestamp: now() }
  return [['error', data], close('error', message)]
}

function close(reason: string, message: string): Frame {
  return ['close', { reason, message, timestamp: now() }]
}

/** Codes that guide 002 documents for its clients; ours are upper-cased otherwise. */
const DOCUMENTED_CODES: Partial<Record<ErrorCode, string>> = {
  turn_timeout: 'OPENAI_TIMEOUT',
  model_rate_limited: 'RATE_LIMIT',
  overloaded: 'RATE_LIMIT',
  validation_failed: 'INVALID_INPUT',
  invalid_request: 'INVALID_INPUT',
  database_unavailable: 'DB_CONNECTION_ERROR',
}

function documentedCode(code: ErrorCode): string {
  return DOCUMENTED_CODES[code] ?? code.toUpperCase()
}

function now(): string {
  return new Date().toISOString()
}
