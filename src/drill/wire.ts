import { Agent, request as send } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { startLocalServer } from '../fakes/local-server.ts'
import type { OnPass, Passing } from './passing.ts'

/** The services a replica calls. */
export type Service = Exclude<Passing['service'], 'webhook'>

/** What stands between the replicas and the services they call. */
export interface Wire {
  /** The address of a service, as one replica gets it. */
  urlFor(replica: string, service: Service): string
  close(): Promise<void>
}

/** Headers that belong to one connection. */
const HOP_HEADERS = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding'])

/**
 * Passes calls on as they are and tells what passes, of which replica, before the service has it and before the
 * replica has the answer. A connection that the service cuts is cut here, too.
 */
export async function startWire(services: Readonly<Record<Service, string>>, onPass: OnPass): Promise<Wire> {
  const agent = new Agent({ keepAlive: true })
  const server = await startLocalServer(async (request, response) => {
    const { replica, service, rest } = parsePath(request.url ?? '')
    const passing = { replica, service, method: methodOf(rest) }
    onPass({ ...passing, stage: 'going' })
    const url = `${services[service]}${rest}`
    const answer = await exchange(request, { url, agent, gone: () => response.destroyed })
    if (answer === undefined) return void response.socket?.resetAndDestroy()
    onPass({ ...passing, stage: 'returning' })
    await passOn(answer, response)
  })
  return {
    urlFor: (replica, service) => `${server.url}/${replica}/${service}`,
    close: async () => {
      agent.destroy()
      await server.close()
    },
  }
}

interface Target {
  readonly url: string
  readonly agent: Agent
  readonly gone: () => boolean
}

/** Undefined when the service cut the connection. */
function exchange(
  request: IncomingMessage,
  { url, agent, gone }: Target,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const headers = withoutHops(request.headers)
    const onward = send(url, { method: request.method, headers, agent }, resolve)
    onward.once('error', () => resolve(undefined))
    request.once('aborted', () => onward.destroy())
    if (gone()) onward.destroy()
    request.pipe(onward)
  })
}

function passOn(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers))
    response.flushHeaders()
    answer.pipe(response)
    answer.once('error', () => response.destroy())
    response.once('close', () => {
      answer.destroy()
      resolve()
    })
  })
}

function withoutHops(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name)))
}

function parsePath(path: string): {
  readonly replica: string
  readonly service: Service
  readonly rest: string
} {
  const [, replica = '', service = '', rest = ''] = /^\/([^/]+)\/([^/?]+)(.*)$/.exec(path) ?? []
  return { replica, service: service as Service, rest }
}

function methodOf(path: string): string {
  return /^\/(?:bot[^/]+|rest)\/([\w.]+)/.exec(path)?.[1] ?? path
}
