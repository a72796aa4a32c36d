import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What people think of answers, how channels call answers, and what channels remember over restarts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table turn_references (
      bot text not null,
      channel text not null,
      reference text not null,
      turn_id uuid not null references turns on delete cascade,
      created_at timestamptz not null default now(),
      primary key (bot, channel, reference)
    )`.execute(db)
  await sql`create index turn_references_by_turn on turn_references (turn_id)`.execute(db)
  await sql`
    create table feedback (
      id bigint primary key generated always as identity,
      bot text not null,
      channel text not null,
      reference text not null,
      subject text not null,
      kind text not null check (kind in ('reaction', 'feedback')),
      value text not null,
      turn_id uuid references turns on delete set null,
      revision text,
      created_at timestamptz not null default now(),
      constraint feedback_by_word unique (bot, channel, reference, subject, kind, value)
    )`.execute(db)
  await sql`create index feedback_by_revision on feedback (bot, revision, kind, value)`.execute(db)
  await sql`create index feedback_by_turn on feedback (turn_id)`.execute(db)
  await sql`
    create table channel_notes (
      channel text not null,
      key text not null,
      value text not null,
      updated_at timestamptz not null default now(),
      primary key (channel, key)
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['channel_notes', 'feedback', 'turn_references']) {
    await db.schema.dropTable(table).execute()
  }
}
