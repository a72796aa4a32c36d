import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DRILL_CHANNELS, type DrillProgress, type DrillReport, type MessageDrill } from '../../drill/drill.ts'
import type { ScratchDatabase } from '../../drill/scratch-database.ts'
import { UsageError, type Command, type ExitCode, type Invocation, type Terminal } from '../command.ts'
import { paint } from '../paint.ts'

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const INTERRUPTED = 130
/** What `botyard inbox list` shows at most. */
const MOST_MESSAGES = 10_000

export const drill: Command = {
  name: 'drill',
  summary: 'Flood the bots of this folder, kill the server again and again, count what went wrong',
  usage: 'messages',
  arity: [1, 1],
  options: {
    messages: { type: 'string', value: 'n', about: 'How many messages people write (default: 500)' },
    chats: {
      type: 'string',
      value: 'n',
      about: 'In how many chats (default: 50, or fewer for few messages)',
    },
    duplicates: {
      type: 'string',
      value: 'share',
      about: 'Updates that arrive more than once (default: 20%)',
    },
    faults: {
      type: 'string',
      value: 'share',
      about: 'Calls to models and to the messenger that fail (default: 2%)',
    },
    'kill-every': {
      type: 'string',
      value: 'time',
      about: 'Between two kills, on average; 0s: none (default: 3s)',
    },
    replicas: {
      type: 'string',
      value: 'n',
      about: 'Server processes; more than one needs PostgreSQL (default: 1)',
    },
    database: {
      type: 'string',
      value: 'kind',
      about: 'embedded or postgres (default: embedded for one replica)',
    },
    'database-url': {
      type: 'string',
      value: 'url',
      about: 'A server to make a database on, dropped at the end; otherwise one is started here',
    },
    channel: {
      type: 'string',
      value: 'name',
      about: 'The way the messages take: telegram or bitrix24 (default: telegram)',
    },
    seed: {
      type: 'string',
      value: 'n',
      about: 'Draws the same people, kills and faults again (default: a new one)',
    },
    json: { type: 'boolean', about: 'Print the report as JSON' },
  },
  examples: [
    'botyard drill messages',
    'botyard drill messages --messages 2000 --duplicates 20% --kill-every 3s --replicas 2',
    'botyard drill messages --channel bitrix24',
    'botyard drill messages --database-url postgresql://me@localhost/postgres --seed 7',
  ],
  run: async (invocation) => {
    if (invocation.arguments[0] !== 'messages') throw new UsageError(`Usage: botyard drill ${drill.usage}`)
    const wishes = readWishes(invocation.options)
    const stop = new AbortController()
    const interrupt = (): void => stop.abort(new Error('interrupted'))
    for (const signal of STOP_SIGNALS) process.on(signal, interrupt)
    try {
      return await runIn(invocation, wishes, stop.signal)
    } catch (error) {
      if (stop.signal.aborted) return INTERRUPTED
      throw error
    } finally {
      for (const signal of STOP_SIGNALS) process.off(signal, interrupt)
    }
  },
}

interface Wishes extends Pick<
  MessageDrill,
  'channel' | 'messages' | 'chats' | 'duplicates' | 'faults' | 'killEveryMs' | 'replicas' | 'seed'
> {
  readonly database: 'embedded' | 'postgres'
  readonly databaseUrl: string | undefined
}

function readWishes(options: Invocation['options']): Wishes {
  const text = (name: string, byDefault: string): string => String(options[name] ?? byDefault)
  const whole = (name: string, byDefault: number, least = 1): number => {
    const value = Number(text(name, String(byDefault)))
    if (Number.isSafeInteger(value) && value >= least) return value
    throw new UsageError(`--${name} takes a whole number of at least ${least}.`)
  }
  const messages = whole('messages', 500)
  if (messages > MOST_MESSAGES) throw new UsageError(`--messages takes at most ${MOST_MESSAGES}.`)
  const replicas = whole('replicas', 1)
  const databaseUrl = options['database-url']
  const database = text('database', replicas > 1 || databaseUrl !== undefined ? 'postgres' : 'embedded')
  if (database !== 'embedded' && database !== 'postgres')
    throw new UsageError('--database takes embedded or postgres.')
  if (database === 'embedded' && replicas > 1)
    throw new UsageError(
      'An embedded database belongs to one process: use --replicas 1 or --database postgres.',
    )
  const channel = DRILL_CHANNELS.find((name) => name === text('channel', 'telegram'))
  if (channel === undefined) throw new UsageError('--channel takes telegram or bitrix24.')
  return {
    channel,
    messages,
    chats: Math.min(messages, whole('chats', Math.min(50, Math.ceil(messages / 5)))),
    duplicates: readShare('duplicates', text('duplicates', '20%')),
    faults: readShare('faults', text('faults', '2%')),
    killEveryMs: readDuration('kill-every', text('kill-every', '3s')),
    replicas,
    seed: whole('seed', randomInt(1, 1_000_000), 0),
    database,
    databaseUrl: typeof databaseUrl === 'string' ? databaseUrl : undefined,
  }
}

function readShare(name: string, text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const share = Number(number) / (percent === '%' ? 100 : 1)
  if (share >= 0 && share <= 1) return share
  throw new UsageError(`--${name} takes a share such as 20% or 0.2.`)
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

function readDuration(name: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  const factor = UNITS[unit]
  if (factor !== undefined) return Number(number) * factor
  throw new UsageError(`--${name} takes a time such as 3s, 500ms or 1m.`)
}

/** In a folder of its own, which stays when something went wrong. */
async function runIn(
  { options, terminal }: Invocation,
  wishes: Wishes,
  signal: AbortSignal,
): Promise<ExitCode> {
  const folder = await mkdtemp(join(tmpdir(), 'botyard-drill-'))
  let keep = false
  try {
    const report = await runDrill({ terminal, wishes, folder, signal })
    keep = !report.passed
    await print(report, { terminal, json: options['json'] === true, folder })
    return report.passed ? 0 : 1
  } catch (error) {
    keep = !signal.aborted
    if (keep) terminal.stderr.write(`The logs are in ${folder}\n`)
    throw error
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true })
  }
}

interface DrillPlace {
  readonly terminal: Terminal
  readonly wishes: Wishes
  readonly folder: string
  readonly signal: AbortSignal
}

async function runDrill({ terminal, wishes, folder, signal }: DrillPlace): Promise<DrillReport> {
  const { runMessageDrill } = await import('../../drill/run-message-drill.ts')
  const { createBotyardServer } = await import('../../drill/botyard-server.ts')
  const database = await openScratchDatabase(wishes, folder, terminal)
  const progress = createProgressLine(terminal)
  try {
    return await runMessageDrill({
      ...wishes,
      database,
      folder,
      signal,
      longAnswers: 0.02,
      patienceMs: 45_000,
      server: createBotyardServer({
        cli: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
        folder: terminal.cwd,
        env: terminal.env,
      }),
      onProgress: progress.show,
    })
  } finally {
    progress.clear()
    await database.close()
  }
}

async function openScratchDatabase(
  { database, databaseUrl }: Wishes,
  folder: string,
  { env }: Terminal,
): Promise<ScratchDatabase> {
  const scratch = await import('../../drill/scratch-database.ts')
  if (database === 'embedded') return scratch.useEmbeddedDatabase()
  if (databaseUrl !== undefined) return scratch.createScratchDatabase(databaseUrl)
  const started = await scratch.startThrowAwayServer(folder, env['PATH'] ?? '')
  if (started) return started
  throw new UsageError('PostgreSQL is not installed here: name a server with --database-url.')
}

const SHOW_EVERY_MS = 200

/** One line that renews itself; nothing outside a terminal. */
function createProgressLine({ stderr }: Terminal): {
  readonly show: (progress: DrillProgress) => void
  readonly clear: () => void
} {
  let shownAt = 0
  const line = (text: string): void => {
    if (stderr.isTTY === true) stderr.write(`\r\u001B[K${text}`)
  }
  return {
    show: ({ seconds, messages, asked, acknowledged, answered, kills, drains }) => {
      if (Date.now() - shownAt < SHOW_EVERY_MS) return
      shownAt = Date.now()
      line(
        `${seconds.toFixed(0)} s · ${asked} of ${messages} written · ${acknowledged} acknowledged · ${answered} answered · ${kills} kills · ${drains} drains`,
      )
    },
    clear: () => line(''),
  }
}

interface PrintOptions {
  readonly terminal: Terminal
  readonly json: boolean
  readonly folder: string
}

async function print(
  report: DrillReport,
  { terminal: { stdout }, json, folder }: PrintOptions,
): Promise<void> {
  const { passed } = report
  if (json) {
    stdout.write(`${JSON.stringify({ ...report, ...(!passed && { folder }) }, null, 2)}\n`)
    return
  }
  const { reportLines, verdictLine } = await import('../../drill/print-report.ts')
  const verdict = verdictLine(report.verdict)
  const lines = reportLines(report).map((line) =>
    line === verdict ? paint(stdout, passed ? 'green' : 'red', line) : line,
  )
  stdout.write(`${lines.join('\n')}\n${passed ? '' : `\nThe logs are in ${folder}\n`}`)
}
