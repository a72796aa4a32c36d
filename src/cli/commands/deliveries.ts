import type { OpenStore } from '../../store/open-store.ts'
import type { Delivery } from '../../store/store.ts'
import { UsageError, type Command, type ExitCode, type Invocation } from '../command.ts'
import { paint } from '../paint.ts'
import { parseLimit } from '../parse-limit.ts'
import { printTable } from '../print-table.ts'
import { withStore } from '../with-store.ts'

export const deliveries: Command = {
  name: 'deliveries',
  summary: 'Look at what was sent for accepted messages; deliver a stored answer again',
  usage: '<list|retry> [message id…]',
  actions: {
    list: 'What was sent, is being sent or was refused',
    retry: 'Deliver the stored answers to these messages again',
  },
  arity: [1, 100],
  options: {
    ambiguous: { type: 'boolean', about: 'list: where a placeholder may have been sent twice' },
    refused: { type: 'boolean', about: 'list: what the other side refuses for good' },
    unfinished: { type: 'boolean', about: 'list: what is not confirmed yet' },
    channel: { type: 'string', value: 'name', about: 'list: only of this channel' },
    bot: { type: 'string', value: 'name', about: 'list: only of this bot' },
    limit: {
      type: 'string',
      value: 'n',
      about: 'list: at most so many, the one that changed last first (default: 50)',
    },
    json: { type: 'boolean', about: 'Print the outcome as JSON' },
  },
  examples: ['botyard deliveries list --ambiguous', 'botyard deliveries retry <message id>'],
  run: (invocation) => {
    const [action, ...ids] = invocation.arguments
    if (!(action === 'list' && ids.length === 0) && !(action === 'retry' && ids.length > 0))
      throw new UsageError(`Usage: botyard deliveries ${deliveries.usage}`)
    const limit = parseLimit(invocation.options)
    return withStore(invocation.terminal, (store) =>
      action === 'list' ? list(store, invocation, limit) : retry(store, invocation, ids),
    )
  },
}

async function list(
  store: OpenStore,
  { options, terminal: { stdout } }: Invocation,
  limit: number,
): Promise<ExitCode> {
  const { channel, bot } = options
  const rows = await store.deliveries.list({
    only: KINDS.filter((kind) => options[kind] === true),
    limit,
    ...(typeof channel === 'string' && { channel }),
    ...(typeof bot === 'string' && { bot }),
  })
  if (options['json']) stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  else if (rows.length === 0) stdout.write('no deliveries\n')
  else printTable(HEADINGS, rows.map(toRow), stdout)
  return 0
}

const KINDS = ['ambiguous', 'refused', 'unfinished'] as const
const HEADINGS = [
  'message',
  'part',
  'state',
  'changed',
  'channel',
  'bot',
  'sent as',
  'doubts',
  'tries',
  'error',
]

function toRow(delivery: Delivery): readonly string[] {
  return [
    delivery.messageId,
    String(delivery.part),
    delivery.state,
    delivery.updatedAt.toISOString(),
    delivery.channel,
    delivery.bot,
    delivery.externalId ?? '',
    String(delivery.ambiguous),
    String(delivery.attempts),
    delivery.error ?? '',
  ]
}

const SENTENCES = {
  queued: (id: string) =>
    `The answer to message ${id} is put back: a running server delivers it again. \`botyard inbox show ${id}\` tells what became of it.`,
  'not-found': (id: string) => `There is no message ${id}. \`botyard deliveries list\` shows the ids.`,
  unfinished: (id: string) =>
    `Message ${id} is not finished yet; it is delivered as soon as it is. \`botyard inbox show ${id}\` tells where it stands.`,
  unanswered: (id: string) =>
    `Message ${id} has no stored answer. A dead letter is answered again by \`botyard inbox retry ${id}\`.`,
} as const

async function retry(
  store: OpenStore,
  { options, terminal: { stdout, stderr } }: Invocation,
  ids: readonly string[],
): Promise<ExitCode> {
  const outcomes: { readonly id: string; readonly outcome: keyof typeof SENTENCES }[] = []
  for (const id of ids) outcomes.push({ id, outcome: await store.deliveries.retry(id) })
  if (options['json']) stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`)
  else
    for (const { id, outcome } of outcomes) {
      const sentence = SENTENCES[outcome](id)
      if (outcome === 'queued') stdout.write(`${sentence}\n`)
      else stderr.write(`${paint(stderr, 'red', sentence)}\n`)
    }
  return outcomes.every(({ outcome }) => outcome === 'queued') ? 0 : 1
}
