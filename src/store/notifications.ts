import { sql } from 'kysely'
import type { Kysely, Selectable } from 'kysely'
import type { NotificationTable, Schema } from './schema.ts'
import type { StoredNotification, StoredTask, TaskStore } from './task-store.ts'
import { toTask } from './stored-tasks.ts'

const MOST_LISTED = 200

export function createNotifications(
  db: Kysely<Schema>,
): Pick<TaskStore, 'notifications' | 'markRead' | 'remind'> {
  return {
    notifications: (subject, filter) => list(db, subject, filter),
    markRead: (subject, id) => markRead(db, subject, id),
    remind: (limit, toMessage) => remind(db, limit, toMessage),
  }
}

async function list(
  db: Kysely<Schema>,
  subject: string,
  { read }: { readonly read?: boolean },
): Promise<readonly StoredNotification[]> {
  const rows = await db
    .selectFrom('notifications')
    .selectAll()
    .where('subject', '=', subject)
    .$if(read !== undefined, (query) => query.where('read', '=', read ?? false))
    .orderBy('id', 'desc')
    .limit(MOST_LISTED)
    .execute()
  return rows.map((row) => toNotification(row))
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
): Promise<readonly StoredNotification[]> {
  return await db.transaction().execute(async (tx) => {
    const due = await tx
      .selectFrom('tasks')
      .selectAll()
      .where('remind_at', '<=', sql<Date>`now()`)
      .orderBy('remind_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute()
    if (due.length === 0) return []
    const ids = due.map(({ id }) => id)
    await tx.updateTable('tasks').set({ remind_at: null }).where('id', 'in', ids).execute()
    const values = due.map((row) => ({
      subject: row.subject,
      task_id: row.id,
      message: toMessage(toTask(row)),
    }))
    const rows = await tx.insertInto('notifications').values(values).returningAll().execute()
    return rows.map((row) => toNotification(row))
  })
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
