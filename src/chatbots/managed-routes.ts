import type { FastifyRequest } from 'fastify'
import type { Gate } from '../http/principal.ts'
import type { RestRoutes } from '../http/rest-routes.ts'
import type { OwnChatbots } from './chatbots.ts'

/** What the routes of chatbots share. */
export interface ManagedRoutes {
  readonly routes: RestRoutes
  /** Options of every route. */
  readonly guarded: { readonly onRequest: ReturnType<Gate['withRole']> }
  /** The chatbots of whoever asks. */
  readonly own: (request: FastifyRequest) => OwnChatbots
}

/** What the API description says of each. */
export const secured = { tags: ['chatbots'], security: [{ bearer: [] }] }
