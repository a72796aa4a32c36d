import { existsSync } from 'node:fs'
import { access, constants, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Check, Finding } from './check.ts'
import { bitrix24Check, type Bitrix24Context } from './bitrix24.ts'
import { dadataCheck, type DaDataContext } from './dadata.ts'
import { telegramCheck, type TelegramContext } from './telegram.ts'
import { withRemedy } from './with-remedy.ts'

/** What the live checks look at. The functions reach into rooms that checks know nothing of. */
export interface LiveContext extends TelegramContext, Bitrix24Context, DaDataContext {
  readonly config: Config
  /** As `process.versions.node` gives it. */
  readonly nodeVersion: string
  /** Opens the database once; every call gives the same state. Throws when it cannot be opened. */
  inspectDatabase(): Promise<DatabaseState>
  /** Sends one short prompt to the default model. Throws when there is no answer. */
  askModel(): Promise<ModelAnswer>
  /** True when a Botyard answers at this URL. */
  isBotyard(url: string): Promise<boolean>
}

export interface DatabaseState {
  /** Migrations this version knows and the database lacks. */
  readonly pending: readonly string[]
  /** What differs from the tables this version expects, one sentence each. */
  readonly differences: readonly string[]
}

export interface ModelAnswer {
  /** Provider and model. */
  readonly model: string
  readonly text: string
  readonly durationMs: number
}

/** The oldest Node that is supported: the one that runs TypeScript and can watch an ES module tree. */
const OLDEST_NODE = [24, 9] as const

const GIBIBYTE = 2 ** 30

/** Everything that must hold on this computer before the server can serve, cheapest first. */
export const liveChecks: readonly Check<LiveContext>[] = [
  { id: 'live.node', title: 'Node.js', run: async ({ nodeVersion }) => checkNode(nodeVersion) },
  { id: 'live.port', title: 'Port', run: checkPort },
  { id: 'live.disk', title: 'Disk', run: checkDisk },
  { id: 'live.data-folder', title: 'Data folder', run: checkDataFolder },
  { id: 'live.database', title: 'Database', run: checkDatabase },
  { id: 'live.migrations', title: 'Migrations', run: checkMigrations },
  { id: 'live.schema', title: 'Tables', run: checkSchema },
  { id: 'live.model', title: 'Model', run: checkModel },
  telegramCheck,
  bitrix24Check,
  dadataCheck,
]

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const oldest = OLDEST_NODE.join('.')
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]))
    return { status: 'pass', evidence: version }
  return { status: 'fail', evidence: version, remedy: `Install Node.js ${oldest} or newer.` }
}

async function checkPort(context: LiveContext): Promise<Finding> {
  const { HOST, PORT } = context.config
  const problem = await tryToListen(HOST, PORT)
  if (!problem) return { status: 'pass', evidence: `${HOST}:${PORT} is free` }
  if (problem === 'EADDRINUSE' && (await answersAlready(context)))
    return { status: 'pass', evidence: `Botyard already answers on ${HOST}:${PORT}` }
  const remedy = PORT_REMEDIES[problem] ?? 'Set HOST and PORT to an address this computer may listen on.'
  return { status: 'fail', evidence: `${HOST}:${PORT} cannot be listened on: ${problem}`, remedy }
}

const PORT_REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop the process that listens there, or set PORT to another number.',
  EACCES: 'Set PORT to a number above 1023, or allow this user to listen on it.',
  EADDRNOTAVAIL: 'Set HOST to an address of this computer, or to 0.0.0.0 for all of them.',
}

/** The error code of the attempt, or undefined when it worked. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  return new Promise((done) => {
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)))
  })
}

function answersAlready(context: LiveContext): Promise<boolean> {
  const { HOST, PORT } = context.config
  return context.isBotyard(`http://${toReachable(HOST)}:${PORT}`)
}

function toReachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

async function checkDisk({ config }: LiveContext): Promise<Finding> {
  const { bavail, bsize } = await statfs(config.DATABASE_URL ? '.' : nearestExisting(config.DATA_DIR))
  const free = bavail * bsize
  const evidence = `${(free / GIBIBYTE).toFixed(1)} GiB free`
  if (free >= GIBIBYTE) return { status: 'pass', evidence }
  const remedy = 'Free at least 1 GiB, or move DATA_DIR to another disk.'
  return { status: free < GIBIBYTE / 10 ? 'fail' : 'warn', evidence, remedy }
}

async function checkDataFolder({ config }: LiveContext): Promise<Finding> {
  if (config.DATABASE_URL) return { status: 'skip', evidence: 'DATABASE_URL is set' }
  const folder = nearestExisting(config.DATA_DIR)
  return withRemedy('Give this user the right to write there, or set DATA_DIR.', async () => {
    // The slash at the end refuses a file.
    await access(`${folder}/`, constants.W_OK | constants.X_OK)
    return { status: 'pass', evidence: `${resolve(config.DATA_DIR)} can be written` }
  })
}

/** The folder itself, or the closest one above it that is there; a check must not create anything. */
function nearestExisting(path: string): string {
  let folder = resolve(path)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

async function checkDatabase(context: LiveContext): Promise<Finding> {
  const kind = context.config.DATABASE_URL ? 'PostgreSQL' : 'the embedded PostgreSQL'
  try {
    await context.inspectDatabase()
    return { status: 'pass', evidence: `${kind} answers` }
  } catch (error) {
    if (isHeldFolder(error) && (await answersAlready(context)))
      return { status: 'skip', evidence: `${kind} is open in the Botyard that answers on the port` }
    const evidence = `${kind}: ${error instanceof Error ? error.message : String(error)}`
    const remedy =
      context.config.DATABASE_URL && 'Check DATABASE_URL, and that the database runs and is reachable.'
    return { status: 'fail', evidence, ...(remedy && { remedy }) }
  }
}

/** One process at a time has the embedded database: beside a server that works, it cannot be looked at. */
function isHeldFolder(error: unknown): boolean {
  return error instanceof AppError && error.code === 'data_folder_in_use'
}

async function checkMigrations(context: LiveContext): Promise<Finding> {
  const state = await inspectOrNothing(context)
  if (!state) return UNREACHABLE
  if (state.pending.length === 0) return { status: 'pass', evidence: 'nothing is pending' }
  const evidence = `pending: ${state.pending.join(', ')}`
  if (context.config.DATABASE_MIGRATE)
    return { status: 'pass', evidence: `${evidence}; the server applies them when it starts` }
  return { status: 'fail', evidence, remedy: 'Run `botyard migrate up`.' }
}

async function checkSchema(context: LiveContext): Promise<Finding> {
  const state = await inspectOrNothing(context)
  if (!state) return UNREACHABLE
  if (state.pending.length > 0) return { status: 'skip', evidence: 'migrations are pending' }
  if (state.differences.length === 0)
    return { status: 'pass', evidence: 'tables, columns and indexes are there' }
  const remedy = 'Someone changed the tables by hand: undo it, or restore a backup.'
  return { status: 'fail', evidence: state.differences.join('; '), remedy }
}

const UNREACHABLE: Finding = { status: 'skip', evidence: 'the database could not be opened' }

/** The database check reports why it cannot be opened. */
function inspectOrNothing(context: LiveContext): Promise<DatabaseState | undefined> {
  return context.inspectDatabase().catch(() => undefined)
}

function checkModel(context: LiveContext): Promise<Finding> {
  return withRemedy('Check MODEL, and the key and the base URL of its provider.', async () => {
    const { model, text, durationMs } = await context.askModel()
    if (text.trim() !== '')
      return { status: 'pass', evidence: `${model} answered in ${Math.round(durationMs)} ms` }
    return {
      status: 'warn',
      evidence: `${model} answered with no text`,
      remedy: 'Set MODEL to another model.',
    }
  })
}
