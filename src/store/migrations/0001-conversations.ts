import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Conversations with their messages, turns with their facts and event logs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createConversations(db)
  await createTurns(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['turn_events', 'turns', 'messages', 'conversations']) {
    await db.schema.dropTable(table).execute()
  }
}

async function createConversations(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table conversations (
      id uuid primary key,
      bot text not null,
      channel text not null,
      key text not null,
      subject text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint conversations_by_key unique (bot, channel, key)
    )`.execute(db)
  await sql`create index conversations_by_subject on conversations (subject, updated_at desc)`.execute(db)
  await sql`
    create table messages (
      id uuid primary key,
      conversation_id uuid not null references conversations on delete cascade,
      position bigint not null generated always as identity,
      role text not null check (role in ('user', 'assistant')),
      text text not null,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index messages_by_conversation on messages (conversation_id, position)`.execute(db)
}

async function createTurns(db: Kysely<unknown>): Promise<void> {
  // Each renewal of a lease rewrites the row; free room in the page lets it stay out of the indexes (HOT).
  await sql`
    create table turns (
      id uuid primary key,
      conversation_id uuid not null references conversations on delete cascade,
      bot text not null,
      channel text not null,
      subject text not null,
      revision text not null,
      model text not null,
      outcome text check (outcome in ('completed', 'failed', 'stopped', 'interrupted')),
      error_code text,
      first_token_ms integer,
      duration_ms integer,
      input_tokens integer not null default 0,
      output_tokens integer not null default 0,
      steps integer not null default 0,
      tool_calls integer not null default 0,
      started_at timestamptz not null default now(),
      ended_at timestamptz,
      owner text not null,
      lease_until timestamptz not null,
      stop_requested_at timestamptz
    ) with (fillfactor = 80)`.execute(db)
  await sql`create index turns_running on turns (conversation_id) where outcome is null`.execute(db)
  await sql`create index turns_by_conversation on turns (conversation_id, started_at)`.execute(db)
  await sql`create index turns_by_bot on turns (bot, started_at)`.execute(db)
  await sql`
    create table turn_events (
      turn_id uuid not null references turns on delete cascade,
      first_seq integer not null,
      last_seq integer not null,
      events text not null,
      primary key (turn_id, first_seq)
    )`.execute(db)
}
