import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { addAccess } from './accounts/add-access.ts'
import { openAccess, type Access } from './accounts/open-access.ts'
import { revisionOf, type Bot } from './bot.ts'
import type { BotInfo, Bots, Channel, Host } from './channels/channel.ts'
import type { ConverseRequest } from './conversation.ts'
import { createOpenAIChannel } from './channels/openai/openai.ts'
import { RunningChannels } from './channels/running-channels.ts'
import { createPageChannel } from './channels/page/page.ts'
import { describePoe, toPoeChannelOptions } from './channels/poe/poe-channel-options.ts'
import { createPoeChannel, type PoeChannelOptions } from './channels/poe/poe.ts'
import { createTelegramChannel } from './channels/telegram/telegram.ts'
import { describeTelegram, toTelegramOptions } from './channels/telegram/telegram-options.ts'
import { createRestChannel, type RestChannelOptions } from './channels/rest/rest.ts'
import { createWebChannel } from './channels/web/web.ts'
import { defaultModelOf, type Config } from './config.ts'
import { addHealthRoutes } from './http/health.ts'
import { createHttpServer } from './http/http-server.ts'
import { OpenRequests } from './http/open-requests.ts'
import type { Gate } from './http/principal.ts'
import { createOfflineModel } from './models/offline.ts'
import { createModelResolver, type ModelResolver } from './models/resolve-model.ts'
import type { Log } from './observe/log.ts'
import type { Project } from './project.ts'
import { migrateUp } from './store/migrate.ts'
import { openStore, type OpenStore } from './store/open-store.ts'
import { createTasks } from './tasks/own-tasks.ts'
import { createReminderJobs, type NotifyingChannel } from './tasks/reminders.ts'
import { addTaskRoutes } from './tasks/task-routes.ts'
import type { Tasks } from './tasks/tasks.ts'
import { summarize, type Feature } from './summary.ts'
import { createInbox, type MessageQueue } from './inbox/inbox.ts'
import { createHousekeeping } from './jobs/housekeeping.ts'
import type { Jobs } from './jobs/job.ts'
import { JobQueue } from './jobs/job-queue.ts'
import { readVersion } from './version.ts'
import { ConversationHost, type ServedBot } from './turn/conversation-host.ts'

export { inspectTelegram } from './channels/telegram/inspect-telegram.ts'

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
  readonly jobs: Jobs
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

const HOUR_MS = 3_600_000

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

interface Parts {
  readonly config: Config
  readonly log: Log
  readonly bots: readonly ServedBot[]
  readonly store: OpenStore
}

interface AppParts extends Parts {
  readonly project: Project
  /** Channels beside those that ship. */
  readonly further: readonly Channel[]
}

async function assemble({ further, project, ...parts }: AppParts): Promise<App> {
  const { config, log, bots, store } = parts
  let draining = false
  const tasks = createTasks({
    store: store.tasks,
    defaultTimeZone: config.TIME_ZONE,
    mostTasks: config.MAX_TASKS_PER_PERSON,
  })
  const onWarning = (message: string, error?: unknown): void => log.warn(error ? { err: error } : {}, message)
  const access = await openAccess({ config, store, alone: store.kind === 'embedded', onWarning })
  const turns = createHost({ ...parts, tasks })
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
  const poe = toPoeChannelOptions(config, bots, access.createLimiter)
  const channels = [...createChannels(config, { gate, access, poe }), ...further]
  const jobs = createJobQueue(parts, { project, channels })
  const inbox = createMessageQueue({ ...parts, turns, channels, converse })
  const host = toHost({ ...parts, turns, inbox, access, converse })
  const running = new RunningChannels(channels)
  const requests = new OpenRequests(server)
  for (const channel of channels) channel.register(server, host)
  const drainTurns = async (timeoutMs: number): Promise<void> => {
    await running.stop()
    await Promise.all([inbox.drain(timeoutMs), jobs.drain(timeoutMs), turns.drain(timeoutMs)])
  }
  await server.ready()
  return {
    server,
    host,
    jobs,
    store,
    summary: summarize({
      bots: bots.map(({ bot, model }) => ({ name: bot.name, model: model.id })),
      database: store.describe(),
      openaiChannel: channels.some(({ name }) => name === 'openai'),
      keysRequired: config.API_KEYS !== undefined,
      tokenSecret: access.tokenSecret,
      cache: access.cache.place,
      telegram: describeTelegram(config),
      poe: describePoe(poe),
    }),
    start: async () => {
      inbox.start()
      jobs.start()
      await running.start(host)
    },
    beginDrain: () => {
      draining = true
      inbox.stopClaiming()
      jobs.stopClaiming()
    },
    drainTurns,
    stopListening: () => {
      server.server.close()
      server.server.closeIdleConnections()
      return requests.settled()
    },
    close: async () => {
      await drainTurns(0)
      server.server.closeAllConnections()
      await server.close()
      await access.close()
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

interface ConverseParts extends Parts {
  readonly turns: ConversationHost
  readonly access: Access
}

type Converse = Host['converse']

/** What every message passes, from a channel or from the inbox: people are served as whom they are linked to. */
function createConverse({ turns, access, store, log }: ConverseParts): Converse {
  const link = async ({ conversation, reference = '' }: ConverseRequest, turnId: string): Promise<void> => {
    const { bot, channel } = conversation
    try {
      await store.feedback.link({ bot, channel, reference, turnId })
    } catch (error) {
      log.warn({ err: error, turnId }, 'reactions to this answer will not find it')
    }
  }
  return async (request) => {
    const subject = await access.resolve(request.subject)
    const answer = await turns.converse({ ...request, subject })
    // Not waited for: this process knows at once, and the answer should begin.
    void access.conversations.changed(subject)
    // Nobody reacts before having read something, so the answer does not wait for it.
    if (request.reference) void link(request, answer.turnId)
    return answer
  }
}

interface JobParts {
  readonly project: Project
  readonly channels: readonly Channel[]
}

function createJobQueue({ config, log, store }: Parts, { project, channels }: JobParts): JobQueue {
  const housekeeping = createHousekeeping({
    store,
    eventLogMs: config.EVENT_LOG_HOURS * HOUR_MS,
    inboxMs: config.INBOX_DAYS * 24 * HOUR_MS,
  })
  const reminders = createReminderJobs({
    store: store.tasks,
    channels: () => channels.filter((channel): channel is Channel & NotifyingChannel => !!channel.notify),
  })
  return new JobQueue({
    lanes: store.lanes,
    jobs: [...housekeeping, ...reminders, ...project.jobs],
    onFailure: ({ lane, error, dead }) =>
      log[dead ? 'error' : 'warn'](
        { job: lane.key.split(':')[0], attempt: lane.attempts, err: error },
        dead ? 'a job failed for good' : 'a job failed; trying again',
      ),
    onDatabase: (error) =>
      error === undefined
        ? log.info('jobs are run again')
        : log.error({ err: error }, 'jobs wait: the database cannot be used; trying again'),
  })
}

interface QueueParts extends Parts {
  readonly turns: ConversationHost
  readonly channels: readonly Channel[]
  readonly converse: Converse
}

function createMessageQueue({ config, log, store, turns, channels, converse }: QueueParts): MessageQueue {
  return createInbox({
    store,
    handlers: new Map(channels.flatMap(({ name, inbox }) => (inbox ? [[name, inbox]] : []))),
    converse,
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
  readonly channelProblems: () => Readonly<Record<string, string>>
  readonly isDraining: () => boolean
}

/** What channels say is not well with them, by their names. */
function problemsOf(channels: readonly Channel[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    channels.flatMap(({ name, health }) => {
      const problem = health?.() ?? null
      return problem === null ? [] : [[name, problem]]
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
}

function createChannels(config: Config, { gate, access, poe }: ChannelParts): readonly Channel[] {
  const production = config.NODE_ENV === 'production'
  const telegram = toTelegramOptions(config)
  const openai = createOpenAIChannel({ apiKeys: config.API_KEYS, maxBodyBytes: config.MAX_BODY_BYTES })
  return [
    createPageChannel(),
    createWebChannel({ strictIds: production, ...(gate && { gate }) }),
    ...(gate ? [createRestChannel({ gate, ...restOptions(config, access) })] : []),
    ...(production && !config.API_KEYS ? [] : [openai]),
    ...(typeof telegram === 'string' ? [] : [createTelegramChannel(telegram)]),
    ...(poe ? [createPoeChannel(poe)] : []),
  ]
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

interface WiredParts extends ConverseParts {
  readonly inbox: MessageQueue
  readonly converse: Converse
}

function toHost({ bots: served, store, log, turns, inbox, access, converse }: WiredParts): Host {
  const list = served.map(({ bot }) => toBotInfo(bot))
  const bots: Bots = { list: () => list, find: (name) => list.find((bot) => bot.name === name) }
  return {
    bots,
    converse,
    accept: (message) => inbox.accept(message),
    clear: (conversation) => turns.clear(conversation),
    link: (subject, code) => access.link(subject, code),
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
