import { userInfo } from 'node:os'
import type { OpenStore } from '../../store/open-store.ts'
import type { Delivery, InboxEntry, InboxState } from '../../store/store.ts'
import { UsageError, type Command, type ExitCode, type Invocation } from '../command.ts'
import { paint } from '../paint.ts'
import { parseLimit } from '../parse-limit.ts'
import { plainLines } from '../plain-lines.ts'
import { printTable } from '../print-table.ts'
import { withStore } from '../with-store.ts'

export const inbox: Command = {
  name: 'inbox',
  summary: 'Look at accepted messages: those that wait, run or are dead; retry or drop them',
  usage: '<list|show|retry|drop> [id…]',
  actions: {
    list: 'What waits, runs or is dead',
    show: 'Everything about one message, its deliveries included',
    retry: 'Put dead letters back in their lane, to be answered',
    drop: 'End messages without an answer',
  },
  arity: [1, 100],
  options: {
    dead: { type: 'boolean', about: 'list: only dead letters' },
    all: { type: 'boolean', about: 'list: those that ended well, too' },
    channel: { type: 'string', value: 'name', about: 'list: only of this channel' },
    bot: { type: 'string', value: 'name', about: 'list: only to this bot' },
    limit: { type: 'string', value: 'n', about: 'list: at most so many, the newest first (default: 50)' },
    json: { type: 'boolean', about: 'Print the outcome as JSON' },
  },
  examples: ['botyard inbox list --dead', 'botyard inbox show <id>', 'botyard inbox retry <id>'],
  run: (invocation) => {
    const [action = '', ...ids] = invocation.arguments
    const run = ACTIONS.get(action)
    if (!run || (action === 'list') !== (ids.length === 0) || (action === 'show' && ids.length > 1))
      throw new UsageError(`Usage: botyard inbox ${inbox.usage}`)
    const limit = parseLimit(invocation.options)
    return withStore(invocation.terminal, (store) => run({ store, ids, limit, invocation }))
  },
}

interface Work {
  readonly store: OpenStore
  readonly ids: readonly string[]
  readonly limit: number
  readonly invocation: Invocation
}

type Action = (work: Work) => Promise<ExitCode>

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['list', list],
  ['show', show],
  ['retry', (work) => change(work, retryOne)],
  ['drop', (work) => change(work, dropOne)],
])

async function list({ store, limit, invocation: { options, terminal } }: Work): Promise<ExitCode> {
  const { channel, bot } = options
  const entries = await store.inbox.list({
    states: statesOf(options),
    limit,
    ...(typeof channel === 'string' && { channel }),
    ...(typeof bot === 'string' && { bot }),
  })
  if (options['json']) terminal.stdout.write(`${JSON.stringify(entries, null, 2)}\n`)
  else if (entries.length === 0) terminal.stdout.write('no messages\n')
  else printEntries(entries, terminal.stdout)
  return 0
}

function statesOf({ dead, all }: Invocation['options']): readonly InboxState[] {
  if (dead) return ['dead']
  const open = ['waiting', 'running', 'dead'] as const
  return all ? [...open, 'answered', 'refused', 'dropped'] : open
}

function printEntries(entries: readonly InboxEntry[], out: Invocation['terminal']['stdout']): void {
  const rows = entries.map((entry) => [
    entry.id,
    entry.state,
    entry.acceptedAt.toISOString(),
    entry.conversation.channel,
    entry.conversation.bot,
    String(entry.attempts),
    entry.error ?? entry.text,
  ])
  printTable(['id', 'state', 'accepted', 'channel', 'bot', 'tries', 'error or text'], rows, out)
}

async function show({ store, ids, invocation: { options, terminal } }: Work): Promise<ExitCode> {
  const id = ids[0] ?? ''
  const entry = await store.inbox.find(id)
  if (!entry) return complain(terminal, `There is no message ${id}.`)
  const messageId = entry.answeredWith ?? entry.id
  const deliveries = await store.deliveries.list({ only: [], messageId, limit: 1_000 })
  if (options['json']) terminal.stdout.write(`${JSON.stringify({ ...entry, deliveries }, null, 2)}\n`)
  else printEntry(entry, deliveries, terminal)
  return 0
}

function printEntry(
  entry: InboxEntry,
  deliveries: readonly Delivery[],
  { stdout }: Invocation['terminal'],
): void {
  const facts = {
    state: entry.state,
    accepted: entry.acceptedAt.toISOString(),
    finished: entry.finishedAt?.toISOString(),
    channel: entry.conversation.channel,
    bot: entry.conversation.bot,
    conversation: entry.conversation.key,
    event: entry.externalId,
    subject: entry.subject,
    attempts: String(entry.attempts),
    'answered with': entry.answeredWith,
    error: entry.error,
    text: entry.text,
    detail: JSON.stringify(entry.detail),
  }
  for (const [name, value] of Object.entries(facts))
    if (value) stdout.write(`${paint(stdout, 'cyan', name.padEnd(13))}  ${plainLines(value)}\n`)
  for (const { part, state, externalId, ambiguous, content } of deliveries) {
    const doubt = ambiguous > 0 ? `, ambiguous ${ambiguous}` : ''
    stdout.write(
      `${paint(stdout, 'cyan', 'delivery'.padEnd(13))}  ${part}: ${state} ${externalId ?? ''}${doubt}\n`,
    )
    if (content !== null)
      stdout.write(`${paint(stdout, 'cyan', 'content'.padEnd(13))}  ${plainLines(JSON.stringify(content))}\n`)
  }
}

/** Says what became of one message; undefined when nothing did. */
type Change = (store: OpenStore, id: string) => Promise<string | undefined>

const retryOne: Change = async (store, id) => {
  const count = await store.inbox.retry(id)
  if (count === 0) return undefined
  return count === 1
    ? `${id} is back in its lane`
    : `${id} is back in its lane, with ${count - 1} answered together`
}

const dropOne: Change = async (store, id) =>
  (await store.inbox.drop(id, `dropped by ${operator()}`)) ? `${id} is dropped` : undefined

async function change(work: Work, apply: Change): Promise<ExitCode> {
  const { store, ids, invocation } = work
  const { terminal, options, arguments: words } = invocation
  const changed: string[] = []
  const unchanged: string[] = []
  for (const id of ids) {
    const outcome = await apply(store, id)
    ;(outcome ? changed : unchanged).push(id)
    if (outcome && !options['json']) terminal.stdout.write(`${outcome}\n`)
  }
  if (options['json']) terminal.stdout.write(`${JSON.stringify({ changed, unchanged }, null, 2)}\n`)
  if (unchanged.length === 0) return 0
  const [wanted, where] =
    words[0] === 'retry'
      ? ['a dead letter', 'botyard inbox list --dead']
      : ['a message that waits, runs or is dead', 'botyard inbox list']
  return complain(terminal, `Not ${wanted}: ${unchanged.join(', ')}. \`${where}\` lists those.`)
}

function complain({ stderr }: Invocation['terminal'], sentence: string): ExitCode {
  stderr.write(`${paint(stderr, 'red', sentence)}\n`)
  return 1
}

/** Who runs the command, for the record. */
function operator(): string {
  try {
    return userInfo().username
  } catch {
    return 'an operator'
  }
}
