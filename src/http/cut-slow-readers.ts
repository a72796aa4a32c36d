import type { FastifyInstance } from 'fastify'

/**
 * Cuts whoever takes nothing of a reply for `afterMs`, or twice as long after a part of it: such a connection would be
 * held for good, with the reply in our memory. How long a reply takes to be made does not count; streams of events,
 * which bypass `send`, have limits of their own.
 */
export function cutSlowReaders(server: FastifyInstance, afterMs: number): void {
  // Node takes it back with the next request of the connection, and counts each byte taken as a sign of life.
  server.addHook('onSend', async (_request, { raw }) => void raw.setTimeout(afterMs, () => raw.destroy()))
}
