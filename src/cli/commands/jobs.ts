import type { QueuedItem, QueuedWork, WorkState } from '../../store/store.ts'
import { UsageError, type Command, type ExitCode, type Invocation } from '../command.ts'
import { paint } from '../paint.ts'
import { parseLimit } from '../parse-limit.ts'
import { plainLines } from '../plain-lines.ts'
import { printTable } from '../print-table.ts'
import { withStore } from '../with-store.ts'

export const jobs: Command = {
  name: 'jobs',
  summary: 'Look at background jobs: those that wait, run or have failed for good; retry or drop them',
  usage: '<list|show|retry|drop> [id…]',
  actions: {
    list: 'What has failed for good, runs or waits',
    show: 'Everything about one job: its payload, attempts and last error',
    retry: 'Run jobs again that failed for good; of a schedule the next run comes now',
    drop: 'Delete jobs that failed for good, or wait and do not run yet',
  },
  arity: [1, 100],
  options: {
    dead: { type: 'boolean', about: 'list: only those that failed for good' },
    limit: { type: 'string', value: 'n', about: 'list: at most so many (default: 50)' },
    json: { type: 'boolean', about: 'Print the outcome as JSON' },
  },
  examples: ['botyard jobs list --dead', 'botyard jobs show <id>', 'botyard jobs retry <id>'],
  run: (invocation) => {
    const [action = '', ...ids] = invocation.arguments
    const run = ACTIONS.get(action)
    if (!run || (action === 'list') !== (ids.length === 0) || (action === 'show' && ids.length > 1))
      throw new UsageError(`Usage: botyard jobs ${jobs.usage}`)
    const limit = parseLimit(invocation.options)
    return withStore(invocation.terminal, (store) => run({ work: store.queuedJobs, ids, limit, invocation }))
  },
}

interface Task {
  readonly work: QueuedWork
  readonly ids: readonly string[]
  readonly limit: number
  readonly invocation: Invocation
}

const ACTIONS: ReadonlyMap<string, (task: Task) => Promise<ExitCode>> = new Map([
  ['list', list],
  ['show', show],
  ['retry', (task: Task) => change(task, { apply: (id) => task.work.retry(id), done: 'is put back' })],
  ['drop', (task: Task) => change(task, { apply: (id) => task.work.drop(id), done: 'is dropped' })],
])

async function list({ work, limit, invocation: { options, terminal } }: Task): Promise<ExitCode> {
  const states: readonly WorkState[] = options['dead'] ? ['dead'] : ['waiting', 'running', 'dead']
  const items = await work.list({ states, limit })
  if (options['json']) terminal.stdout.write(`${JSON.stringify(items.map(describe), null, 2)}\n`)
  else if (items.length === 0) terminal.stdout.write('no jobs\n')
  else {
    const rows = items.map((item) => {
      const { id, state, job, at, attempts, error } = describe(item)
      return [id, state, job, at.toISOString(), String(attempts), error ?? JSON.stringify(item.payload)]
    })
    printTable(['id', 'state', 'job', 'due or died', 'tries', 'error or payload'], rows, terminal.stdout)
  }
  return 0
}

/** With the name of the job, which its lane begins with. */
function describe(item: QueuedItem): QueuedItem & { readonly job: string } {
  return { ...item, job: item.key.split(':')[0] ?? '' }
}

async function show({ work, ids, invocation: { options, terminal } }: Task): Promise<ExitCode> {
  const { stdout } = terminal
  const found = await work.find(ids[0] ?? '')
  if (!found) return complain(terminal, `There is no job ${ids[0]}.`)
  const item = describe(found)
  if (options['json']) stdout.write(`${JSON.stringify(item, null, 2)}\n`)
  else {
    const { payload, createdAt, at, attempts, state, ...rest } = item
    const when = { [state === 'dead' ? 'died' : 'due']: at.toISOString(), put: createdAt.toISOString() }
    const facts = { state, ...rest, ...when, attempts: String(attempts), payload: JSON.stringify(payload) }
    for (const [name, value] of Object.entries(facts))
      if (value) stdout.write(`${paint(stdout, 'cyan', name.padEnd(9))}  ${plainLines(value)}\n`)
  }
  return 0
}

interface Change {
  readonly apply: (id: string) => Promise<boolean>
  readonly done: string
}

async function change(
  { ids, invocation: { options, terminal, arguments: words } }: Task,
  { apply, done }: Change,
): Promise<ExitCode> {
  const changed: string[] = []
  const unchanged: string[] = []
  for (const id of ids) {
    const applied = await apply(id)
    ;(applied ? changed : unchanged).push(id)
    if (applied && !options['json']) terminal.stdout.write(`${id} ${done}\n`)
  }
  if (options['json']) terminal.stdout.write(`${JSON.stringify({ changed, unchanged }, null, 2)}\n`)
  if (unchanged.length === 0) return 0
  const [wanted, where] =
    words[0] === 'retry'
      ? ['failed for good, or waiting again already', 'botyard jobs list --dead']
      : ['waiting or failed for good', 'botyard jobs list']
  return complain(terminal, `Not ${wanted}: ${unchanged.join(', ')}. \`${where}\` lists those that are.`)
}

function complain({ stderr }: Invocation['terminal'], sentence: string): ExitCode {
  stderr.write(`${paint(stderr, 'red', sentence)}\n`)
  return 1
}
