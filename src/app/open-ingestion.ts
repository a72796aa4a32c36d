import { createNoCache } from '../cache/no-cache.ts'
import type { Config } from '../config.ts'
import { JobQueue } from '../jobs/job-queue.ts'
import type { Library } from '../knowledge/library.ts'
import type { Log } from '../observe/log.ts'
import { migrateUp } from '../store/migrate.ts'
import type { OpenStore } from '../store/open-store.ts'
import { openLibrary } from './open-library.ts'
import { openDatabase } from './prepare-store.ts'

/** The library without a server around it: this process takes the documents in. */
export interface Ingestion {
  readonly library: Library
  /** True for a chatbot of the database, published or not. */
  hasChatbot(id: string): Promise<boolean>
  /** Documents that are not done yet are done by the next server that starts. */
  close(): Promise<void>
}

/** Opens the database as a server would, and runs the jobs that take documents in. */
export async function openIngestion(config: Config, log: Log): Promise<Ingestion> {
  const store = await openDatabase(config, log)
  try {
    await prepare(store, config)
    return await assemble(store, { config, log })
  } catch (error) {
    await store.close()
    throw error
  }
}

async function prepare(store: OpenStore, config: Config): Promise<void> {
  const { failure } = config.DATABASE_MIGRATE ? await migrateUp(store.db) : { failure: null }
  if (failure) throw failure.error
  await store.check()
  // Nobody else can hold an embedded database, so whatever still runs in it died with its process.
  if (store.kind === 'embedded') await store.lanes.voidLeases()
}

interface Surroundings {
  readonly config: Config
  readonly log: Log
}

async function assemble(store: OpenStore, { config, log }: Surroundings): Promise<Ingestion> {
  const onWarning = (message: string, error: unknown): void => log.warn({ err: error }, message)
  const { library } = await openLibrary({ config, store, cache: createNoCache(), onWarning }, () => jobs)
  const jobs: JobQueue = new JobQueue({
    lanes: store.lanes,
    jobs: library.backgroundJobs,
    onFailure: ({ error, dead }) => log[dead ? 'error' : 'warn']({ err: error }, 'a document failed'),
    onDatabase: (error) => {
      if (error !== undefined) log.error({ err: error }, 'the database cannot be used; trying again')
    },
  })
  jobs.start()
  return {
    library,
    hasChatbot: async (id) => (await store.chatbots.find(id)) !== undefined,
    close: async () => {
      await jobs.drain(0)
      await store.close()
    },
  }
}
