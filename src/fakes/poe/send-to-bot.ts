import { StreamReader } from './read-stream.ts'
import type { PoeAnswer, Violation } from './read-stream.ts'

/** A server bot, as its creator tells Poe. */
export interface ServerBot {
  readonly url: string
  readonly accessKey?: string
}

export interface SendOptions {
  /** The client leaves when it fires, as Poe does when the person presses Stop. */
  readonly signal?: AbortSignal
}

/** Posts a request of Poe, with its headers. */
export function post(bot: ServerBot, body: object, { signal }: SendOptions = {}): Promise<Response> {
  return fetch(bot.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'cache-control': 'no-store',
      ...(bot.accessKey !== undefined && { authorization: `Bearer ${bot.accessKey}` }),
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
}

/** Sends a query and reads the answer to its end, reporting faults to the bot as the reference client does. */
export async function query(bot: ServerBot, body: object, options: SendOptions = {}): Promise<PoeAnswer> {
  const reader = new StreamReader(performance.now())
  const cut = await readResponse(bot, { body, reader, options })
  const answer = reader.end(cut)
  for (const violation of answer.violations) await report(bot, violation)
  return answer
}

interface Reading {
  readonly body: object
  readonly reader: StreamReader
  readonly options: SendOptions
}

async function readResponse(bot: ServerBot, { body, reader, options }: Reading): Promise<boolean> {
  try {
    const response = await post(bot, body, options)
    reader.begin(response.status, response.headers.get('content-type') ?? '')
    // Unlike the decoder of streams by default, it keeps a byte order mark, so that one is noticed.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    for await (const chunk of response.body ?? []) {
      reader.take(decoder.decode(chunk, { stream: true }))
      if (reader.over) break
    }
    return false
  } catch {
    return true
  }
}

async function report(bot: ServerBot, { reaction, message }: Violation): Promise<void> {
  if (reaction === 'bear') return
  const body = { version: '1.2', type: 'report_error', message, metadata: {} }
  const response = await post(bot, body)
  await response.arrayBuffer()
}
