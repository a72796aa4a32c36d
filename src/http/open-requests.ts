import type { FastifyInstance } from 'fastify'

/** Counts the requests that are being answered, so that a drain knows when everybody has been served. */
export class OpenRequests {
  #open = 0
  #waiting: (() => void)[] = []

  constructor(server: FastifyInstance) {
    server.addHook('onRequest', async (_request, reply) => {
      this.#open++
      // Unlike `onResponse` this also comes when the client leaves in the middle.
      reply.raw.once('close', () => this.#end())
    })
  }

  /** Resolves as soon as no request is open. */
  settled(): Promise<void> {
    if (this.#open === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #end(): void {
    this.#open--
    if (this.#open > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
