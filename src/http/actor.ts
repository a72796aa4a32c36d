import type { FastifyRequest } from 'fastify'
import { bearerOf } from './bearer.ts'
import { NOBODY, type Gate } from './principal.ts'

/** Who changes something, for the record: `user 7`, `operator token` or, without a token, `this computer`. */
export function actorOf(request: FastifyRequest, gate: Gate | undefined): string {
  if (!gate || bearerOf(request) === undefined) return 'this computer'
  const { userId, role } = gate.principalOf(request)
  return userId === NOBODY ? `${role} token` : `user ${userId}`
}
