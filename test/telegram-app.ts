import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { vi } from 'vitest'
import { createFakeTelegram, type FakeTelegram, type FakeTelegramOptions } from '../src/fakes/telegram.ts'
import { startTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

export interface TelegramApp {
  readonly app: TestApp
  readonly telegram: FakeTelegram
  /** Where Telegram delivers to in webhook mode. */
  readonly publicUrl: string
  /** The texts of the bot's messages in a chat as they stand, deleted ones left out. */
  texts(chat: number): readonly string[]
  close(): Promise<void>
}

export interface TelegramAppOptions extends TestAppOptions {
  /** Default `polling`. */
  readonly mode?: 'polling' | 'webhook'
  readonly fake?: FakeTelegramOptions
}

export const WEBHOOK_SECRET = 'a-secret-of-the-test'

/** The whole server with the Telegram channel, at a fake Telegram; as fast as Telegram lets it. */
export async function startTelegramApp({
  mode = 'polling',
  fake,
  env,
  ...options
}: TelegramAppOptions = {}): Promise<TelegramApp> {
  const telegram = await createFakeTelegram(fake)
  const gateway = await startGateway()
  const app = await startTestApp({
    ...options,
    env: {
      TELEGRAM_API_ROOT: telegram.url,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_MODE: mode,
      TELEGRAM_WEBHOOK_SECRET: WEBHOOK_SECRET,
      TELEGRAM_MESSAGES_PER_SECOND: '1000',
      TELEGRAM_CHAT_MESSAGES_PER_SECOND: '1000',
      APP_URL: gateway.url,
      ...env,
    },
  })
  gateway.leadTo(app.url)
  const connected = mode === 'webhook' ? 'setWebhook' : 'getUpdates'
  await eventually(() => {
    if (!telegram.calls.some(({ method }) => method === connected)) throw new Error('not connected yet')
  })
  return {
    app,
    telegram,
    publicUrl: gateway.url,
    texts: (chat) =>
      telegram
        .sent(chat)
        .filter(({ deleted }) => !deleted)
        .map(({ text }) => text),
    close: async () => {
      await app.close()
      await telegram.close()
      await gateway.close()
    },
  }
}

/** Long enough for a busy machine. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 })
}

interface Gateway {
  readonly url: string
  leadTo(url: string): void
  close(): Promise<void>
}

/** A reverse proxy: its address is known before the server has one. */
async function startGateway(): Promise<Gateway> {
  let target = ''
  const server: Server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const forwarded = request(`${target}${url}`, { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url) => {
      target = url
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
