import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { ConversationKey } from '../conversation.ts'
import type { Schema } from './schema.ts'
import type { Conversations, StoredConversation } from './store.ts'
import { toMessages } from './stored-messages.ts'
import type { MessageRow } from './stored-messages.ts'

interface ConversationRow extends MessageRow {
  readonly conversation_id: string
  readonly running_turn_id: string | null
}

export function createConversations(db: Kysely<Schema>): Conversations {
  return { find: (key, { limit }) => find(db, key, limit), clear: (key) => clear(db, key) }
}

async function find(
  db: Kysely<Schema>,
  { bot, channel, key }: ConversationKey,
  limit: number,
): Promise<StoredConversation | undefined> {
  const { rows } = await sql<ConversationRow>`
    select c.id as conversation_id, r.id as running_turn_id, m.id, m.role, m.text, m.created_at, t.outcome
    from conversations c
    left join lateral (
      select id from turns
      where conversation_id = c.id and outcome is null and lease_until > now()
      order by started_at desc limit 1
    ) r on true
    left join lateral (
      select * from messages where conversation_id = c.id order by position desc limit ${limit}
    ) m on true
    left join turns t on t.id = m.turn_id and m.role = 'assistant'
    where c.bot = ${bot} and c.channel = ${channel} and c.key = ${key}
    order by m.position`.execute(db)
  const first = rows[0]
  if (first === undefined) return undefined
  return { id: first.conversation_id, messages: toMessages(rows), runningTurnId: first.running_turn_id }
}

async function clear(db: Kysely<Schema>, { bot, channel, key }: ConversationKey): Promise<void> {
  await sql`
    delete from messages where conversation_id = (
      select id from conversations where bot = ${bot} and channel = ${channel} and key = ${key}
    )`.execute(db)
}
