import { request as requestHttp } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { readBody } from '../local-server.ts'

/** Telegram gives up on a webhook that says nothing for so long. */
const SILENCE_MS = 60_000

export interface WebhookTarget {
  readonly url: string
  readonly secretToken: string
  /** PEM, for a server with a certificate of its own. */
  readonly certificate: string | undefined
}

export interface WebhookAnswer {
  readonly status: number
  readonly reason: string
  /** Seconds; 0 when not said. */
  readonly retryAfter: number
  readonly contentType: string
  readonly body: Buffer
}

/** Sends one update as the server does (tdlib/telegram-bot-api, WebhookActor.cpp). Rejects without an answer. */
export async function postUpdate(
  target: WebhookTarget,
  body: string,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { url, auth } = splitUrl(target.url)
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      signal,
      ...(auth !== '' && { auth }),
      ...(target.certificate !== undefined && { ca: target.certificate }),
      headers: {
        ...(target.secretToken !== '' && { 'X-Telegram-Bot-Api-Secret-Token': target.secretToken }),
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'Accept-Encoding': 'gzip, deflate',
      },
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error('Read timeout expired')))
    request.end(body)
  })
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    retryAfter: Math.min(3_600, Math.max(0, Number(response.headers['retry-after'] ?? 0) || 0)),
    contentType: response.headers['content-type'] ?? '',
    body: await readBody(response),
  }
}

function splitUrl(text: string): { readonly url: URL; readonly auth: string } {
  const url = new URL(text)
  const auth =
    url.username === '' ? '' : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { url, auth }
}
