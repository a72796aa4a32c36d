import type { FastifyInstance } from 'fastify'
import { addAccess } from './accounts/add-access.ts'
import { openAccess } from './accounts/open-access.ts'
import type { AppParts } from './app/app-parts.ts'
import { addVoice } from './app/add-voice.ts'
import { describeBot, warnOfMissing } from './app/bot-requirements.ts'
import { createChannels } from './app/create-channels.ts'
import { createConverse, createTurns, toHost } from './app/create-host.ts'
import { createLife, type AppLife } from './app/create-life.ts'
import { addRollouts } from './app/add-rollouts.ts'
import { createModels } from './app/create-models.ts'
import { createJobQueue, createMessageQueue } from './app/create-queues.ts'
import { createServer, problemsOf } from './app/create-server.ts'
import { openAnswerServices } from './app/open-answer-services.ts'
import { addObservability, openObservability } from './app/open-observability.ts'
import { openRollouts } from './app/open-rollouts.ts'
import { addUploads, openLibrary, type UploadParts } from './app/open-library.ts'
import { openOwnChatbots, createGuests } from './app/open-chatbots.ts'
import { openDatabase, prepareStore } from './app/prepare-store.ts'
import { rememberAnswers } from './app/remember-answers.ts'
import { serveBot, serveBots } from './app/serve-bot.ts'
import type { Channel, Host } from './channels/channel.ts'
import { addChatbotRoutes } from './chatbots/chatbot-routes.ts'
import type { Chatbots } from './chatbots/chatbots.ts'
import { describeBitrix24 } from './channels/bitrix24/bitrix24-options.ts'
import { describePoe, toPoeChannelOptions } from './channels/poe/poe-channel-options.ts'
import { RunningChannels } from './channels/running-channels.ts'
import { describeTelegram } from './channels/telegram/telegram-options.ts'
import type { Config } from './config.ts'
import type { Jobs } from './jobs/job.ts'
import type { ModelResolver } from './models/resolve-model.ts'
import type { Library } from './knowledge/library.ts'
import type { Log } from './observe/log.ts'
import type { Project } from './project.ts'
import type { OpenStore } from './store/open-store.ts'
import { summarize, type Feature } from './summary.ts'
import { createTasks } from './tasks/own-tasks.ts'
import { addFileRoutes } from './files/file-routes.ts'
import { addTaskRoutes } from './tasks/task-routes.ts'
import type { Tasks } from './tasks/tasks.ts'

export { createModels } from './app/create-models.ts'
export { openFlags, openRolloutDesk } from './app/open-rollouts.ts'
export { openDatabase } from './app/prepare-store.ts'
export { serveBot, serveBots } from './app/serve-bot.ts'
export { toBitrix24Settings } from './channels/bitrix24/bitrix24-options.ts'
export { inspectBitrix24 } from './channels/bitrix24/inspect-bitrix24.ts'
export { inspectDaData } from './company/inspect-dadata.ts'
export { inspectTelegram } from './channels/telegram/inspect-telegram.ts'
export { describeSearch } from './knowledge/search/open-search.ts'
export { describeVoice } from './voice/open-voice.ts'

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
  readonly chatbots: Chatbots
  readonly store: OpenStore
  /** What is on, what is off and why. */
  readonly summary: readonly Feature[]
}

/** Wires bots, models, store and channels together. Everything that cannot work fails here, not at a request. */
export async function createApp({ config, project, log, channels = [] }: AppOptions): Promise<App> {
  const models = createModels(config)
  const bots = serveBots(project.bots.map((bot) => serveBot(bot, models, config)))
  const observability = await openObservability(config)
  const { metrics } = observability
  const store = await openDatabase(config, log, (ms) => metrics.countPoolWait(ms)).catch(async (error) => {
    await observability.close()
    throw error
  })
  try {
    await prepareStore(store, config, log)
    return await assemble({ config, log, bots, models, store, observability, project, further: channels })
  } catch (error) {
    await store.close()
    await observability.close()
    throw error
  }
}

interface WholeApp extends AppParts {
  readonly project: Project
  readonly models: ModelResolver
  /** Channels beside those that ship. */
  readonly further: readonly Channel[]
}

interface SignedInParts extends UploadParts {
  readonly tasks: Tasks
  readonly chatbots: Chatbots
}

/** The routes of people, and machines, who are signed in. */
function addSignedInRoutes(server: FastifyInstance, parts: SignedInParts): void {
  addTaskRoutes(server, parts)
  addChatbotRoutes(server, parts)
  addUploads(server, parts)
}

async function assemble({ further, project, models, bots: code, ...base }: WholeApp): Promise<App> {
  const { config, log, store } = base
  let draining = false
  const tasks = createTasks({
    store: store.tasks,
    defaultTimeZone: config.TIME_ZONE,
    mostTasks: config.MAX_TASKS_PER_PERSON,
  })
  const onWarning = (message: string, error?: unknown): void => log.warn(error ? { err: error } : {}, message)
  const access = await openAccess({ config, store, alone: store.kind === 'embedded', onWarning })
  const { cache } = access
  const opened = await openLibrary({ config, store, cache, onWarning }, () => jobs)
  const { library, search } = opened
  warnOfMissing(config, code.list(), log)
  const { companies, files } = openAnswerServices(base)
  const services = { tasks, library, companies, files }
  const chatbots = await openOwnChatbots({ config, store, code, models, library, onWarning })
  const bots = chatbots.served
  const parts = { ...base, bots }
  const published = (id: string, hash: string) => chatbots.revision(id, hash)
  const rollouts = await openRollouts({ ...parts, project, models, published })
  const { caches } = base.observability.metrics
  const choose = rememberAnswers(rollouts.choose, { config, content: access.content, caches })
  const turns = createTurns({ ...parts, services, choose })
  const converse = createConverse({ ...parts, turns, access, chatbots })
  const server = await createServer({
    ...parts,
    channelProblems: () => problemsOf(channels),
    isDraining: () => draining,
  })
  const gate = addAccess(server, access, { config, onWarning })
  server.addHook('onClose', () => companies.close())
  server.addHook('onClose', async () => chatbots.close())
  addFileRoutes(server, files)
  addRollouts(server, { config, gate, rollouts })
  const voice = await addVoice(server, { ...parts, content: access.content })
  if (gate) addSignedInRoutes(server, { config, gate, tasks, code, chatbots, library })
  addObservability(server, {
    ...parts,
    ...{ gate, access, voice },
    library: opened,
    running: () => turns.runningTurns,
    channels: () => channels,
  })
  const poe = toPoeChannelOptions(config, bots.list(), access.createLimiter)
  const channels = [
    ...createChannels(config, {
      gate,
      access,
      poe,
      portals: store.bitrixPortals,
      bots: bots.list(),
      guests: createGuests(config, store),
    }),
    ...further,
  ]
  const jobs = createJobQueue(parts, { project, channels, library })
  const inbox = createMessageQueue({ ...parts, turns, channels, converse })
  const host = toHost({ ...parts, turns, inbox, access, converse, services, voice, flags: rollouts.flags })
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
    chatbots,
    store,
    summary: summarize({
      bots: code.list().map((served) => describeBot(config, served)),
      chatbots: bots.list().length - code.list().length,
      database: store.describe(),
      openaiChannel: channels.some(({ name }) => name === 'openai'),
      keysRequired: config.API_KEYS !== undefined,
      tokenSecret: access.tokenSecret,
      cache: access.cache.place,
      search,
      telegram: describeTelegram(config),
      bitrix24: describeBitrix24(config),
      poe: describePoe(poe),
      speech: voice.speaks,
      transcription: voice.listens,
      traces: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      errorReports: config.SENTRY_DSN !== undefined,
    }),
    ...life,
  }
}
