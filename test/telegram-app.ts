import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { createFakeTelegram, type FakeTelegram, type FakeTelegramOptions } from '../src/fakes/telegram.ts'
import { AppError } from '../src/errors.ts'
import type { ModelRequest } from '../src/models/model.ts'
import { PATIENCE_MS } from './patience.ts'
import { text, type ScriptedModel } from './scripted-model.ts'
import { postJson, startTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

export interface TelegramApp {
  readonly app: TestApp
  readonly telegram: FakeTelegram
  /** Where Telegram delivers to in webhook mode. */
  readonly publicUrl: string
  /** The texts of the bot's messages in a chat as they stand, deleted ones left out. */
  readonly texts: (chat: number) => readonly string[]
  close(): Promise<void>
}

export interface TelegramAppOptions extends TestAppOptions {
  /** Default `polling`. */
  readonly mode?: 'polling' | 'webhook'
  readonly fake?: FakeTelegramOptions
  /** Default: a new one, made with `fake`. */
  readonly telegram?: FakeTelegram
  /** Further bots of the project with fakes of their own. */
  readonly more?: readonly (readonly [bot: string, telegram: FakeTelegram])[]
}

export const WEBHOOK_SECRET = 'a-secret-of-the-test'

/** The whole server with the Telegram channel, at a fake Telegram; as fast as Telegram lets it. */
export async function startTelegramApp({
  mode = 'polling',
  fake,
  telegram: given,
  more = [],
  env,
  ...options
}: TelegramAppOptions = {}): Promise<TelegramApp> {
  const telegram = given ?? (await createFakeTelegram(fake))
  const fakes = [telegram, ...more.map(([, other]) => other)]
  // One Telegram, whose bots are told apart by their tokens.
  const api = await startGateway((path) => fakes.find(({ token }) => path.startsWith(`/bot${token}/`))?.url)
  let server = ''
  const front = await startGateway(() => server)
  const app = await startTestApp({
    ...options,
    env: {
      TELEGRAM_API_ROOT: more.length > 0 ? api.url : telegram.url,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_MORE_BOTS: more.map(([bot, { token }]) => `${bot}=${token}`).join(','),
      TELEGRAM_MODE: mode,
      TELEGRAM_WEBHOOK_SECRET: WEBHOOK_SECRET,
      TELEGRAM_MESSAGES_PER_SECOND: '1000',
      TELEGRAM_CHAT_MESSAGES_PER_SECOND: '1000',
      APP_URL: front.url,
      ...env,
    },
  })
  server = app.url
  const connected = mode === 'webhook' ? 'setWebhook' : 'getUpdates'
  await eventually(() => {
    if (!telegram.calls.some(({ method }) => method === connected)) throw new Error('not connected yet')
  })
  return {
    app,
    telegram,
    publicUrl: front.url,
    texts: (chat) =>
      telegram
        .sent(chat)
        .filter(({ deleted }) => !deleted)
        .map(({ text }) => text),
    close: async () => {
      await app.close()
      await Promise.all([...fakes, front, api].map((one) => one.close()))
    },
  }
}

/** A server for one test; its bot does what it is told. */
export async function startTelegramForTest(options?: TelegramAppOptions): Promise<TelegramApp> {
  const started = await startTelegramApp({ model: puppet(), ...options })
  onTestFinished(() => started.close())
  return started
}

/** Somebody who reads Russian. */
export const ANNA = { is_bot: false, first_name: 'Аня', language_code: 'ru' } as const

/** True once the bot has shown in the chat that it is at work. */
export function isTyping({ calls }: Pick<FakeTelegram, 'calls'>, chat: number): boolean {
  return calls.some(({ method, parameters }) => method === 'sendChatAction' && parameters['chat_id'] === chat)
}

/**
 * A model that does what it is told: `hang: So far` says that and waits to be stopped, `wait: Later` says it after
 * `go`, `fail` fails, `away: Back` fails three times, in a way that may pass, anything else is repeated.
 */
export function puppet(): Puppet {
  const requests: ModelRequest[] = []
  let gate = Promise.withResolvers<void>()
  let failures = 0
  return {
    id: 'puppet',
    requests,
    go: () => gate.resolve(),
    async *stream(request, { signal }) {
      requests.push({ ...request, messages: [...request.messages] })
      const last = request.messages.at(-1)
      const asked = last?.role === 'user' ? last.text : ''
      const [, order, words = ''] = /(hang|wait|fail|away|say):? ?([^]*)$/.exec(asked) ?? []
      if (order === 'fail') throw new AppError('model_unauthorized')
      if (order === 'away' && ++failures <= 3) throw new AppError('model_unavailable')
      if (order === 'wait') {
        await Promise.race([gate.promise, aborted(signal)])
        gate = Promise.withResolvers<void>()
      }
      yield* text(order ? words : `echo ${asked}`).filter(({ type }) => order !== 'hang' || type === 'text')
      if (order === 'hang') await aborted(signal)
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

export interface Puppet extends ScriptedModel {
  go(): void
}

/** Calls a method of the Bot API, as another client with the bot's token would. */
export async function callApi(
  { url, token }: Pick<FakeTelegram, 'url' | 'token'>,
  method: string,
  parameters: object = {},
): Promise<unknown> {
  const reply = await postJson(`${url}/bot${token}/${method}`, parameters)
  return ((await reply.json()) as { readonly result?: unknown }).result
}

export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: 10 })
}

interface Gateway {
  readonly url: string
  close(): Promise<void>
}

/** A reverse proxy; `targetOf` says where a path leads now. */
export async function startGateway(targetOf: (path: string) => string | undefined): Promise<Gateway> {
  const server: Server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming
    const forwarded = request(`${targetOf(url)}${url}`, { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
