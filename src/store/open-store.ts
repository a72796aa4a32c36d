import { Kysely, PostgresDialect } from 'kysely'
import type { Conversations, QueuedWork, Store, Turns } from './store.ts'
import { createAccounts } from './accounts.ts'
import { createAudit } from './audit.ts'
import { createFlagStore } from './flags.ts'
import { createOwnConversations } from './accounts-conversations.ts'
import { createBitrixPortals } from './bitrix-portals.ts'
import { createIdentities } from './accounts-identities.ts'
import { createAnswerFiles } from './answer-files.ts'
import { createCompanies } from './companies.ts'
import { createChatbotStore } from './chatbots.ts'
import { createGuests } from './chatbot-usage.ts'
import { createConversations } from './conversations.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { createDeliveries } from './deliveries.ts'
import { createDocuments } from './documents.ts'
import { guardPool } from './guarded-pool.ts'
import { createFeedback, createNotes } from './feedback.ts'
import { createInbox } from './inbox.ts'
import { createLanes } from './lanes.ts'
import { createNumbers } from './numbers.ts'
import { createQueuedWork } from './queued-work.ts'
import { createReadinessCheck } from './readiness-check.ts'
import { createRolloutStore } from './rollouts.ts'
import type { Schema } from './schema.ts'
import { createTasks } from './tasks.ts'
import { createTurns } from './turns.ts'
import { createVectors } from './vectors.ts'
import { createWords } from './words.ts'

export interface StoreOptions {
  /** A PostgreSQL server. Default: the embedded one, in `dataDir`. */
  readonly databaseUrl?: string
  /** Where the embedded database lives; created when missing. */
  readonly dataDir: string
  /** Most connections at a time. `pool_size` and `max_overflow` of the URL win. Default 10. */
  readonly poolSize?: number
  /** How long a free connection is waited for, in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number
  /** How long one statement may take, in milliseconds. Default 30000. */
  readonly queryTimeoutMs?: number
  /** Told about what went wrong beside any request. Default: nobody. */
  readonly onWarning?: (message: string, error?: unknown) => void
  /** Told how long each free connection was waited for, in milliseconds. Default: nobody. */
  readonly onPoolWait?: (ms: number) => void
}

/** An open store, with the database itself for the rooms that bring their own tables. */
export interface OpenStore extends Store {
  readonly db: Kysely<Schema>
  readonly kind: Database['kind']
  /** Background jobs, for operators. */
  readonly queuedJobs: QueuedWork
  /** One line for people: which database, where. Holds no secret. */
  describe(): string
  /** The connections of this process. */
  poolState(): PoolState
}

export interface PoolState {
  readonly total: number
  readonly idle: number
  /** Callers that wait for one. */
  readonly waiting: number
}

/**
 * Opens the store; migrations are the caller's business (`migrateUp`). The same driver, dialect and statements serve
 * a PostgreSQL server and the embedded database.
 *
 * @throws `invalid_configuration`, `data_folder_in_use` or `data_folder_incompatible`, each saying what to do.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const database = await openDatabase(options)
  const { onPoolWait: onWait } = options
  const guard = { queryTimeoutMs: database.queryTimeoutMs, ...(onWait && { onWait }) }
  const connect = (pool: Database['pool']): Kysely<Schema> =>
    new Kysely({ dialect: new PostgresDialect({ pool: guardPool(pool, guard) }) })
  const db = connect(database.pool)
  const priorityDb = connect(database.priorityPool)
  const turns: Turns = createTurns(db, database.kind)
  const conversations: Conversations = createConversations(db)
  let closing: Promise<void> | undefined
  return {
    db,
    kind: database.kind,
    turns,
    conversations,
    lanes: createLanes(db),
    queuedJobs: createQueuedWork(db, 'jobs'),
    inbox: createInbox(db, priorityDb),
    deliveries: createDeliveries(db),
    feedback: createFeedback(db),
    notes: createNotes(db),
    accounts: createAccounts(db),
    identities: createIdentities(db),
    ownConversations: createOwnConversations(db),
    chatbots: createChatbotStore(db),
    guests: createGuests(db),
    tasks: createTasks(db),
    flags: createFlagStore(db),
    rollouts: createRolloutStore(db),
    audit: createAudit(db),
    documents: createDocuments(db),
    vectors: createVectors(db, { indexed: database.kind === 'postgres' }),
    words: createWords(db),
    bitrixPortals: createBitrixPortals(db),
    numbers: createNumbers(db),
    companies: createCompanies(db),
    answerFiles: createAnswerFiles(db),
    check: createReadinessCheck(db),
    describe: () => database.describe(),
    poolState: () => poolState(database),
    // Not `db.destroy()`: a closed pool says `database_unavailable`, a destroyed Kysely does not.
    close: () => (closing ??= database.close()),
  }
}

function poolState({ pool, priorityPool }: Database): PoolState {
  const pools = [...new Set([pool, priorityPool])]
  const add = (read: (one: Database['pool']) => number): number =>
    pools.reduce((sum, one) => sum + read(one), 0)
  return {
    total: add(({ totalCount }) => totalCount),
    idle: add(({ idleCount }) => idleCount),
    waiting: add(({ waitingCount }) => waitingCount),
  }
}

async function openDatabase(options: StoreOptions): Promise<Database> {
  const settings: DatabaseOptions = {
    poolSize: options.poolSize ?? 10,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    queryTimeoutMs: options.queryTimeoutMs ?? 30_000,
    onWarning: options.onWarning ?? (() => undefined),
  }
  if (options.databaseUrl !== undefined) {
    const { openPostgres } = await import('./postgres-database.ts')
    return openPostgres(options.databaseUrl, settings)
  }
  const { openEmbedded } = await import('./embedded/embedded-database.ts')
  return openEmbedded(options.dataDir, settings)
}
