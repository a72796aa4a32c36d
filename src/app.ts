import type { FastifyInstance } from 'fastify'
import { addAccess } from './accounts/add-access.ts'
import type { AppParts } from './app/app-parts.ts'
import { addUploads, openLibrary } from './app/open-library.ts'
import { createConverse, createTurns, toHost } from './app/create-host.ts'
import { createLife, type AppLife } from './app/create-life.ts'
import { createJobQueue, createMessageQueue } from './app/create-queues.ts'
import { openAccess, type Access } from './accounts/open-access.ts'
import { revisionOf, type Bot } from './bot.ts'
import type { Channel, Host } from './channels/channel.ts'
import { createOpenAIChannel } from './channels/openai/openai.ts'
import { RunningChannels } from './channels/running-channels.ts'
import { createPageChannel } from './channels/page/page.ts'
import { describePoe, toPoeChannelOptions } from './channels/poe/poe-channel-options.ts'
import { createPoeChannel, type PoeChannelOptions } from './channels/poe/poe.ts'
import { createTelegramChannel, type TelegramChannelOptions } from './channels/telegram/telegram.ts'
import { describeTelegram, toTelegramOptions } from './channels/telegram/telegram-options.ts'
import { createRestChannel, type RestChannelOptions } from './channels/rest/rest.ts'
import { createWebChannel } from './channels/web/web.ts'
import { defaultModelOf, type Config } from './config.ts'
import { addHealthRoutes } from './http/health.ts'
import { createHttpServer } from './http/http-server.ts'
import type { Gate } from './http/principal.ts'
import type { Library } from './knowledge/library.ts'
import { createOfflineModel } from './models/offline.ts'
import { createModelResolver, type ModelResolver } from './models/resolve-model.ts'
import type { Log } from './observe/log.ts'
import type { Project } from './project.ts'
import { migrateUp } from './store/migrate.ts'
import { openStore, type OpenStore } from './store/open-store.ts'
import { createTasks } from './tasks/own-tasks.ts'
import { addTaskRoutes } from './tasks/task-routes.ts'
import { summarize, type Feature } from './summary.ts'
import type { Jobs } from './jobs/job.ts'
import { readVersion } from './version.ts'
import { type ServedBot } from './turn/conversation-host.ts'

export { inspectTelegram } from './channels/telegram/inspect-telegram.ts'

export interface AppOptions {
  readonly config: Config
  readonly project: Project
  readonly log: Log
  /** Further channels, beside those that ship. Default: none. */
  readonly channels?: readonly Channel[]
}

/** Everything wired together, not yet listening. */
export interface App extends AppLife {
  readonly server: FastifyInstance
  readonly host: Host
  readonly jobs: Jobs
  readonly library: Library
  readonly store: OpenStore
  /** What is on, what is off and why. */
  readonly summary: readonly Feature[]
}

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
    poe: provider(config.POE_API_KEY, config.POE_BASE_URL),
    offline: () => createOfflineModel({ paceMs: config.OFFLINE_PACE_MS }),
    timeouts: {
      connectMs: config.MODEL_CONNECT_TIMEOUT_MS,
      firstByteMs: config.MODEL_FIRST_TOKEN_TIMEOUT_MS,
      idleMs: config.MODEL_IDLE_TIMEOUT_MS,
    },
  })
}

/** Wires bots, models, store and channels together. Everything that cannot work fails here, not at a request. */
export async function createApp({ config, project, log, channels = [] }: AppOptions): Promise<App> {
  const models = createModels(config)
  const bots = project.bots.map((bot) => serveBot(bot, models, config))
  const store = await openDatabase(config, log)
  try {
    await prepareStore(store, config, log)
    return await assemble({ config, log, bots, store, project, further: channels })
  } catch (error) {
    await store.close()
    throw error
  }
}

interface WholeApp extends AppParts {
  readonly project: Project
  /** Channels beside those that ship. */
  readonly further: readonly Channel[]
}

async function assemble({ further, project, ...parts }: WholeApp): Promise<App> {
  const { config, log, bots, store } = parts
  let draining = false
  const tasks = createTasks({
    store: store.tasks,
    defaultTimeZone: config.TIME_ZONE,
    mostTasks: config.MAX_TASKS_PER_PERSON,
  })
  const onWarning = (message: string, error?: unknown): void => log.warn(error ? { err: error } : {}, message)
  const access = await openAccess({ config, store, alone: store.kind === 'embedded', onWarning })
  const { cache } = access
  const { library, search } = await openLibrary({ config, store, cache, onWarning }, () => jobs)
  const turns = createTurns({ ...parts, tasks, library })
  const converse = createConverse({ ...parts, turns, access })
  const server = await createServer({
    config,
    log,
    store,
    channelProblems: () => problemsOf(channels),
    isDraining: () => draining,
  })
  const gate = addAccess(server, access, { config, onWarning })
  if (gate) addTaskRoutes(server, { gate, tasks })
  if (gate) addUploads(server, { ...parts, gate, library })
  const poe = toPoeChannelOptions(config, bots, access.createLimiter)
  const channels = [...createChannels(config, { gate, access, poe, bots }), ...further]
  const jobs = createJobQueue(parts, { project, channels, library })
  const inbox = createMessageQueue({ ...parts, turns, channels, converse })
  const host = toHost({ ...parts, turns, inbox, access, converse, services: { tasks, library } })
  const running = new RunningChannels(channels)
  const drained = { inbox, jobs, turns, running }
  const life = createLife({ server, host, store, access, ...drained, onDrain: () => (draining = true) })
  for (const channel of channels) channel.register(server, host)
  await server.ready()
  return {
    server,
    host,
    jobs,
    library,
    store,
    summary: summarize({
      bots: bots.map(({ bot, model }) => ({ name: bot.name, model: model.id })),
      database: store.describe(),
      openaiChannel: channels.some(({ name }) => name === 'openai'),
      keysRequired: config.API_KEYS !== undefined,
      tokenSecret: access.tokenSecret,
      cache: access.cache.place,
      search,
      telegram: describeTelegram(config),
      poe: describePoe(poe),
    }),
    ...life,
  }
}

interface ServerParts extends Omit<AppParts, 'bots'> {
  readonly channelProblems: () => Readonly<Record<string, string>>
  readonly isDraining: () => boolean
}

/** What channels say is not well with them, by their names. */
function problemsOf(channels: readonly Channel[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    channels.flatMap((channel) => {
      const problem = channel.health?.() ?? null
      return problem === null ? [] : [[channel.name, problem]]
    }),
  )
}

async function createServer({
  config,
  log,
  store,
  channelProblems,
  isDraining,
}: ServerParts): Promise<FastifyInstance> {
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
    channelProblems,
  })
  return server
}

interface ChannelParts {
  readonly gate: Gate | undefined
  readonly access: Access
  readonly poe: PoeChannelOptions | undefined
  readonly bots: readonly ServedBot[]
}

function createChannels(config: Config, { gate, access, poe, bots }: ChannelParts): readonly Channel[] {
  const production = config.NODE_ENV === 'production'
  const telegram = toTelegramOptions(config)
  const openai = createOpenAIChannel({ apiKeys: config.API_KEYS, maxBodyBytes: config.MAX_BODY_BYTES })
  return [
    createPageChannel(),
    createWebChannel({ strictIds: production, ...(gate && { gate }) }),
    ...(gate ? [createRestChannel({ gate, ...restOptions(config, access) })] : []),
    ...(production && !config.API_KEYS ? [] : [openai]),
    ...(typeof telegram === 'string'
      ? []
      : [createTelegramChannel({ ...telegram, texts: telegramTexts(bots) })]),
    ...(poe ? [createPoeChannel(poe)] : []),
  ]
}

function telegramTexts(bots: readonly ServedBot[]): NonNullable<TelegramChannelOptions['texts']> {
  return new Map(bots.map(({ bot }) => [bot.name, bot.telegram?.texts]))
}

function restOptions(config: Config, { conversations }: Access): Omit<RestChannelOptions, 'gate'> {
  return { conversations, bot: config.REST_BOT, timeoutMs: config.CHAT_TIMEOUT * 1_000 }
}

function provider(
  apiKey: string | undefined,
  baseUrl: string,
): { readonly apiKey?: string; readonly baseUrl: string } {
  return { baseUrl, ...(apiKey && { apiKey }) }
}

/** A bot with its model. Throws `invalid_configuration` when the model cannot be had. */
export function serveBot(defined: Bot, models: ModelResolver, config: Config): ServedBot {
  const bot = limitHistory(defined, config)
  const named = bot.model ?? defaultModelOf(config)
  const model = typeof named === 'string' ? models.resolve(named) : named
  return { bot, model, revision: revisionOf(bot, model.id) }
}

/** A turn is two messages: what the person said and the answer. */
function limitHistory(bot: Bot, { MAX_HISTORY_TURNS: turns }: Config): Bot {
  return turns === undefined ? bot : { ...bot, limits: { ...bot.limits, historyMessages: turns * 2 } }
}

async function prepareStore(store: OpenStore, config: Config, log: Log): Promise<void> {
  if (config.DATABASE_MIGRATE) {
    const { done, failure } = await migrateUp(store.db)
    if (failure) throw failure.error
    if (done.length > 0) log.info({ migrations: done }, 'database migrated')
  }
  // Nobody else can hold an embedded database, so whatever still runs in it died with its process.
  if (store.kind === 'embedded') await store.lanes.voidLeases()
  const interrupted = await store.turns.interruptAbandoned({ all: store.kind === 'embedded' })
  if (interrupted > 0) log.warn({ interrupted }, 'closed turns that an earlier process left unfinished')
}
