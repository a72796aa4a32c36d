import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { addAuthRoutes } from './accounts/auth-routes.ts'
import { openAccess, type Access } from './accounts/open-access.ts'
import { revisionOf, type Bot } from './bot.ts'
import { openCache, type OpenCache } from './cache/open-cache.ts'
import type { BotInfo, Bots, Channel, Host } from './channels/channel.ts'
import type { ConverseRequest } from './conversation.ts'
import { createOpenAIChannel } from './channels/openai/openai.ts'
import { RunningChannels } from './channels/running-channels.ts'
import { createPageChannel } from './channels/page/page.ts'
import { createTelegramChannel } from './channels/telegram/telegram.ts'
import { describeTelegram, toTelegramOptions } from './channels/telegram/telegram-options.ts'
import { createRestChannel } from './channels/rest/rest.ts'
import { createWebChannel } from './channels/web/web.ts'
import { defaultModelOf, type Config } from './config.ts'
import { addHealthRoutes } from './http/health.ts'
import { createHttpServer } from './http/http-server.ts'
import { OpenRequests } from './http/open-requests.ts'
import { Gate } from './http/principal.ts'
import { addRateLimits, type CountUser } from './http/rate-limits.ts'
import { createLimiters } from './limits/create-limiters.ts'
import type { CreateLimiter } from './limits/limits.ts'
import { createOfflineModel } from './models/offline.ts'
import { createModelResolver, type ModelResolver } from './models/resolve-model.ts'
import type { Log } from './observe/log.ts'
import type { Project } from './project.ts'
import { migrateUp } from './store/migrate.ts'
import { openStore, type OpenStore } from './store/open-store.ts'
import { createTasks } from './tasks/own-tasks.ts'
import type { Tasks } from './tasks/tasks.ts'
import { summarize, type Feature } from './summary.ts'
import { createInbox, type MessageQueue } from './inbox/inbox.ts'
import { readVersion } from './version.ts'
import { ConversationHost, type ServedBot } from './turn/conversation-host.ts'

export interface AppOptions {
  readonly config: Config
  readonly project: Project
  readonly log: Log
  /** Further channels, beside those that ship. Default: none. */
  readonly channels?: readonly Channel[]
}

/** Everything wired together, not yet listening. */
export interface App {
  readonly server: FastifyInstance
  readonly host: Host
  readonly store: OpenStore
  /** What is on, what is off and why. */
  readonly summary: readonly Feature[]
  /** Begins what does not wait for requests: channels that poll, and the answers to accepted messages. */
  start(): Promise<void>
  /**
   * From now on replies close their connections, `/readyz` fails and no accepted message is begun; requests are still
   * taken.
   */
  beginDrain(): void
  /**
   * Stops the channels, waits up to `timeoutMs` for the running turns, then hands accepted messages over and
   * interrupts what is left; resolves when no turn runs.
   */
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
export async function createApp({ config, project, log, channels = [] }: AppOptions): Promise<App> {
  const models = createModels(config)
  const bots = project.bots.map((bot) => serveBot(bot, models, config))
  const store = await openDatabase(config, log)
  try {
    await prepareStore(store, config, log)
    return await assemble({ config, log, bots, store, channels: [...createChannels(config), ...channels] })
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

async function assemble({
  channels,
  ...parts
}: Parts & { readonly channels: readonly Channel[] }): Promise<App> {
  const { config, log, bots, store } = parts
  let draining = false
  const tasks = createTasks({
    store: store.tasks,
    defaultTimeZone: config.TIME_ZONE,
    mostTasks: config.MAX_TASKS_PER_PERSON,
  })
  const turns = createHost({ config, log, bots, store, tasks })
  const host = toHost(turns, { bots, store, log })
  const server = await createServer({ config, log, store, isDraining: () => draining })
  const requests = new OpenRequests(server)
  const channels = createChannels(config)
  for (const channel of channels) channel.register(server, host)
  const stopSweeping = sweep(store, config, log)
  const drainTurns = async (timeoutMs: number): Promise<void> => {
    await running.stop()
    await Promise.all([inbox.drain(timeoutMs), turns.drain(timeoutMs)])
  }
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
      tokenSecret: access?.secretOrigin,
      cache: shared.cache.place,
      telegram: describeTelegram(config),
    }),
    start: async () => {
      inbox.start()
      await running.start(host)
    },
    beginDrain: () => {
      draining = true
      inbox.stopClaiming()
    },
    drainTurns,
    stopListening: () => {
      server.server.close()
      server.server.closeIdleConnections()
      return requests.settled()
    },
    close: async () => {
      stopSweeping()
      await drainTurns(0)
      server.server.closeAllConnections()
      await server.close()
      await shared.close()
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

function createMessageQueue(
  { config, log, store }: Parts,
  turns: ConversationHost,
  channels: readonly Channel[],
): MessageQueue {
  return createInbox({
    store,
    handlers: new Map(channels.flatMap(({ name, inbox }) => (inbox ? [[name, inbox]] : []))),
    converse: async (request) => {
      const answer = await turns.converse(request)
      // Nobody reacts before having read something, so the answer does not wait for it.
      if (request.reference) void link(request, answer.turnId)
      return answer
    },
    turnOver: (turnId) => turns.turnOver(turnId),
    concurrency: config.INBOX_CONCURRENCY,
    onAmbiguous: (delivery) => log.warn(delivery, 'a message may have been sent that nobody knows of'),
    onFailure: ({ lane, error, dead }) =>
      log[dead ? 'error' : 'warn'](
        { messageId: lane.item?.payload, attempt: lane.attempts, err: error },
        dead ? 'a message went to the dead letters' : 'a message could not be answered; trying again',
      ),
    onDatabase: (error) =>
      error === undefined
        ? log.info('accepted messages are answered again')
        : log.error({ err: error }, 'accepted messages wait: the database cannot be used; trying again'),
  })
}

interface ServerParts extends Omit<Parts, 'bots'> {
  readonly channels: readonly Channel[]
  readonly isDraining: () => boolean
}

async function createServer({
  config,
  log,
  store,
  channels,
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
    channelProblems: () => Object.fromEntries(channels.flatMap((channel) => problemOf(channel))),
  })
  return server
}

function openShared({ config, log, store }: Omit<Parts, 'bots'>): Promise<OpenCache> {
  return openCache({
    redisUrl: config.REDIS_URL,
    alone: store.kind === 'embedded',
    onChange: (state, error) =>
      state === 'away'
        ? log.warn({ err: error }, 'Redis is away; each process caches nothing and counts for itself')
        : log.info('Redis is back'),
  })
}

interface LimitParts extends Pick<Parts, 'config' | 'log'> {
  readonly createLimiter: CreateLimiter
}

function limitRates(server: FastifyInstance, { config, log, createLimiter }: LimitParts): CountUser {
  return addRateLimits(server, {
    createLimiter,
    perSecond: config.RATE_LIMIT_PER_SECOND,
    burst: config.RATE_LIMIT_BURST,
    chatPerMinute: config.CHAT_RATE_LIMIT_PER_MINUTE,
    streamsPerMinute: config.STREAM_RATE_LIMIT_PER_MINUTE,
    onHiddenClients: () =>
      log.warn(
        'requests come through a proxy: set TRUST_PROXY=true, or all of its clients share one rate limit',
      ),
  })
}

interface PersonalParts extends Pick<Parts, 'config' | 'store'> {
  readonly access: Access | undefined
  readonly gate: Gate | undefined
}

/** What needs an account. */
function createPersonalChannels({ config, store, access, gate }: PersonalParts): readonly Channel[] {
  if (!access || !gate) return []
  const own = store.ownConversations
  const conversations = {
    ...own,
    list: (subject: string) => access.conversations.list(subject),
    remove: async (subject: string, id: string) => {
      const removed = await own.remove(subject, id)
      if (removed) await access.conversations.changed(subject)
      return removed
    },
  }
  const timeoutMs = config.CHAT_TIMEOUT * 1_000
  return [createRestChannel({ gate, conversations, bot: config.REST_BOT, timeoutMs })]
}

function problemOf({ name, health }: Channel): readonly (readonly [string, string])[] {
  const problem = health?.() ?? null
  return problem === null ? [] : [[name, problem]]
}

function createChannels(config: Config, gate: Gate | undefined): readonly Channel[] {
  const production = config.NODE_ENV === 'production'
  const telegram = toTelegramOptions(config)
  const openai = createOpenAIChannel({ apiKeys: config.API_KEYS, maxBodyBytes: config.MAX_BODY_BYTES })
  return [
    createPageChannel(),
    createWebChannel({ strictIds: production, ...(gate && { gate }) }),
    ...(production && !config.API_KEYS ? [] : [openai]),
    ...(typeof telegram === 'string' ? [] : [createTelegramChannel(telegram)]),
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
  if (store.kind === 'embedded') await store.lanes.voidLeases()
  const interrupted = await store.turns.interruptAbandoned({ all: store.kind === 'embedded' })
  if (interrupted > 0) log.warn({ interrupted }, 'closed turns that an earlier process left unfinished')
}

function sweep(store: OpenStore, config: Config, log: Log): () => void {
  const run = async (): Promise<void> => {
    try {
      await store.turns.interruptAbandoned({ all: false })
      await store.turns.pruneLogs(config.EVENT_LOG_HOURS * 3_600_000)
      await store.accounts.forgetExpired()
    } catch (error) {
      log.warn({ err: error }, 'old event logs could not be swept; trying again in a minute')
    }
  }
  const timer = setInterval(() => void run(), SWEEP_MS).unref()
  return () => clearInterval(timer)
}

function toHost(turns: ConversationHost, { bots: served, store, log }: Omit<Parts, 'config'>): Host {
  const list = served.map(({ bot }) => toBotInfo(bot))
  const link = async ({ conversation, reference = '' }: ConverseRequest, turnId: string): Promise<void> => {
    const { bot, channel } = conversation
    try {
      await store.feedback.link({ bot, channel, reference, turnId })
    } catch (error) {
      log.warn({ err: error, turnId }, 'reactions to this answer will not find it')
    }
  }
  const bots: Bots = { list: () => list, find: (name) => list.find((bot) => bot.name === name) }
  return {
    bots,
    converse: async (request) => {
      const subject = (await access?.accounts.links.resolve(request.subject)) ?? request.subject
      const answer = await turns.converse({ ...request, subject })
      // Not waited for: this process knows at once, and the answer should begin.
      void access?.conversations.changed(subject)
      return answer
    },
    link: async (subject, code) => (await access?.accounts.links.link(subject, code)) ?? false,
    resume: (turnId, afterSeq, readerLeft) => turns.resume(turnId, afterSeq, readerLeft),
    stop: (turnId) => turns.stop(turnId),
    history: (conversation) => turns.history(conversation),
    report: async (feedback) => {
      const target = await store.feedback.record(feedback)
      const { bot, channel, kind, value, removed = false } = feedback
      log.info({ bot, channel, kind, value, removed, ...target }, 'feedback')
    },
    notes: store.notes,
  }
}

function toBotInfo({ name, title, description, suggestions }: Bot): BotInfo {
  return Object.freeze({ name, title, description, suggestions })
}
