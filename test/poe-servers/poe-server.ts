import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerRight } from './answer-right.ts'
import { EventWriter } from './event-writer.ts'

export const KEY = '0123456789abcdefghijKLMNOPQRSTUV'

export type Fields = Readonly<Record<string, unknown>>

/** The body of a request, as Poe sends it. */
export interface PoeBody extends Fields {
  readonly type?: string
  readonly query?: readonly Message[]
}

export interface Message extends Fields {
  readonly role?: string
  readonly content?: string
  readonly attachments?: readonly Fields[]
}

/** What a server does with each part of the protocol. A broken server replaces one of these. */
export interface Behaviour {
  readonly key: string
  readonly maxBody: number
  allows(header: string): boolean
  refuse(response: ServerResponse, request: IncomingMessage): void
  otherMethod(response: ServerResponse, request: IncomingMessage): void
  malformed(response: ServerResponse): void
  unknownType(response: ServerResponse, body: PoeBody): void
  readonly settings: Fields
  sendSettings(response: ServerResponse, settings: Fields): void
  report(response: ServerResponse, body: PoeBody): void
  readonly streamHeaders: Readonly<Record<string, string>>
  answer(events: EventWriter, body: PoeBody, request: IncomingMessage): void | Promise<void>
  /** First of all; true when the request is dealt with. */
  intercept(exchange: Incoming): boolean | Promise<boolean>
}

export interface Incoming {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: PoeBody
  readonly size: number
}

/** A server that does everything right. */
export const RIGHT: Behaviour = {
  key: KEY,
  maxBody: 20 * 1024 * 1024,
  allows(header) {
    return header === `Bearer ${this.key}`
  },
  refuse: (response) => send(response.setHeader('WWW-Authenticate', 'Bearer'), 401, {}),
  otherMethod: (response) => send(response.setHeader('Allow', 'POST'), 405, {}),
  malformed: (response) => send(response, 400, { error: 'malformed' }),
  unknownType: (response) => send(response, 501, { error: 'not implemented' }),
  settings: {
    response_version: 2,
    allow_attachments: true,
    expand_text_attachments: true,
    enable_image_comprehension: false,
    introduction_message: 'Hello!',
    server_bot_dependencies: { 'GPT-5': 2 },
    rate_card: 'A message costs [usd_milli_cents=30].',
    cost_label: '[usd_milli_cents=30]+',
    parameter_controls: {
      api_version: '2',
      sections: [
        {
          name: 'Style',
          controls: [
            {
              control: 'drop_down',
              label: 'Tone',
              parameter_name: 'tone',
              default_value: 'kind',
              options: [{ value: 'kind', name: 'Kind' }],
            },
            {
              control: 'condition',
              condition: { comparator: 'eq', left: { parameter_name: 'tone' }, right: { literal: 'kind' } },
              controls: [
                {
                  control: 'slider',
                  label: 'How kind',
                  parameter_name: 'kindness',
                  min_value: 1,
                  max_value: 5,
                  step: 1,
                  default_value: 3,
                },
              ],
            },
          ],
        },
      ],
    },
  },
  sendSettings: (response, settings) => send(response, 200, settings),
  report: (response) => send(response, 200, {}),
  streamHeaders: {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  },
  answer: (events, body) => answerRight(events, body),
  intercept: () => false,
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

export interface PoeServer extends AsyncDisposable {
  readonly url: URL
}

/** A bot server on a free port that is right but for what `broken` replaces; closed when disposed. */
export async function startPoeServer(broken: Partial<Behaviour> = {}): Promise<PoeServer> {
  const behaviour = { ...RIGHT, ...broken }
  const server = createServer((request, response) => void serve(behaviour, request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/`), [Symbol.asyncDispose]: () => close(server) }
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

async function serve(
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  if (request.method !== 'POST') return behaviour.otherMethod(response, request)
  if (Number(request.headers['content-length']) > behaviour.maxBody)
    return send(response.setHeader('Connection', 'close'), 413, {})
  if (!behaviour.allows(request.headers.authorization ?? '')) return behaviour.refuse(response, request)
  const bytes = await readAll(request)
  const body = bytes && parse(bytes)
  if (!body) return behaviour.malformed(response)
  if (!(await behaviour.intercept({ request, response, body, size: bytes.length })))
    await dispatch(behaviour, { request, response, body })
}

async function dispatch(
  behaviour: Behaviour,
  { request, response, body }: Omit<Incoming, 'size'>,
): Promise<void> {
  const { type } = body
  if (type === 'settings') behaviour.sendSettings(response, behaviour.settings)
  else if (type?.startsWith('report_')) behaviour.report(response, body)
  else if (type !== 'query') behaviour.unknownType(response, body)
  else {
    response.writeHead(200, behaviour.streamHeaders)
    await behaviour.answer(new EventWriter(response), body, request)
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  } catch {
    return undefined
  }
}

function parse(bytes: Buffer): PoeBody | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const body = JSON.parse(text) as PoeBody
    return typeof body === 'object' && body !== null && typeof body.type === 'string' ? body : undefined
  } catch {
    return undefined
  }
}
