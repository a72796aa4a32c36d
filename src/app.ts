import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { revisionOf, type Bot } from './bot.ts'
import type { BotInfo, Bots, Channel, Host } from './channels/channel.ts'
import { createOpenAIChannel } from './channels/openai/openai.ts'
import { createPageChannel } from './channels/page/page.ts'
import { createWebChannel } from './channels/web/web.ts'
import { defaultModelOf, type Config } from './config.ts'
import { addHealthRoutes } from './http/health.ts'
import { createHttpServer } from './http/http-server.ts'
import { OpenRequests } from './http/open-requests.ts'
import { createOfflineModel } from './models/offline.ts'
import { createModelResolver, type ModelResolver } from './models/resolve-model.ts'
import type { Log } from './observe/log.ts'
import type { Project } from './project.ts'
import { migrateUp } from './store/migrate.ts'
import { openStore, type OpenStore } from './store/open-store.ts'
import { createTasks } from './tasks/own-tasks.ts'
import type { Tasks } from './tasks/tasks.ts'
import { summarize, type Feature } from './summary.ts'
import { readVersion } from './version.ts'
import { ConversationHost, type ServedBot } from './turn/conversation-host.ts'

export interface AppOptions {
  readonly config: Config
  readonly project: Project
  readonly log: Log
}

/** Everything wired together, not yet listening. */
export interface App {
  readonly server: FastifyInstance
  readonly host: Host
  readonly store: OpenStore
  /** What is on, what is off and why. */
  readonly summary: readonly Feature[]
  /** From now on replies close their connections and `/readyz` fails; requests are still taken. */
  beginDrain(): void
  /** Waits up to `timeoutMs` for the running turns, then interrupts what is left; resolves when no turn runs. */
  drainTurns(timeoutMs: number): Promise<void>
  /** Takes no new connection and ends the idle ones; resolves when no request is open any more. */
  stopListening(): Promise<void>
  /** Interrupts what still runs, ends every connection, closes the server and the store. */
  close(): Promise<void>
}

/** How often the store is relieved of old event logs and of turns that nobody runs any more. */
const SWEEP_MS = 60_000

/** Opens the database as the configuration says; migrates nothing. */
export function openDatabase(config: Config, log: Log): Promise<OpenStore> {
  return openStore({
    ...(config.DATABASE_URL && { databaseUrl: config.DATABASE_URL }),
    dataDir: config.DATA_DIR,
    poolSize: config.DATABASE_POOL_SIZE,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_SECONDS * 1_000,
    queryTimeoutMs: config.DATABASE_TIMEOUT * 1_000,
    onWarning: (message, error) => log.warn({ err: error }, message),
  })
}

/** Finds models by their strings; throws `invalid_configuration` when a key is missing. */
export function createModels(config: Config): ModelResolver {
  return createModelResolver({
    openai: provider(config.OPENAI_API_KEY, config.OPENAI_BASE_URL),
    cohere: provider(config.COHERE_API_KEY, config.COHERE_BASE_URL),
    anthropic: provider(config.ANTHROPIC_API_KEY, config.ANTHROPIC_BASE_URL),
    grok: provider(config.XAI_API_KEY, config.XAI_BASE_URL),
    offline: () => createOfflineModel({ paceMs: config.OFFLINE_PACE_MS }),
    timeouts: {
      connectMs: config.MODEL_CONNECT_TIMEOUT_MS,
      firstByteMs: config.MODEL_FIRST_TOKEN_TIMEOUT_MS,
      idleMs: config.MODEL_IDLE_TIMEOUT_MS,
    },
  })
}

/** Wires bots, models, store and channels together. Everything that cannot work fails here, not at a request. */
export async function createApp({ config, project, log }: AppOptions): Promise<App> {
  const models = createModels(config)
  const bots = project.bots.map((bot) => serveBot(bot, models, config))
  const store = await openDatabase(config, log)
  try {
    await prepareStore(store, config, log)
    return await assemble({ config, log, bots, store })
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Parts {
  readonly config: Config
  readonly log: Log
  readonly bots: readonly ServedBot[]
  readonly store: OpenStore
}

async function assemble({ config, log, bots, store }: Parts): Promise<App> {
  let draining = false
  const tasks = createTasks({
    store: store.tasks,
    defaultTimeZone: config.TIME_ZONE,
    mostTasks: config.MAX_TASKS_PER_PERSON,
  })
  const turns = createHost({ config, log, bots, store, tasks })
  const host = toHost(turns, bots)
  const server = await createServer({ config, log, store, isDraining: () => draining })
  const requests = new OpenRequests(server)
  const channels = createChannels(config)
  for (const channel of channels) channel.register(server, host)
  const stopSweeping = sweep(store, config, log)
  await server.ready()
  return {
    server,
    host,
    store,
    summary: summarize({
      bots: bots.map(({ bot, model }) => ({ name: bot.name, model: model.id })),
      database: store.describe(),
      openaiChannel: channels.some(({ name }) => name === 'openai'),
      keysRequired: config.API_KEYS !== undefined,
    }),
    beginDrain: () => {
      draining = true
    },
    drainTurns: (timeoutMs) => turns.drain(timeoutMs),
    stopListening: () => {
      server.server.close()
      server.server.closeIdleConnections()
      return requests.settled()
    },
    close: async () => {
      stopSweeping()
      await turns.drain(0)
      server.server.closeAllConnections()
      await server.close()
      await store.close()
    },
  }
}

interface HostParts extends Parts {
  readonly tasks: Tasks
}

function createHost({ config, log, bots, store, tasks }: HostParts): ConversationHost {
  return new ConversationHost({
    bots,
    store,
    owner: randomUUID(),
    maxRunningTurns: config.MAX_RUNNING_TURNS,
    modelRetries: config.MODEL_RETRIES,
    servicesOf: (subject) => ({ tasks: tasks.of(subject) }),
    onTurn: (turn) => log.info(turn, 'turn'),
    onProblem: ({ what, cause }, turn) => log.warn({ ...turn, err: cause }, what),
    onError: (error) =>
      log.error({ err: error }, 'the events of running turns could not be stored; trying again'),
  })
}

interface ServerParts extends Omit<Parts, 'bots'> {
  readonly isDraining: () => boolean
}

async function createServer({ config, log, store, isDraining }: ServerParts): Promise<FastifyInstance> {
  const version = readVersion()
  const server = await createHttpServer({
    log,
    version,
    maxBodyBytes: config.MAX_BODY_BYTES,
    keepAliveTimeoutMs: config.HTTP_KEEP_ALIVE_TIMEOUT,
    headersTimeoutMs: config.HTTP_HEADERS_TIMEOUT,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    publicUrl: config.APP_URL,
    isDraining,
  })
  addHealthRoutes(server, {
    version,
    okWord: config.HEALTH_OK_WORD,
    isDraining,
    checks: { database: () => store.check() },
  })
  return server
}

function createChannels(config: Config): readonly Channel[] {
  const production = config.NODE_ENV === 'production'
  const openai = createOpenAIChannel({ apiKeys: config.API_KEYS, maxBodyBytes: config.MAX_BODY_BYTES })
  return [
    createPageChannel(),
    createWebChannel({ strictIds: production }),
    ...(production && !config.API_KEYS ? [] : [openai]),
  ]
}

function provider(
  apiKey: string | undefined,
  baseUrl: string,
): { readonly apiKey?: string; readonly baseUrl: string } {
  return { baseUrl, ...(apiKey && { apiKey }) }
}

/** A bot with its model. Throws `invalid_configuration` when the model cannot be had. */
export function serveBot(bot: Bot, models: ModelResolver, config: Config): ServedBot {
  const named = bot.model ?? defaultModelOf(config)
  const model = typeof named === 'string' ? models.resolve(named) : named
  return { bot, model, revision: revisionOf(bot, model.id) }
}

async function prepareStore(store: OpenStore, config: Config, log: Log): Promise<void> {
  if (config.DATABASE_MIGRATE) {
    const { done, failure } = await migrateUp(store.db)
    if (failure) throw failure.error
    if (done.length > 0) log.info({ migrations: done }, 'database migrated')
  }
  // Nobody else can hold an embedded database, so whatever still runs in it died with its process.
  const interrupted = await store.turns.interruptAbandoned({ all: store.kind === 'embedded' })
  if (interrupted > 0) log.warn({ interrupted }, 'closed turns that an earlier process left unfinished')
}

function sweep(store: OpenStore, config: Config, log: Log): () => void {
  const run = async (): Promise<void> => {
    try {
      await store.turns.interruptAbandoned({ all: false })
      await store.turns.pruneLogs(config.EVENT_LOG_HOURS * 3_600_000)
    } catch (error) {
      log.warn({ err: error }, 'old event logs could not be swept; trying again in a minute')
    }
  }
  const timer = setInterval(() => void run(), SWEEP_MS).unref()
  return () => clearInterval(timer)
}

function toHost(turns: ConversationHost, served: readonly ServedBot[]): Host {
  const list = served.map(({ bot }) => toBotInfo(bot))
  const bots: Bots = { list: () => list, find: (name) => list.find((bot) => bot.name === name) }
  return {
    bots,
    converse: (request) => turns.converse(request),
    resume: (turnId, afterSeq, readerLeft) => turns.resume(turnId, afterSeq, readerLeft),
    stop: (turnId) => turns.stop(turnId),
    history: (conversation) => turns.history(conversation),
  }
}

function toBotInfo({ name, title, description, suggestions }: Bot): BotInfo {
  return Object.freeze({ name, title, description, suggestions })
}
