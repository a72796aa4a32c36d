import type { FastifyRequest } from 'fastify'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { GuestStanding } from '../../guests.ts'
import { clientAddress } from '../../http/client-address.ts'
import { isLocal } from '../../http/local-clients.ts'
import type { BotInfo } from '../channel.ts'
import type { SessionQueryBody } from './ask-bot.ts'
import { GuardedSessionId } from './web-requests.ts'
import type { ConversationPlace, WebParts } from './web-routes.ts'

/** A question that has come to its bot. */
export interface Admission {
  readonly place: ConversationPlace
  /** Undefined for people who are signed in, and for bots that speak to everybody. */
  readonly guest: GuestStanding | undefined
}

interface Arrival {
  readonly query: SessionQueryBody
  readonly bot: BotInfo
  /** What a session that asks too often is told. */
  readonly refusal: ErrorCode
}

/** Logged of what people say, in characters; guide 002 promises that it is never all. */
const LOGGED_CHARACTERS = 100

/** Finds out who asks, and counts the question. Throws `refusal`, and `validation_failed` when the session can be guessed. */
export async function admitQuestion(
  { placeOf, guests, countSession, strictIds }: WebParts,
  request: FastifyRequest,
  { query, bot, refusal }: Arrival,
): Promise<Admission> {
  const { sessionId, messageId } = query
  if (strictIds) requireGuarded(sessionId)
  const place = await placeOf(request, sessionId)
  await countSession?.(request, place.key, refusal)
  request.log.debug({ bot: bot.name, query: query.query.slice(0, LOGGED_CHARACTERS) }, 'query')
  const freeMessages = bot.site?.freeMessages
  if (!guests || freeMessages === undefined || place.account !== null) return { place, guest: undefined }
  // Everybody on a computer, or behind a proxy on it that says nothing of them, has the same local address.
  const address = isLocal(request) ? undefined : clientAddress(request)
  const guest = await guests.admit({ bot: bot.name, freeMessages, sessionId, address, messageId })
  return { place, guest }
}

/** After the bot was found, so that guide 002's example with its printed ids hears first that there is no such bot. */
function requireGuarded(sessionId: string): void {
  if (GuardedSessionId.safeParse(sessionId).success) return
  const problem = {
    field: 'sessionId',
    message: 'has to be a UUID of version 4 or 5',
    type: 'invalid_format',
  }
  throw new AppError('validation_failed', { fields: [problem] })
}
