import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { AnswerClaim } from '../../answer-claim.ts'
import { AppError } from '../../errors.ts'
import { isTerminal } from '../../events.ts'
import { EventStream, whenLeft } from '../../http/event-stream.ts'
import type { Answer } from '../../conversation.ts'
import type { VoiceOptions } from '../../speech.ts'
import type { BotInfo, Host } from '../channel.ts'
import type { SessionQueryBody } from './ask-bot.ts'
import { toNeedAuth } from './need-auth.ts'
import {
  isRefusalId,
  parseEventId,
  toRefusalFrames,
  toWebFrames,
  type FrameContext,
  type ReadPlace,
  type WebEvent,
} from './web-frames.ts'
import { DEFAULT_LANGUAGE } from './web-requests.ts'

export interface SentAnswer {
  readonly answer: Answer
  readonly query: SessionQueryBody
  /** Told at the end: whether the person has to sign in next, and how. */
  readonly auth: NonNullable<FrameContext['auth']>
}

/** Streams an answer to the reader who asked, spoken when they ask for that. */
export async function sendAnswer(
  reply: FastifyReply,
  { host, answer, query, auth }: SentAnswer & { readonly host: Host },
): Promise<void> {
  const { sessionId, language, enableTTS } = query
  const signal = whenLeft(reply)
  const stream = new EventStream(reply)
  const voiced = enableTTS
    ? host.speech?.voice(answer.events, voiceOptions(stream, { signal, language }))
    : undefined
  await pump(stream, voiced ?? answer.events, {
    turnId: answer.turnId,
    clientId: newClientId(),
    sessionId,
    language,
    auth,
    ...(enableTTS && !voiced && { warning: new AppError('speech_rejected').message }),
  })
}

/** Audio waits for a slow reader, so that it never stands before text for long. */
function voiceOptions(
  stream: EventStream,
  { signal, language, after }: Pick<VoiceOptions, 'signal' | 'language' | 'after'>,
): VoiceOptions {
  return {
    signal,
    // Of whoever names none nothing is known.
    ...(language !== DEFAULT_LANGUAGE && { language }),
    ...(after && { after }),
    caughtUp: () => stream.drained(),
  }
}

export interface Refusal {
  readonly error: AppError
  readonly query: SessionQueryBody
  /** The bot that will not answer before the person has signed in. */
  readonly bot?: BotInfo
}

/** Guide 002's clients expect status 200 and learn from the stream that nobody answers. */
export function refuse(reply: FastifyReply, { error, query, bot }: Refusal): void {
  const { code, message, retryable } = error
  const { error: _, ...needAuth } = bot ? toNeedAuth(bot, query.sessionId) : { error: code }
  const told = { code, message, retryable, ...needAuth }
  new EventStream(reply).end(toRefusalFrames(told, { ...query, clientId: newClientId() }))
}

/** Where a reader goes on, and which answers are theirs to read. */
interface Comeback extends ReadPlace {
  readonly claim: AnswerClaim
}

/** Streams what is kept of an answer to a reader who comes back, and what still comes. Throws `stream_not_found`. */
export async function sendStored(
  reply: FastifyReply,
  host: Host,
  { turnId, seq, frames, chunks, claim }: Comeback,
): Promise<void> {
  const answer = { turnId, ...claim }
  const signal = whenLeft(reply)
  const context = { turnId, clientId: newClientId(), skip: frames, seen: seq }
  if (chunks === undefined || !host.speech) {
    const events = await host.resume(answer, seq, signal)
    return await pump(new EventStream(reply), events, context)
  }
  // Where its sentences begin and end is found by reading the answer from its begin.
  const events = await host.resume(answer, 0, signal)
  const stream = new EventStream(reply)
  const after = { seq, chunks }
  await pump(stream, host.speech.voice(events, voiceOptions(stream, { signal, after })), context)
}

/**
 * The place of a reader who comes back; undefined of one who was refused. Throws `invalid_request` when the header is
 * not one of our ids.
 */
export function readPlace(header: string | undefined): ReadPlace | undefined {
  if (!header || isRefusalId(header)) return undefined
  const place = parseEventId(header)
  if (place) return place
  const problem = 'Last-Event-ID is not an id of this server; leave the header out to ask anew.'
  throw new AppError('invalid_request', { params: { problem } })
}

interface PumpContext extends FrameContext {
  /** The last event that the reader has whole. Default: 0, none. */
  readonly seen?: number
  /** Frames of the first event that the reader has already. */
  readonly skip?: number
}

/**
 * Sends until the turn ends or the reader leaves; the turn itself goes on either way. When reading fails on our side
 * the stream ends without a last event, and the reader resumes.
 */
async function pump(
  stream: EventStream,
  events: AsyncIterable<WebEvent>,
  context: PumpContext,
): Promise<void> {
  let skip = context.skip ?? 0
  try {
    for await (const entry of events) {
      const isText = entry.event.type !== 'audio' && entry.event.type !== 'warning'
      if (isText && isTerminal(entry.event))
        return stream.end(toWebFrames(behind(entry, context), context, skip))
      const frames = toWebFrames(entry, context, isText ? skip : 0)
      if (!stream.send(frames) && isText) await stream.caughtUp()
      if (!stream.open) return
      if (isText) skip = 0
    }
  } finally {
    stream.end()
  }
}

/** Whoever has seen more than a dying process could store, or the very end, is told the end behind that. */
function behind(end: WebEvent, { seen = 0 }: PumpContext): WebEvent {
  return end.seq > seen ? end : { ...end, seq: seen + 1 }
}

function newClientId(): string {
  return `chat-${Date.now()}-${randomUUID().replaceAll('-', '').slice(0, 9)}`
}
