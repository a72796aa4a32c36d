/**
 * Telegram's side of the acceptance bench, in a process of its own: a Bot API that says yes to everything, and a client
 * that posts updates. Started by `fork`; takes `AcceptCommand`s, sends `AcceptEvent`s.
 */
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type AcceptCommand =
  | {
      readonly type: 'flood'
      readonly connections: number
      readonly updates: number
      /** How long the answers may take after the last update was acknowledged. */
      readonly patienceMs: number
    }
  | { readonly type: 'idle'; readonly updates: number }

export type AcceptEvent =
  | { readonly type: 'listening'; readonly port: number }
  /** The server has told where it wants its updates. */
  | { readonly type: 'webhook' }
  | { readonly type: 'flooded'; readonly result: FloodResult }
  | { readonly type: 'idled'; readonly result: IdleResult }

export interface FloodResult {
  readonly seconds: number
  /** Of each update, in milliseconds. */
  readonly acknowledgedMs: readonly number[]
  readonly refused: number
  readonly answered: number
  /** From the first update to the last answer. */
  readonly answeredSeconds: number
}

export interface IdleResult {
  /** From the end of the acknowledgement to the start of the handler, in milliseconds. */
  readonly handlerStartMs: readonly number[]
  readonly acknowledgedMs: readonly number[]
}

const FIRST_CHAT = 200_001
const FIRST_UPDATE = 800_000_001
const IDLE_PAUSE_MS = 30
const ANSWER_LIMIT_MS = 10_000
const LOOK_MS = 10

let webhook = { url: '', secret: '' }
let nextUpdate = FIRST_UPDATE
let messageIds = 0
/** When each chat's question was begun, on the clock all processes of a machine share; by what the bots echo. */
const begun = new Map<number, bigint>()

const agent = new Agent({ keepAlive: true })
const api = createServer((call, response) => {
  void serveCall(call, response)
})
api.listen(0, '127.0.0.1')
await once(api, 'listening')
tell({ type: 'listening', port: (api.address() as AddressInfo).port })
process.on('message', (command: AcceptCommand) => void run(command))

async function run(command: AcceptCommand): Promise<void> {
  if (command.type === 'flood') tell({ type: 'flooded', result: await flood(command) })
  else tell({ type: 'idled', result: await idle(command.updates) })
}

function tell(event: AcceptEvent): void {
  process.send?.(event)
}

interface CallBody {
  readonly url?: string
  readonly secret_token?: string
  readonly chat_id?: number | string
  readonly text?: string
}

async function serveCall(call: IncomingMessage, response: ServerResponse): Promise<void> {
  const result = answerCall(call.url?.split('/').at(-1) ?? '', await readText(call))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }))
}

function answerCall(method: string, text: string): unknown {
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as CallBody
  if (method === 'getMe') return { id: 1, is_bot: true, first_name: 'Bench', username: 'bench_bot' }
  if (method === 'setWebhook') learnWebhook(body)
  return method === 'sendMessage' || method === 'editMessageText' ? takeMessage(body) : true
}

function learnWebhook({ url = '', secret_token: secret = '' }: CallBody): void {
  webhook = { url, secret }
  tell({ type: 'webhook' })
}

function takeMessage(body: CallBody): unknown {
  const chat = Number(body.chat_id)
  const moment = /\b(\d{9,})$/.exec(body.text?.trim() ?? '')?.[1]
  if (moment !== undefined && !begun.has(chat)) begun.set(chat, BigInt(moment))
  return {
    message_id: ++messageIds,
    date: Math.floor(Date.now() / 1_000),
    chat: { id: chat, type: 'private', first_name: 'Bench' },
    from: { id: 1, is_bot: true, first_name: 'Bench', username: 'bench_bot' },
    text: body.text,
  }
}

/** Each update comes from a chat of its own, so that nothing but the server makes it wait. */
async function flood({
  connections,
  updates,
  patienceMs,
}: AcceptCommand & { type: 'flood' }): Promise<FloodResult> {
  const first = nextUpdate
  nextUpdate += updates
  const acknowledgedMs: number[] = []
  let refused = 0
  let next = first
  const client = async (): Promise<void> => {
    while (next < first + updates) {
      const began = performance.now()
      const status = await post(next++)
      if (status === 200) acknowledgedMs.push(performance.now() - began)
      else refused++
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, client))
  const seconds = (performance.now() - began) / 1_000
  const chats = Array.from({ length: updates }, (_, index) => chatOf(first + index))
  const countAnswered = (): number => chats.filter((chat) => begun.has(chat)).length
  const deadline = performance.now() + patienceMs
  while (countAnswered() < acknowledgedMs.length && performance.now() < deadline) await delay(LOOK_MS * 10)
  const answeredSeconds = (performance.now() - began) / 1_000
  return { seconds, acknowledgedMs, refused, answered: countAnswered(), answeredSeconds }
}

/** One at a time, with nothing else to do for the server. */
async function idle(updates: number): Promise<IdleResult> {
  const handlerStartMs: number[] = []
  const acknowledgedMs: number[] = []
  for (let turn = 0; turn < updates; turn++) {
    const update = nextUpdate++
    const began = performance.now()
    await post(update)
    const acknowledged = process.hrtime.bigint()
    acknowledgedMs.push(performance.now() - began)
    const deadline = performance.now() + ANSWER_LIMIT_MS
    while (!begun.has(chatOf(update)) && performance.now() < deadline) await delay(LOOK_MS)
    const start = begun.get(chatOf(update))
    // A server may begin before its acknowledgement has been read here.
    if (start !== undefined) handlerStartMs.push(Math.max(0, Number(start - acknowledged) / 1e6))
    await delay(IDLE_PAUSE_MS)
  }
  return { handlerStartMs, acknowledgedMs }
}

function chatOf(update: number): number {
  return FIRST_CHAT + update - FIRST_UPDATE
}

function post(update: number): Promise<number> {
  const id = chatOf(update)
  const person = { id, first_name: 'Bench' }
  const message = {
    message_id: update - FIRST_UPDATE + 1,
    date: Math.floor(Date.now() / 1_000),
    from: { ...person, is_bot: false, language_code: 'en' },
    chat: { ...person, type: 'private' },
    text: 'Good morning',
  }
  const body = JSON.stringify({ update_id: update, message })
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-telegram-bot-api-secret-token': webhook.secret,
    }
    request(webhook.url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
      .once('error', reject)
      .end(body)
  })
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
