import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Durable queues: lanes of items worked off in order, what failed for good, and outside events already seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lanes (
      queue text not null,
      key text not null,
      due_at timestamptz not null,
      token bigint not null default 0,
      leased boolean not null default false,
      attempts integer not null default 0,
      last_error text,
      primary key (queue, key)
    )`.execute(db)
  await sql`create index lanes_due on lanes (queue, due_at)`.execute(db)
  await sql`
    create table lane_items (
      id bigint primary key generated always as identity,
      queue text not null,
      key text not null,
      dedupe text,
      payload text not null,
      run_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      constraint lane_items_by_dedupe unique (queue, dedupe)
    )`.execute(db)
  await sql`create index lane_items_by_lane on lane_items (queue, key, id)`.execute(db)
  await sql`
    create table lane_dead_items (
      id bigint primary key,
      queue text not null,
      key text not null,
      dedupe text,
      payload text not null,
      attempts integer not null,
      last_error text,
      created_at timestamptz not null,
      died_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index lane_dead_items_by_queue on lane_dead_items (queue, died_at)`.execute(db)
  await sql`
    create table seen_events (
      source text not null,
      event_id text not null,
      seen_at timestamptz not null default now(),
      primary key (source, event_id)
    )`.execute(db)
  await sql`create index seen_events_by_age on seen_events (seen_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['seen_events', 'lane_dead_items', 'lane_items', 'lanes']) {
    await db.schema.dropTable(table).execute()
  }
}
