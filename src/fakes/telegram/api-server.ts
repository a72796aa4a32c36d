import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultQueue } from '../fault-queue.ts'
import type { Account, Methods } from './account.ts'
import { Described } from './account.ts'
import { sendReply, spoilCall, toError } from './api-faults.ts'
import type { Reply, TelegramFault } from './api-faults.ts'
import { parseBody, readParameters } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { TelegramError } from './telegram-error.ts'
import type { WebhookAnswer } from './post-update.ts'

/** A call of the API. */
export interface ApiCall {
  readonly method: string
  /** As they came: a form has strings, JSON has what it says. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly uploads: readonly UploadSummary[]
  /** Unix milliseconds. */
  readonly at: number
  /** It came as the answer to an update. */
  readonly viaWebhook: boolean
  /** The HTTP status of the answer, as it was meant; undefined while there is none, or when a fault prevented it. */
  readonly status: number | undefined
}

export interface UploadSummary {
  readonly field: string
  readonly name: string
  readonly mimeType: string
  readonly bytes: number
}

export interface ApiServerOptions {
  readonly account: Account
  readonly methods: Methods
  readonly faults: FaultQueue<TelegramFault>
  /** Every call is added. */
  readonly calls: ApiCall[]
  readonly currentToken: () => string
}

export interface ApiServer {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Makes the call that the answer to an update holds, if it holds one. Its result goes nowhere. */
  takeAnswer(answer: WebhookAnswer): Promise<void>
}

/** Only these count against the limits. */
const LIMITED = /^(?:send(?!ChatAction|MessageDraft)|editMessage)/
/** What the answer to an update cannot call. */
const NOT_IN_ANSWERS = /^(?:get.*|setwebhook|deletewebhook|close|logout)$/i

export function createApiServer(options: ApiServerOptions): ApiServer {
  const { account, methods, faults, calls, currentToken } = options
  const names = new Map(Object.keys(methods).map((name) => [name.toLowerCase(), name]))
  const replyTo = async (method: string, parameters: Parameters, signal: AbortSignal): Promise<Reply> => {
    try {
      if (LIMITED.test(method)) account.limiter?.checkMessage(parameters.text('chat_id'))
      return toResultReply(await methods[method]?.(parameters, signal))
    } catch (error) {
      return toErrorReply(error)
    }
  }
  const record = (
    method: string,
    parameters: Parameters,
    viaWebhook: boolean,
  ): ((status: number) => void) => {
    const call = { ...summarize(method, parameters, viaWebhook), status: undefined as number | undefined }
    calls.push(call)
    return (status) => {
      call.status = status
    }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { token, name } = parsePath(request.url ?? '')
    checkToken(token, currentToken())
    const method = names.get(name.toLowerCase())
    if (method === undefined) throw new TelegramError(404, 'Not Found: method not found')
    const signal = closedSignal(response)
    const parameters = await readParameters(request)
    const finish = record(method, parameters, false)
    const fault = faults.take(
      ({ kind, methods }) => kind !== 'duplicate-updates' && includes(methods, method),
    )
    if (await spoilCall(response, fault, signal)) return
    const error = fault && toError(fault)
    const reply = await (error ? toErrorReply(error) : replyTo(method, parameters, signal))
    finish(reply.status)
    sendReply(response, reply, fault)
  }
  return {
    handle: async (request, response) => {
      if (request.url?.startsWith('/file/bot')) return sendFile(account, request, { response, currentToken })
      try {
        await answer(request, response)
      } catch (error) {
        sendReply(response, toErrorReply(error), undefined)
      }
    },
    takeAnswer: async ({ body, contentType }) => {
      const parameters = await parseBody(body, contentType).catch(() => undefined)
      const method = names.get(parameters?.text('method').toLowerCase() ?? '')
      if (!parameters || method === undefined || NOT_IN_ANSWERS.test(method)) return
      const finish = record(method, parameters, true)
      finish((await replyTo(method, parameters, new AbortController().signal)).status)
    },
  }
}

function includes(methods: readonly string[] | undefined, method: string): boolean {
  return methods === undefined || methods.includes(method)
}

function parsePath(url: string): { readonly token: string; readonly name: string } {
  const [, token, name] = /^\/bot([^/]*)\/([^/?]*)(?:\?|$)/.exec(url) ?? []
  if (token === undefined || name === undefined) throw new TelegramError(404, 'Not Found')
  return { token: decodeURIComponent(token), name }
}

function checkToken(given: string, right: string): void {
  if (given === right) return
  const shaped = /^\d+:[\w-]{30,}$/.test(given)
  throw new TelegramError(401, shaped ? 'Unauthorized' : 'Unauthorized: invalid token specified')
}

function summarize(
  method: string,
  { values, uploads }: Parameters,
  viaWebhook: boolean,
): Omit<ApiCall, 'status'> {
  return {
    method,
    parameters: values,
    uploads: [...uploads].map(([field, { name, mimeType, content }]) => ({
      field,
      name,
      mimeType,
      bytes: content.length,
    })),
    at: Date.now(),
    viaWebhook,
  }
}

/** Aborted when the exchange is over, by an answer or by a caller that left. */
function closedSignal(response: ServerResponse): AbortSignal {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  return closed.signal
}

function toResultReply(value: unknown): Reply {
  const { result, description } =
    value instanceof Described ? value : { result: value, description: undefined }
  return { status: 200, headers: {}, body: JSON.stringify({ ok: true, result, description }) }
}

/** Anything but an error of the API is a defect of the fake. */
function toErrorReply(error: unknown): Reply {
  if (!(error instanceof TelegramError)) throw error
  const { code, message, parameters } = error
  const retryAfter = parameters?.retry_after
  return {
    status: code,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    body: JSON.stringify({ ok: false, error_code: code, description: message, parameters }),
  }
}

async function sendFile(
  { files }: Account,
  request: IncomingMessage,
  { response, currentToken }: { readonly response: ServerResponse; readonly currentToken: () => string },
): Promise<void> {
  const [, token, path = ''] = /^\/file\/bot([^/]+)\/([^?]+)/.exec(request.url ?? '') ?? []
  const file = token !== undefined && decodeURIComponent(token) === currentToken() && files.atPath(path)
  if (file) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.content)
    return
  }
  const body = JSON.stringify({ ok: false, error_code: 404, description: 'Not Found' })
  response.writeHead(404, { 'content-type': 'application/json' }).end(body)
}
