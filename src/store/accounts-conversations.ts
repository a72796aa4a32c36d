import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { ConversationKey } from '../conversation.ts'
import type { Schema } from './schema.ts'
import type { AnswerPlace, OwnConversation, OwnConversations, OwnTranscript } from './store.ts'
import { toMessages } from './stored-messages.ts'
import type { MessageRow } from './stored-messages.ts'

/** The begin of the first message of a conversation `c`. */
const TITLE = sql<string | null>`(
  select left(text, 80) from messages where conversation_id = c.id order by position limit 1)`

/** The channels where nobody but the signed-in user speaks, so that a conversation is theirs alone. */
const PRIVATE_CHANNELS = ['rest', 'web']

export function createOwnConversations(db: Kysely<Schema>): OwnConversations {
  return {
    list: async (subject, limit) => (await listOwn(subject, limit).execute(db)).rows,
    read: (subject, place) => read(db, subject, place),
    remove: (subject, id) => remove(db, subject, id),
    keyOf: (subject, id) => keyOf(db, subject, id),
    placeOf: (turnId) => placeOf(db, turnId),
  }
}

/** Newest first, without messages. */
export function listOwn(subject: string, limit: number): RawBuilder<OwnConversation> {
  return sql<OwnConversation>`
    select c.id, ${TITLE} as title, c.created_at as "createdAt", c.updated_at as "updatedAt"
    from conversations c
    where c.subject = ${subject} and c.channel = any(${PRIVATE_CHANNELS}::text[])
    order by c.updated_at desc limit ${limit}`
}

type TranscriptRow = MessageRow & {
  readonly conversationId: string
  readonly title: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Place {
  readonly id: string
  readonly limit: number
}

/** The last messages of one conversation, oldest first. */
export function readOwn(subject: string, { id, limit }: Place): RawBuilder<TranscriptRow> {
  return sql<TranscriptRow>`
    select c.id as "conversationId", c.created_at as "createdAt", c.updated_at as "updatedAt",
      ${TITLE} as title, m.id, m.role, m.text, m.created_at
    from conversations c
    left join lateral (
      select * from messages where conversation_id = c.id order by position desc limit ${limit}
    ) m on true
    where ${isOwn(subject, id)}
    order by m.position`
}

function isOwn(subject: string, id: string): RawBuilder<boolean> {
  return sql`c.id = ${id}::uuid and c.subject = ${subject} and c.channel = any(${PRIVATE_CHANNELS}::text[])`
}

async function read(db: Kysely<Schema>, subject: string, place: Place): Promise<OwnTranscript | undefined> {
  const { rows } = await readOwn(subject, place).execute(db)
  const first = rows[0]
  if (first === undefined) return undefined
  const { conversationId, title, createdAt, updatedAt } = first
  return { id: conversationId, title, createdAt, updatedAt, messages: toMessages(rows) }
}

/** Messages, turns and their events go along. */
async function remove(db: Kysely<Schema>, subject: string, id: string): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    // Before the conversation, as a turn that ends does: otherwise the two may wait for each other.
    await sql`
      select from turns t join conversations c on c.id = t.conversation_id
      where ${isOwn(subject, id)} and t.outcome is null order by t.id for update of t`.execute(tx)
    const { rows } = await sql`
      delete from conversations c where ${isOwn(subject, id)} returning c.id`.execute(tx)
    return rows.length > 0
  })
}

async function keyOf(db: Kysely<Schema>, subject: string, id: string): Promise<ConversationKey | undefined> {
  const { rows } = await sql<ConversationKey>`
    select c.bot, c.channel, c.key from conversations c where ${isOwn(subject, id)}`.execute(db)
  return rows[0]
}

async function placeOf(db: Kysely<Schema>, turnId: string): Promise<AnswerPlace | undefined> {
  const { rows } = await sql<AnswerPlace>`
    select t.conversation_id as "conversationId", m.id as "messageId"
    from turns t
    left join lateral (
      select id from messages
      where conversation_id = t.conversation_id and turn_id = t.id and role = 'assistant'
      order by position desc limit 1
    ) m on true
    where t.id = ${turnId}`.execute(db)
  return rows[0]
}
