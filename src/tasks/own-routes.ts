import type { FastifyRequest } from 'fastify'
import type { Gate, GateHook } from '../http/principal.ts'
import type { RestRoutes } from '../http/rest-routes.ts'
import type { PATHS } from './task-requests.ts'
import type { TaskList } from './tasks.ts'

/** What the handlers of one set of routes need. */
export interface OwnRoutes {
  readonly routes: RestRoutes
  /** Before each path: the routes of guide 001's code name no user, those beside its chat do. */
  readonly base: keyof typeof PATHS
  readonly gate: Gate
  /** The tasks of whoever sent the request, and their id. */
  readonly own: (request: FastifyRequest) => { readonly tasks: TaskList; readonly userId: number }
}

/** Who may call the routes: with a user in the path, only that user. */
export function gateOf({ base, gate }: Pick<OwnRoutes, 'base' | 'gate'>): GateHook {
  return base === '/api' ? gate.signedIn : gate.ownerOr('foreign_tasks')
}
