import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An event as it came to Sentry, as far as tests look at it. */
export type ReportedEvent = Readonly<Record<string, unknown>> & {
  readonly exception: { readonly values: readonly { readonly value: string }[] }
}

export interface SentryReceiver extends AsyncDisposable {
  /** What `SENTRY_DSN` is set to. */
  readonly dsn: string
  /** Everything that came, as it came. */
  readonly envelopes: readonly string[]
  readonly events: () => readonly ReportedEvent[]
}

/**
 * Takes envelopes as Sentry does; with `silent` it never answers, as a service in trouble. Source:
 * develop.sentry.dev/sdk/data-model/envelopes.
 */
export async function startSentryReceiver({ silent = false } = {}): Promise<SentryReceiver> {
  const envelopes: string[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    envelopes.push(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString())
    if (!silent) response.end('{}')
  }
  const server = createServer((request, response) => void take(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    dsn: `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/1`,
    envelopes,
    events: () => envelopes.map(readEvent),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Headers of the envelope, headers of its item, the item. */
function readEvent(envelope: string): ReportedEvent {
  const [, , item = '{}'] = envelope.split('\n')
  return JSON.parse(item) as ReportedEvent
}
