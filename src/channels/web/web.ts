import type { Guests } from '../../guests.ts'
import { accountOf, type Gate } from '../../http/principal.ts'
import type { CountSession } from '../../http/session-limit.ts'
import type { BotInfo, Channel } from '../channel.ts'
import { addQuery } from './query.ts'
import { addSessionRoutes } from './session-routes.ts'
import { addStreamQuery } from './stream-query.ts'
import { addStreamRoutes } from './stream-routes.ts'
import { toPlace, withZod, type WebParts } from './web-routes.ts'

export interface WebChannelOptions {
  /**
   * Production: a session id must be a UUID and the bot must exist. Otherwise any id will do and an unknown bot is
   * the default one, so that printed examples work as printed.
   */
  readonly strictIds: boolean
  /** Knows signed-in people by their tokens. Absent: everybody is anonymous. */
  readonly gate?: Gate
  /** Counts the messages of people who have not signed in. Absent: nobody has to sign in. */
  readonly guests?: Guests
  /** Limits how often a session asks. Absent: as often as its addresses may. */
  readonly countSession?: CountSession
}

/** The web channel: guide 002's chat endpoints, over server-sent events that can be resumed, and without. */
export function createWebChannel({ strictIds, gate, ...limits }: WebChannelOptions): Channel {
  return {
    name: 'web',
    register(server, host) {
      const routes = withZod(server)
      const parts: WebParts = {
        host,
        findBot: (id): BotInfo | undefined =>
          host.bots.find(id) ?? (strictIds ? undefined : host.bots.list()[0]),
        placeOf: async (request, sessionId) => toPlace(sessionId, await accountOf(request, gate)),
        claimOf: async (request) => ({ channel: 'web', account: await accountOf(request, gate) }),
        strictIds,
        ...limits,
      }
      addStreamQuery(routes, parts)
      addQuery(routes, parts)
      addStreamRoutes(routes, parts)
      addSessionRoutes(routes, parts)
    },
  }
}
