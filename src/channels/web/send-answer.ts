import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { AppError } from '../../errors.ts'
import { isTerminal, type LoggedEvent } from '../../events.ts'
import { EventStream, whenLeft } from '../../http/event-stream.ts'
import type { Answer } from '../../conversation.ts'
import type { Host } from '../channel.ts'
import type { SessionQueryBody } from './ask-bot.ts'
import {
  parseEventId,
  toRefusalFrames,
  toWebFrames,
  type FrameContext,
  type ReadPlace,
} from './web-frames.ts'

export interface SentAnswer {
  readonly answer: Answer
  readonly query: SessionQueryBody
}

/** Streams an answer to the reader who asked. */
export async function sendAnswer(reply: FastifyReply, { answer, query }: SentAnswer): Promise<void> {
  const { sessionId, language, enableTTS } = query
  await pump(new EventStream(reply), answer.events, {
    turnId: answer.turnId,
    clientId: newClientId(),
    sessionId,
    language,
    ...(enableTTS && { warning: 'Audio generation unavailable' }),
  })
}

/** Guide 002's clients expect status 200 and learn of an unknown bot from the stream. */
export function refuse(
  reply: FastifyReply,
  { error, query }: { readonly error: AppError; readonly query: SessionQueryBody },
): void {
  const stream = new EventStream(reply)
  const { code, message, retryable } = error
  stream.end(toRefusalFrames({ code, message, retryable }, { ...query, clientId: newClientId() }))
}

/** Streams what is kept of an answer to a reader who comes back, and what still comes. */
export async function sendStored(reply: FastifyReply, host: Host, place: ReadPlace): Promise<void> {
  const events = await host.resume(place.turnId, place.seq, whenLeft(reply))
  const context = { turnId: place.turnId, clientId: newClientId() }
  await pump(new EventStream(reply), events, { ...context, skip: place.frames })
}

/** The place of a reader who comes back. Throws `invalid_request` when the header is not one of our ids. */
export function readPlace(header: string | undefined): ReadPlace | undefined {
  if (!header) return undefined
  const place = parseEventId(header)
  if (place) return place
  const problem = 'Last-Event-ID is not an id of this server; leave the header out to ask anew.'
  throw new AppError('invalid_request', { params: { problem } })
}

interface PumpContext extends FrameContext {
  /** Frames of the first event that the reader has already. */
  readonly skip?: number
}

/**
 * Sends until the turn ends or the reader leaves; the turn itself goes on either way. When reading fails on our side
 * the stream ends without a last event, and the reader resumes.
 */
async function pump(
  stream: EventStream,
  events: AsyncIterable<LoggedEvent>,
  context: PumpContext,
): Promise<void> {
  let skip = context.skip ?? 0
  try {
    for await (const entry of events) {
      const frames = toWebFrames(entry, context, skip)
      if (isTerminal(entry.event)) return stream.end(frames)
      if (!stream.send(frames)) await stream.caughtUp()
      if (!stream.open) return
      skip = 0
    }
  } finally {
    stream.end()
  }
}

function newClientId(): string {
  return `chat-${Date.now()}-${randomUUID().replaceAll('-', '').slice(0, 9)}`
}
