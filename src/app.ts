import type { FastifyInstance } from 'fastify'
import { addRoutes } from './app/add-routes.ts'
import type { AppParts } from './app/app-parts.ts'
import { warnOfMissing } from './app/bot-requirements.ts'
import { createChannels } from './app/create-channels.ts'
import { createConverse, createTurns, toHost } from './app/create-host.ts'
import { createLife, type AppLife } from './app/create-life.ts'
import { createModels } from './app/create-models.ts'
import { createJobQueue, createMessageQueue } from './app/create-queues.ts'
import { createServer, problemsOf } from './app/create-server.ts'
import { describeApp } from './app/describe-app.ts'
import { createGuests } from './app/open-chatbots.ts'
import { addObservability, openObservability } from './app/open-observability.ts'
import { openRooms, type Rooms } from './app/open-rooms.ts'
import { openDatabase, prepareStore } from './app/prepare-store.ts'
import { rememberAnswers } from './app/remember-answers.ts'
import { serveBot, serveBots } from './app/serve-bot.ts'
import { warmModels } from './app/warm-models.ts'
import type { Channel, Host } from './channels/channel.ts'
import { toPoeChannelOptions } from './channels/poe/poe-channel-options.ts'
import { RunningChannels } from './channels/running-channels.ts'
import type { Chatbots } from './chatbots/chatbots.ts'
import type { Config } from './config.ts'
import type { Jobs } from './jobs/job.ts'
import type { Library } from './knowledge/library.ts'
import type { ModelResolver } from './models/resolve-model.ts'
import type { Log } from './observe/log.ts'
import type { Project } from './project.ts'
import type { OpenStore } from './store/open-store.ts'
import type { Feature } from './summary.ts'
import type { HostOptions } from './turn/conversation-host.ts'

export { createModels } from './app/create-models.ts'
export { openFlags, openRolloutDesk } from './app/open-rollouts.ts'
export { openDatabase } from './app/prepare-store.ts'
export { serveBot } from './app/serve-bot.ts'
export { toBitrix24Settings } from './channels/bitrix24/bitrix24-options.ts'
export { inspectBitrix24 } from './channels/bitrix24/inspect-bitrix24.ts'
export { inspectDaData } from './company/inspect-dadata.ts'
export { inspectTelegram } from './channels/telegram/inspect-telegram.ts'
export { describeSearch } from './knowledge/search/open-search.ts'
export { describeBot } from './app/bot-requirements.ts'
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
  /** Loads what the first answers would wait for, once requests are taken. Never rejects. */
  warm(): Promise<void>
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

async function assemble({ further, project, models, bots: code, ...base }: WholeApp): Promise<App> {
  const { config, log, store } = base
  let draining = false
  warnOfMissing(config, code.list(), log)
  const rooms = await openRooms({ ...base, bots: code, project, models }, () => jobs)
  const { access, chatbots, rollouts, opened } = rooms
  const { library } = opened
  const parts = { ...base, ...rooms, bots: chatbots.served }
  const turns = createTurns({ ...parts, choose: chooseRemembering(parts) })
  const converse = createConverse({ ...parts, turns })
  const server = await createServer({
    ...parts,
    channelProblems: () => problemsOf(channels),
    isDraining: () => draining,
  })
  const { gate, voice } = await addRoutes(server, { ...parts, code })
  const running = { running: () => turns.runningTurns, channels: () => channels }
  addObservability(server, { ...parts, gate, voice, library: opened, ...running })
  const poe = toPoeChannelOptions(config, parts.bots.list(), access.createLimiter)
  const shipped = createChannels(config, { ...toChannelParts(parts), gate, poe })
  const channels = [...shipped, ...further]
  const jobs = createJobQueue(parts, { project, channels, library, access })
  const inbox = createMessageQueue({ ...parts, turns, channels, converse })
  const host = toHost({ ...parts, turns, inbox, jobs, converse, voice, flags: rollouts.flags })
  const drained = { inbox, jobs, turns, running: new RunningChannels(channels) }
  const life = createLife({ server, host, store, access, ...drained, onDrain: () => (draining = true) })
  for (const channel of channels) channel.register(server, host)
  await server.ready()
  const summary = describeApp({ ...parts, code, channels, search: opened.search, poe, voice })
  const warm = (): Promise<void> => warmModels(parts.bots, base.log)
  return { server, host, jobs, library, chatbots, store, summary, warm, ...life }
}

/** What answers, and what is remembered of its answers. */
function chooseRemembering({
  config,
  access,
  rollouts,
  observability,
}: AppParts & Rooms): HostOptions['choose'] {
  const { caches } = observability.metrics
  return rememberAnswers(rollouts.choose, { config, content: access.content, caches })
}

function toChannelParts({ config, store, access, bots }: AppParts & Rooms) {
  const guests = createGuests(config, store)
  return { access, portals: store.bitrixPortals, bots: bots.list(), guests }
}
