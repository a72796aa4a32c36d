import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SiteServer {
  /** Its origin as browsers name it. */
  readonly origin: string
  /** The same pages under an origin of another name. */
  readonly otherOrigin: string
  close(): Promise<void>
}

/**
 * A site of somebody else: every address is a page whose head is what `headOf` says, under the content security policy
 * that `policyOf` says.
 */
export async function startSite(
  headOf: (url: URL) => string,
  policyOf: (url: URL) => string,
): Promise<SiteServer> {
  const server = createServer(({ url = '/' }, response) => {
    const address = new URL(url, 'http://site')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', policyOf(address))
    response.end(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>` +
        `<meta name="viewport" content="width=device-width, initial-scale=1">${headOf(address)}</head>` +
        `<body><main><h1>A shop</h1><p>Socks, mugs and flags.</p><a href="/second${address.search}">On</a></main></body></html>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
