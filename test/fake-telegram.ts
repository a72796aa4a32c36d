import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { createFakeTelegram } from '../src/fakes/telegram.ts'
import type { FakeTelegram, FakeTelegramOptions, TelegramUpdate } from '../src/fakes/telegram.ts'
import { PATIENCE_MS } from './patience.ts'

/** What the Bot API says. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly ok: boolean
  readonly result?: never
  readonly description?: string
  readonly parameters?: object
}

export type ApiCall = (method: string, parameters?: object) => Promise<ApiAnswer>

/** A Telegram for one test, and a bot's calls of it. */
export async function startFakeTelegram(
  options?: FakeTelegramOptions,
): Promise<{ readonly fake: FakeTelegram; readonly call: ApiCall }> {
  const fake = await createFakeTelegram(options)
  onTestFinished(() => fake.close())
  const call: ApiCall = async (method, parameters = {}) => {
    const response = await fetch(`${fake.url}/bot${fake.token}/${method}`, {
      method: 'POST',
      ...(parameters instanceof FormData
        ? { body: parameters }
        : { body: JSON.stringify(parameters), headers: { 'content-type': 'application/json' } }),
    })
    const answer = (await response.json()) as ApiAnswer
    return { ...answer, status: response.status, headers: response.headers }
  }
  return { fake, call }
}

interface ReceivedUpdate {
  readonly update: TelegramUpdate
  readonly headers: IncomingHttpHeaders
}

/** A bot's web server for one test; `answer` says what it replies to an update, `[status, headers, body]`. */
export async function receiveUpdates(
  answer: (update: TelegramUpdate, count: number) => readonly [number, object?, string?] | undefined,
): Promise<{ readonly url: string; readonly received: readonly ReceivedUpdate[] }> {
  const received: ReceivedUpdate[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await request.toArray()).join('')
      const update = JSON.parse(body) as TelegramUpdate
      received.push({ update, headers: request.headers })
      const reply = answer(update, received.length)
      if (reply) response.writeHead(reply[0], { ...reply[1] }).end(reply[2])
      else request.socket.destroy()
    })()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received }
}

export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: 10 })
}
