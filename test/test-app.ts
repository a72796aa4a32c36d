import type { AddressInfo } from 'node:net'
import { createApp, type App } from '../src/app.ts'
import { defineBot, type Bot, type BotDefinition } from '../src/bot.ts'
import type { Channel } from '../src/channels/channel.ts'
import { loadConfig } from '../src/config.ts'
import type { Model } from '../src/models/model.ts'
import { createLog, type LogDestination } from '../src/observe/log.ts'
import { defineConfig } from '../src/project.ts'
import { emptyTables } from './empty-tables.ts'
import { lendDatabase, type LentDatabase } from './lent-databases.ts'

export interface TestApp extends App {
  readonly url: string
}

export interface TestAppOptions {
  /** Answers as the bot `test`, the default one. */
  readonly model?: string | Model
  readonly bot?: Partial<BotDefinition>
  /** Served after the bot `test`. */
  readonly moreBots?: readonly Bot[]
  /** Revisions for rollouts. */
  readonly candidates?: readonly Bot[]
  readonly env?: Readonly<Record<string, string>>
  /** Which database, when `env` names none. Default `embedded`. */
  readonly database?: 'embedded' | 'postgres'
  /** Beside those that ship. */
  readonly channels?: readonly Channel[]
  /** Gets the lines of the log. Default: nothing is logged. */
  readonly log?: LogDestination
}

/** The whole server as `botyard start` wires it, on a free port, with an empty database. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { env, database = 'embedded' } = options
  const lent = env?.['DATA_DIR'] || env?.['DATABASE_URL'] ? undefined : await lendDatabase(database)
  const app = await createTestApp(options, lent?.env)
  if (lent) emptyAtClose(app.store)
  await app.server.listen({ host: '127.0.0.1', port: 0 })
  await app.start()
  const { port } = app.server.server.address() as AddressInfo
  return {
    ...app,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await app.close()
      lent?.giveBack()
    },
  }
}

/** Before the next server begins: it reads flags and rollouts while it is made. */
function emptyAtClose(store: App['store']): void {
  const close = store.close.bind(store)
  let closing: Promise<void> | undefined
  const emptyAndClose = async (): Promise<void> => {
    await emptyTables(store.db)
    await close()
  }
  Object.assign(store, { close: () => (closing ??= emptyAndClose()) })
}

function createTestApp(
  { model = 'offline', bot, moreBots = [], candidates = [], channels = [], env, log }: TestAppOptions,
  lentEnv: LentDatabase['env'] = {},
): Promise<App> {
  const test = defineBot({ name: 'test', instructions: 'Be brief.', model, ...bot })
  const level = log ? 'info' : 'silent'
  return createApp({
    config: loadConfig({ NODE_ENV: 'test', OFFLINE_PACE_MS: '0', ...lentEnv, ...env }),
    project: defineConfig({ bots: [test, ...moreBots], candidates }),
    channels,
    log: createLog({ level, pretty: false, secrets: [], ...(log && { destination: log }) }),
  })
}

export interface SentEvent {
  readonly id: string | undefined
  readonly event: string | undefined
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever was sent
  readonly data: any
}

/** Reads server-sent events as a browser would; comments are left out. */
export async function* readEvents(response: Response): AsyncGenerator<SentEvent, void> {
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) if (!block.startsWith(':')) yield toEvent(block)
  }
}

function toEvent(block: string): SentEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const data = fields.get('data') ?? 'null'
  return {
    id: fields.get('id'),
    event: fields.get('event'),
    data: data === '[DONE]' ? data : JSON.parse(data),
  }
}

export async function collectEvents(response: Response): Promise<SentEvent[]> {
  return Array.fromAsync(readEvents(response))
}

export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
