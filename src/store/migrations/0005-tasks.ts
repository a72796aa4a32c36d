import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Tasks of people, what reminded them, and their time zones. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createTasks(db)
  await createNotifications(db)
  await sql`
    create table time_zones (
      subject text primary key,
      time_zone text not null
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['time_zones', 'notifications', 'tasks']) {
    await db.schema.dropTable(table).execute()
  }
}

async function createTasks(db: Kysely<unknown>): Promise<void> {
  // A task without a time of day is due at noon UTC of its day, so that the day is the same in every zone.
  await sql`
    create table tasks (
      id bigint primary key generated always as identity,
      subject text not null,
      title text not null,
      description text,
      completed boolean not null default false,
      priority text not null default 'none' check (priority in ('none', 'low', 'medium', 'high')),
      tags text[] not null default '{}',
      recurrence text,
      due_at timestamptz,
      due_all_day boolean not null default false,
      reminder_offset_minutes integer,
      remind_at timestamptz,
      parent_task_id bigint references tasks on delete set null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index tasks_by_subject on tasks (subject, created_at)`.execute(db)
  await sql`create index tasks_by_state on tasks (subject, completed)`.execute(db)
  await sql`create index tasks_by_priority on tasks (subject, priority)`.execute(db)
  await sql`create index tasks_by_due on tasks (subject, due_at)`.execute(db)
  await sql`create unique index tasks_by_parent on tasks (parent_task_id)`.execute(db)
  await sql`create index tasks_to_remind on tasks (remind_at) where remind_at is not null`.execute(db)
}

async function createNotifications(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notifications (
      id bigint primary key generated always as identity,
      subject text not null,
      task_id bigint not null references tasks on delete cascade,
      message text not null,
      read boolean not null default false,
      announced boolean not null default false,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index notifications_by_subject on notifications (subject, id)`.execute(db)
  await sql`create index notifications_to_announce on notifications (id) where not announced`.execute(db)
  await sql`create index notifications_by_task on notifications (task_id)`.execute(db)
}
