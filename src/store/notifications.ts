import { sql } from 'kysely'
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely'
import type { ConversationKey } from '../conversation.ts'
import type { NotificationTable, Schema, TaskTable } from './schema.ts'
import type { StoredNotification, StoredTask, TaskStore } from './task-store.ts'
import { toTask } from './stored-tasks.ts'

const MOST_LISTED = 200

export function createNotifications(
  db: Kysely<Schema>,
): Pick<TaskStore, 'notifications' | 'markRead' | 'remind' | 'unannounced' | 'markAnnounced' | 'places'> {
  return {
    notifications: (subject, filter) => list(db, subject, filter),
    markRead: (subject, id) => markRead(db, subject, id),
    remind: (limit, toMessage) => remind(db, limit, toMessage),
    unannounced: (limit) => unannounced(db, limit),
    markAnnounced: (ids) => markAnnounced(db, ids),
    places: (subject, channels) => places(db, subject, channels),
  }
}

async function list(
  db: Kysely<Schema>,
  subject: string,
  filter: NotificationFilter,
): Promise<readonly StoredNotification[]> {
  const rows = await listNotifications(db, subject, filter).execute()
  return rows.map((row) => toNotification(row))
}

interface NotificationFilter {
  readonly read?: boolean
}

/** The rows of a list of notifications, newest first. */
export function listNotifications(
  db: Kysely<Schema>,
  subject: string,
  { read }: NotificationFilter,
): SelectQueryBuilder<Schema, 'notifications', Selectable<NotificationTable>> {
  return db
    .selectFrom('notifications')
    .selectAll()
    .where('subject', '=', subject)
    .$if(read !== undefined, (query) => query.where('read', '=', read ?? false))
    .orderBy('id', 'desc')
    .limit(MOST_LISTED)
}

async function markRead(db: Kysely<Schema>, subject: string, id: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('notifications')
    .set({ read: true })
    .where('subject', '=', subject)
    .where('id', '=', String(id))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function remind(
  db: Kysely<Schema>,
  limit: number,
  toMessage: (task: StoredTask) => string,
): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const due = await lockDue(tx, limit).execute()
    if (due.length === 0) return 0
    const ids = due.map(({ id }) => id)
    await tx.updateTable('tasks').set({ remind_at: null }).where('id', 'in', ids).execute()
    const values = due.map((row) => ({
      subject: row.subject,
      task_id: row.id,
      message: toMessage(toTask(row)),
    }))
    await tx.insertInto('notifications').values(values).execute()
    return due.length
  })
}

/** Tasks whose reminder is due and that no other replica holds. */
export function lockDue(
  tx: Kysely<Schema>,
  limit: number,
): SelectQueryBuilder<Schema, 'tasks', Selectable<TaskTable>> {
  return tx
    .selectFrom('tasks')
    .selectAll()
    .where('remind_at', '<=', sql<Date>`now()`)
    .orderBy('remind_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
}

async function unannounced(db: Kysely<Schema>, limit: number): Promise<readonly StoredNotification[]> {
  const rows = await db
    .selectFrom('notifications')
    .selectAll()
    .where(sql<boolean>`not announced`)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => toNotification(row))
}

async function markAnnounced(db: Kysely<Schema>, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await db.updateTable('notifications').set({ announced: true }).where('id', 'in', ids.map(String)).execute()
}

async function places(
  db: Kysely<Schema>,
  subject: string,
  channels: readonly string[],
): Promise<readonly ConversationKey[]> {
  const { rows } = await sql<ConversationKey>`
    select bot, channel, key from conversations
    where channel = any(${channels}::text[]) and subject = any(
      select ${subject}::text union all
      select subject from identities where user_id = ${userOf(subject)}::bigint
    )
    order by updated_at desc limit 10`.execute(db)
  return rows
}

/** The account a subject stands for; null for the subject of a channel. */
function userOf(subject: string): number | null {
  const id = /^user:(\d{1,10})$/.exec(subject)?.[1]
  return id === undefined ? null : Number(id)
}

function toNotification(row: Selectable<NotificationTable>): StoredNotification {
  return {
    id: Number(row.id),
    subject: row.subject,
    taskId: Number(row.task_id),
    message: row.message,
    read: row.read,
    createdAt: row.created_at,
  }
}
