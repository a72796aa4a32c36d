import type { Selectable } from 'kysely'
import type { InboundMessage, Json } from '../inbound.ts'
import type { InboxMessage } from './inbox-store.ts'
import type { InboxMessageTable } from './schema-lanes.ts'

export type InboxMessageRow = Selectable<InboxMessageTable>

/** One lane for each conversation. */
export function toInboxLane({
  conversation: { channel, bot, key },
}: Pick<InboundMessage, 'conversation'>): string {
  return JSON.stringify([channel, bot, key])
}

export function toInboxMessage(row: InboxMessageRow): InboxMessage {
  return {
    id: row.id,
    conversation: { channel: row.channel, bot: row.bot, key: row.conversation_key },
    externalId: row.external_id,
    subject: row.subject,
    text: row.text,
    detail: JSON.parse(row.detail) as Json,
    answeredWith: row.answered_with,
    acceptedAt: row.accepted_at,
    trace: row.trace,
  }
}
