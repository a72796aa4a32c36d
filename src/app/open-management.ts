import { createNoCache } from '../cache/no-cache.ts'
import type { Chatbots } from '../chatbots/chatbots.ts'
import type { Config } from '../config.ts'
import type { Log } from '../observe/log.ts'
import type { Project } from '../project.ts'
import { migrateUp } from '../store/migrate.ts'
import type { OpenStore } from '../store/open-store.ts'
import { createModels } from './create-models.ts'
import { openOwnChatbots } from './open-chatbots.ts'
import { openLibrary } from './open-library.ts'
import { openDatabase } from './prepare-store.ts'
import { serveBot, serveBots } from './serve-bot.ts'

interface Surroundings {
  readonly config: Config
  readonly project: Project
  readonly log: Log
}

/** The chatbots of the database without a server around them; `close` closes the database, too. */
export async function openManagement(surroundings: Surroundings): Promise<Chatbots & AsyncDisposable> {
  const { config, log } = surroundings
  const store = await openDatabase(config, log)
  try {
    const { failure } = config.DATABASE_MIGRATE ? await migrateUp(store.db) : { failure: null }
    if (failure) throw failure.error
    await store.check()
    const chatbots = await manage(store, surroundings)
    return { ...chatbots, [Symbol.asyncDispose]: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

async function manage(store: OpenStore, { config, project, log }: Surroundings): Promise<Chatbots> {
  const onWarning = (message: string, error: unknown): void => log.warn({ err: error }, message)
  const noJobs = (): never => {
    throw new Error('documents are taken in by `botyard ingest` and by servers')
  }
  const { library } = await openLibrary({ config, store, cache: createNoCache(), onWarning }, noJobs)
  const models = createModels(config)
  const code = serveBots(project.bots.map((bot) => serveBot(bot, models, config)))
  return await openOwnChatbots({ config, store, code, models, library, onWarning })
}
