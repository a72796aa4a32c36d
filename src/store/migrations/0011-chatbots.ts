import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Chatbots that are data: drafts, published revisions, who changed what, tokens of a day, and messages of guests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createChatbots(db)
  await sql`
    create table chatbot_usage (
      chatbot_id text not null references chatbots on delete cascade,
      day date not null,
      tokens bigint not null default 0,
      turns integer not null default 0,
      primary key (chatbot_id, day)
    )`.execute(db)
  await sql`
    create table guest_messages (
      bot text not null,
      guest text not null,
      used integer not null,
      since timestamptz not null default now(),
      primary key (bot, guest)
    )`.execute(db)
  await sql`create index guest_messages_by_age on guest_messages (since)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of [
    'guest_messages',
    'chatbot_usage',
    'chatbot_changes',
    'chatbot_revisions',
    'chatbots',
  ]) {
    await db.schema.dropTable(table).execute()
  }
}

async function createChatbots(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table chatbots (
      id text primary key,
      owner integer references users on delete set null,
      draft text not null,
      version integer not null default 1,
      published integer,
      tokens_per_day bigint,
      tokens_per_month bigint,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index chatbots_by_owner on chatbots (owner, created_at)`.execute(db)
  await sql`create index chatbots_by_creation on chatbots (created_at)`.execute(db)
  await sql`create index chatbots_by_change on chatbots (updated_at)`.execute(db)
  await sql`
    create table chatbot_revisions (
      chatbot_id text not null references chatbots on delete cascade,
      number integer not null,
      revision text not null,
      definition text not null,
      published_by text not null,
      published_at timestamptz not null default now(),
      from_number integer,
      primary key (chatbot_id, number)
    )`.execute(db)
  await sql`create index chatbot_revisions_by_hash on chatbot_revisions (chatbot_id, revision)`.execute(db)
  await sql`
    create table chatbot_changes (
      id bigint primary key generated always as identity,
      chatbot_id text not null references chatbots on delete cascade,
      version integer not null,
      action text not null,
      detail text not null,
      changed_by text not null,
      changed_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index chatbot_changes_by_chatbot on chatbot_changes (chatbot_id, id)`.execute(db)
}
