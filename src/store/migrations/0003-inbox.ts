import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * Messages of channels that acknowledge first and answer later, the ledger of what was delivered for them, and whose
 * turn a stored message belongs to. Drops a table that nothing has ever written.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createInbox(db)
  await createDeliveries(db)
  await sql`alter table messages add column turn_id uuid`.execute(db)
  await sql`drop table seen_events`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table seen_events (
      source text not null,
      event_id text not null,
      seen_at timestamptz not null default now(),
      primary key (source, event_id)
    )`.execute(db)
  await sql`create index seen_events_by_age on seen_events (seen_at)`.execute(db)
  await sql`alter table messages drop column turn_id`.execute(db)
  await sql`drop table deliveries`.execute(db)
  await sql`drop table inbox_messages`.execute(db)
  // What waits in the lanes names messages that are gone.
  for (const table of ['lane_items', 'lane_dead_items', 'lanes']) {
    await sql`delete from ${sql.table(table)} where queue = 'inbox'`.execute(db)
  }
}

async function createInbox(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table inbox_messages (
      id uuid primary key,
      channel text not null,
      bot text not null,
      external_id text not null,
      conversation_key text not null,
      subject text not null,
      text text not null,
      detail text not null,
      accepted_at timestamptz not null default now(),
      answered_with uuid,
      outcome text check (outcome in ('answered', 'refused', 'dead', 'dropped')),
      finished_at timestamptz,
      error text,
      constraint inbox_messages_by_event unique (channel, bot, external_id)
    )`.execute(db)
  await sql`create index inbox_messages_unfinished on inbox_messages (accepted_at) where outcome is null`.execute(
    db,
  )
  await sql`
    create index inbox_messages_finished on inbox_messages (outcome, finished_at) where outcome is not null`.execute(
    db,
  )
}

async function createDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deliveries (
      message_id uuid not null references inbox_messages on delete cascade,
      part integer not null,
      state text not null check (state in ('intended', 'sending', 'sent', 'confirmed', 'refused')),
      external_id text,
      content text,
      ambiguous integer not null default 0,
      attempts integer not null default 0,
      last_error text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (message_id, part)
    )`.execute(db)
  await sql`create index deliveries_unfinished on deliveries (updated_at) where state <> 'confirmed'`.execute(
    db,
  )
  await sql`create index deliveries_ambiguous on deliveries (updated_at) where ambiguous > 0`.execute(db)
}
