import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on the loopback address that says whether the bot under test has followed a URL into its own computer. */
export interface LoopbackListener extends AsyncDisposable {
  readonly url: string
  /** Requests that have come. */
  hits(): number
}

/** Listens until it is disposed. Answers begin, and never end. */
export async function openLoopbackListener(): Promise<LoopbackListener> {
  let hits = 0
  const server = createServer((_request, response) => {
    hits++
    response.writeHead(200, { 'Content-Type': 'text/plain' }).write('x')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/botyard-verify.txt`,
    hits: () => hits,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
