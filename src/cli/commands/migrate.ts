import { loadConfig } from '../../config.ts'
import { nearest } from '../../nearest.ts'
import type { MigrationRun } from '../../store/migrate.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { UsageError, type Command, type ExitCode, type Invocation } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the tables of the database up to date, or back; status and verify only look',
  usage: '<up|down|status|verify>',
  actions: {
    up: 'Apply what is pending',
    down: 'Undo the newest migration',
    status: 'List the migrations; exit code 1 when some are pending',
    verify: 'Compare tables, indexes and plans with what this version expects; exit code 1 when they differ',
  },
  arity: [1, 1],
  options: {
    to: { type: 'string', value: 'migration', about: 'up: stop after this migration' },
    steps: { type: 'string', value: 'n', about: 'down: how many migrations to undo (default: 1)' },
    json: { type: 'boolean', about: 'Print the outcome as JSON' },
  },
  examples: ['botyard migrate up', 'botyard migrate down --steps 2', 'botyard migrate status --json'],
  run: async (invocation) => {
    const action = await ACTIONS.get(invocation.arguments[0] ?? '')?.(invocation.options)
    if (!action) throw new UsageError(`Usage: botyard migrate ${migrate.usage}`)
    const config = loadConfig(invocation.terminal.env)
    const log = createQuietLog(config, invocation.terminal)
    const { openDatabase } = await import('../../app.ts')
    const store = await openDatabase(config, log)
    try {
      return print(await action(store), invocation)
    } finally {
      await store.close()
    }
  },
}

interface Outcome {
  readonly code: ExitCode
  readonly lines: readonly string[]
  /** What `--json` prints. */
  readonly facts: object
}

type Options = Invocation['options']
type Work = (store: OpenStore) => Promise<Outcome>
/** Understands the options before the database is opened. */
type Action = (options: Options) => Promise<Work> | Work

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['up', up],
  ['down', down],
  ['status', () => status],
  ['verify', () => verify],
])

async function up({ to, steps }: Options): Promise<Work> {
  if (steps !== undefined) throw new UsageError('--steps is for `migrate down`; `migrate up` takes --to.')
  const options = typeof to === 'string' ? { to: await requireMigration(to) } : {}
  return async ({ db }) => {
    const { migrateUp } = await import('../../store/migrate.ts')
    return fromRun(await migrateUp(db, options), 'applied')
  }
}

async function requireMigration(name: string): Promise<string> {
  const { MIGRATION_NAMES } = await import('../../store/migrate.ts')
  if (MIGRATION_NAMES.includes(name)) return name
  const meant = nearest(name, MIGRATION_NAMES, () => 4)
  const instead = meant ? `Did you mean "${meant}"?` : '`botyard migrate status` lists them.'
  throw new UsageError(`There is no migration "${name}". ${instead}`)
}

function down(options: Options): Work {
  if (options['to'] !== undefined)
    throw new UsageError('--to is for `migrate up`; `migrate down` takes --steps.')
  const steps = Number(options['steps'] ?? 1)
  if (!Number.isInteger(steps) || steps < 1) throw new UsageError('--steps takes a whole number above 0.')
  return async ({ db }) => {
    const { migrateDown } = await import('../../store/migrate.ts')
    return fromRun(await migrateDown(db, { steps }), 'undone')
  }
}

async function status({ db }: OpenStore): Promise<Outcome> {
  const { migrationStatus } = await import('../../store/migrate.ts')
  const { applied, pending, newer } = await migrationStatus(db)
  const rows = { applied, pending, 'from a newer version': newer }
  const lines = Object.entries(rows).flatMap(([state, names]) => names.map((name) => `${name}  ${state}`))
  return { code: pending.length > 0 ? 1 : 0, lines, facts: { applied, pending, newer } }
}

async function verify({ db }: OpenStore): Promise<Outcome> {
  const { verifySchema } = await import('../../store/verify-schema.ts')
  const { verifyPlans } = await import('../../store/verify-plans.ts')
  const missing = await verifySchema(db)
  // Without its tables the database cannot say how it would read them.
  const differences = missing.length > 0 ? missing : await verifyPlans(db)
  const lines =
    differences.length > 0
      ? differences
      : ['the tables are as this version expects, and its queries use their indexes']
  return { code: differences.length > 0 ? 1 : 0, lines, facts: { differences } }
}

function fromRun({ done, failure }: MigrationRun, verb: string): Outcome {
  if (failure) {
    const problem = `Nothing was changed: ${failure.migration ?? 'the migrations'} failed.`
    throw new Error(problem, { cause: failure.error })
  }
  const lines = done.length > 0 ? done.map((name) => `${verb} ${name}`) : ['nothing to do']
  return { code: 0, lines, facts: { [verb]: done } }
}

function print({ code, lines, facts }: Outcome, { options, terminal }: Invocation): ExitCode {
  terminal.stdout.write(options['json'] ? `${JSON.stringify(facts, null, 2)}\n` : `${lines.join('\n')}\n`)
  return code
}
