import type { Chatbot } from '../chatbots/chatbots.ts'
import type { Invocation, Terminal } from './command.ts'
import { printTable } from './print-table.ts'

export function printJson(value: unknown, { stdout }: Terminal): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Chatbots, a line each. */
export function printList(chatbots: readonly Chatbot[], { options, terminal }: Invocation): void {
  if (options['json']) return printJson(chatbots, terminal)
  if (chatbots.length === 0) terminal.stdout.write('no chatbots\n')
  else
    printTable(
      ['id', 'name', 'version', 'published', 'owner', 'changed'],
      chatbots.map(toRow),
      terminal.stdout,
    )
}

function toRow({ id, draft, version, published, owner, updatedAt }: Chatbot): readonly string[] {
  return [
    id,
    draft.name,
    String(version),
    published === null ? 'no' : `revision ${published}`,
    owner === null ? 'the server' : `user:${owner}`,
    updatedAt.toISOString(),
  ]
}

/** Records of one kind, such as revisions: their fields are the columns. */
export function printRecords(records: readonly object[], { options, terminal }: Invocation): void {
  const [first] = records
  if (options['json']) return printJson(records, terminal)
  if (!first) terminal.stdout.write('nothing yet\n')
  else
    printTable(
      Object.keys(first),
      records.map((record) => Object.values(record).map(toCell)),
      terminal.stdout,
    )
}

function toCell(value: unknown): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
