import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { subjectOf, type Principal } from '../../http/principal.ts'
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
  /** A person with an account. */
  readonly signedIn: boolean
}

export type PlaceOf = (request: FastifyRequest, sessionId: string) => Promise<ConversationPlace>

/** What the routes of the web channel share. */
export interface WebParts {
  readonly host: Host
  readonly findBot: (id: string) => BotInfo | undefined
  readonly placeOf: PlaceOf
  /** A session id must be a UUID. */
  readonly strictIds: boolean
  /** Counts the messages of people who have not signed in. Absent: nobody has to sign in. */
  readonly guests?: Guests
  /** Absent: sessions may ask as often as their addresses may. */
  readonly countSession?: CountSession
}

/** The sessions of a signed-in person are theirs alone: no token, no conversation, whoever knows the session id. */
export function toPlace(sessionId: string, person: Principal | undefined): ConversationPlace {
  if (!person) return { key: sessionId, subject: `session:${sessionId}`, signedIn: false }
  const subject = subjectOf(person)
  return { key: `${subject}/${sessionId}`, subject, signedIn: true }
}

/** The tag of these routes in the API description. */
export const tags = ['chat']
