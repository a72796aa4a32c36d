import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultQueue } from '../fault-queue.ts'
import { readBody } from '../local-server.ts'
import { post } from './send-to-bot.ts'
import type { ServerBot } from './send-to-bot.ts'

/** What Poe does wrong. `failTimes` is how many calls it spoils; default: all. `calls`: only of this kind. */
export type PoeFault = { readonly failTimes?: number; readonly calls?: PoeCall['kind'] } & (
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  /** Closes the connection. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  /** Costs are not covered. */
  | { readonly kind: 'no-funds' }
  /** A cost call ends without a result. */
  | { readonly kind: 'no-result' }
  /** Settings are taken, and their parameter controls dropped. */
  | { readonly kind: 'drop-controls' }
  /** The answer of a bot breaks off after its first event. */
  | { readonly kind: 'truncate' }
)

/** A call of Poe's API. */
export interface PoeCall {
  readonly kind: 'fetch_settings' | 'update_settings' | 'authorize' | 'capture' | 'upload' | 'bot'
  /** The bot on Poe, or the query that is charged; empty for uploads. */
  readonly name: string
  readonly headers: IncomingMessage['headers']
  /** JSON, where the body is that; the text otherwise. */
  readonly body: unknown
}

/** An answer of another bot: a text, or events one by one. */
export type BotReply = string | readonly { readonly event: string; readonly data: object }[]

export interface ApiServerOptions {
  readonly bots: ReadonlyMap<string, ServerBot>
  readonly faults: FaultQueue<PoeFault>
  /** Every call is added. */
  readonly calls: PoeCall[]
  /** What Poe knows of the settings of each bot. */
  readonly settings: Map<string, unknown>
  readonly answer: (name: string, body: unknown) => BotReply
}

const ROUTES: readonly (readonly [RegExp, PoeCall['kind']])[] = [
  [/^\/bot\/fetch_settings\/([^/]+)\/([^/]+)(?:\/[^/]+)?$/, 'fetch_settings'],
  [/^\/bot\/update_settings\/([^/]+)\/([^/]+)\/[^/]+$/, 'update_settings'],
  [/^\/bot\/cost\/([^/]+)\/authorize$/, 'authorize'],
  [/^\/bot\/cost\/([^/]+)\/capture$/, 'capture'],
  [/^\/poe_api\/file_upload_3RD_PARTY_POST$/, 'upload'],
  [/^\/bot\/([^/]+)$/, 'bot'],
]

interface Exchange {
  readonly call: PoeCall
  /** The second part of the path: an access key. */
  readonly pathKey: string
  readonly fault: PoeFault | undefined
  readonly response: ServerResponse
}

/** Handles calls of Poe's API, as it is seen by the reference client. */
export async function handleCall(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiServerOptions,
): Promise<void> {
  const text = (await readBody(request)).toString()
  const [match, kind] = findRoute(request.url ?? '')
  if (!match || !kind) return sendText(response, 404, 'Not found')
  const [, name = '', pathKey = ''] = match.map(decodeURIComponent)
  const call = { kind, name, headers: request.headers, body: parseBody(text) }
  options.calls.push(call)
  const fault = options.faults.take(({ calls }) => calls === undefined || calls === kind)
  if (spoil(fault, response)) return
  await HANDLERS[kind]({ call, pathKey, fault, response }, options)
}

/** Faults that take the place of the whole reply. True when one did. */
function spoil(fault: PoeFault | undefined, response: ServerResponse): boolean {
  if (fault?.kind === 'reset') response.socket?.resetAndDestroy()
  if (fault?.kind === 'status') sendText(response, fault.status, fault.body ?? 'Internal server error')
  return fault !== undefined && ['reset', 'status', 'hang'].includes(fault.kind)
}

function findRoute(path: string): readonly [RegExpExecArray | undefined, PoeCall['kind'] | undefined] {
  for (const [pattern, kind] of ROUTES) {
    const match = pattern.exec(path)
    if (match) return [match, kind]
  }
  return [undefined, undefined]
}

type Handler = (exchange: Exchange, options: ApiServerOptions) => Promise<void> | void

const HANDLERS: Readonly<Record<PoeCall['kind'], Handler>> = {
  fetch_settings: fetchSettings,
  update_settings: updateSettings,
  authorize: answerCost,
  capture: answerCost,
  upload: takeUpload,
  bot: answerAsBot,
}

/** Poe asks the bot, so the bot has to be there. */
async function fetchSettings(
  { call, pathKey, response }: Exchange,
  { bots, settings }: ApiServerOptions,
): Promise<void> {
  const bot = bots.get(call.name)
  if (!bot || bot.accessKey !== pathKey)
    return sendText(response, 401, `No bot ${call.name} with the key ${pathKey}`)
  const reply = await post(bot, { version: '1.2', type: 'settings' })
  if (!reply.ok) return sendText(response, 500, `The bot answered ${reply.status}`)
  settings.set(call.name, await reply.json())
  sendText(response, 200, 'Settings fetched')
}

/** Poe answers with what it took, as Python prints it. */
function updateSettings(
  { call, pathKey, fault, response }: Exchange,
  { bots, settings }: ApiServerOptions,
): void {
  const bot = bots.get(call.name)
  if (!bot || bot.accessKey !== pathKey)
    return sendText(response, 401, `No bot ${call.name} with the key ${pathKey}`)
  const taken = {
    ...(call.body as object),
    ...(fault?.kind === 'drop-controls' && { parameter_controls: null }),
  }
  settings.set(call.name, taken)
  sendText(response, 200, JSON.stringify(taken).replaceAll('null', 'None').replaceAll('"', "'"))
}

function answerCost({ call, fault, response }: Exchange): void {
  const { amounts, access_key: key } = call.body as {
    readonly amounts?: unknown
    readonly access_key?: unknown
  }
  const whole =
    Array.isArray(amounts) && amounts.every((one) => Number.isInteger(one?.amount_usd_milli_cents))
  if (!whole || typeof key !== 'string') {
    response
      .writeHead(400, EVENT_STREAM)
      .end(toEvent('error', { message: 'amounts must be a list of whole numbers' }))
    return
  }
  const status = fault?.kind === 'no-funds' ? 'insufficient_funds' : 'success'
  response.writeHead(200, EVENT_STREAM).end(fault?.kind === 'no-result' ? '' : toEvent('result', { status }))
}

/** The key comes without `Bearer`. */
function takeUpload({ call, response }: Exchange, { bots }: ApiServerOptions): void {
  const known = [...bots.values()].some(({ accessKey }) => accessKey === call.headers.authorization)
  if (!known) return sendText(response, 401, 'The key is not known')
  const form = String(call.body)
  const name = /filename="([^"]+)"/.exec(form)?.[1] ?? /download_filename"\r\n\r\n(.*)\r\n/.exec(form)?.[1]
  const complete = name !== undefined || form.includes('download_url')
  if (!complete) return sendText(response, 400, 'One of file and download_url is required')
  const url = `https://pfst.cf2.poecdn.net/base/${encodeURIComponent(name ?? 'file')}`
  const body = JSON.stringify({ attachment_url: url, mime_type: typeOf(name ?? '') })
  response.writeHead(200, { 'content-type': 'application/json' }).end(body)
}

function answerAsBot({ call, fault, response }: Exchange, { answer }: ApiServerOptions): void {
  if (!call.headers.authorization?.startsWith('Bearer ')) return sendText(response, 401, 'Unauthorized')
  const reply = answer(call.name, call.body)
  const body = typeof reply === 'string' ? [{ event: 'text', data: { text: reply } }, DONE] : reply
  const events = [META, ...body].map(({ event, data }) => toEvent(event, data))
  response
    .writeHead(200, EVENT_STREAM)
    .end(events.slice(0, fault?.kind === 'truncate' ? 2 : undefined).join(''))
}

const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
} as const
const META = { event: 'meta', data: { content_type: 'text/markdown', suggested_replies: false } } as const
const DONE = { event: 'done', data: {} } as const

function toEvent(event: string, data: object): string {
  return `event: ${event}\r\ndata: ${JSON.stringify(data)}\r\n\r\n`
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}

function typeOf(name: string): string {
  const types: Readonly<Record<string, string>> = {
    png: 'image/png',
    csv: 'text/csv',
    pdf: 'application/pdf',
  }
  return types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
