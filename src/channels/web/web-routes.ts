import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Account, AnswerClaim } from '../../answer-claim.ts'
import type { Guests } from '../../guests.ts'
import type { CountSession } from '../../http/session-limit.ts'
import type { BotInfo, Host } from '../channel.ts'

/** Routes with zod schemas. */
export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export function withZod(server: FastifyInstance): Routes {
  return server.withTypeProvider<ZodTypeProvider>()
}

/** Where a conversation lies and whose it is. */
export interface ConversationPlace {
  readonly key: string
  readonly subject: string
  /** Null for people who have not signed in. */
  readonly account: Account | null
}

export type PlaceOf = (request: FastifyRequest, sessionId: string) => Promise<ConversationPlace>

/** Which answers a request may read and stop by their ids. */
export type ClaimOf = (request: FastifyRequest) => Promise<AnswerClaim>

/** What the routes of the web channel share. */
export interface WebParts {
  readonly host: Host
  readonly findBot: (id: string) => BotInfo | undefined
  readonly placeOf: PlaceOf
  readonly claimOf: ClaimOf
  /** A session id must be a UUID. */
  readonly strictIds: boolean
  /** Counts the messages of people who have not signed in. Absent: nobody has to sign in. */
  readonly guests?: Guests
  /** Absent: sessions may ask as often as their addresses may. */
  readonly countSession?: CountSession
}

/** The sessions of a signed-in person are theirs alone: no token, no conversation, whoever knows the session id. */
export function toPlace(sessionId: string, account: Account | null): ConversationPlace {
  if (account === null) return { key: sessionId, subject: `session:${sessionId}`, account }
  return { key: `${account}/${sessionId}`, subject: account, account }
}

/** The tag of these routes in the API description. */
export const tags = ['chat']
