import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * Feature flags as operators set them, rollouts of revisions, and the record of every change of either, to which rows
 * can only be added.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table flags (
      name text primary key,
      enabled boolean not null,
      percentage real not null check (percentage between 0 and 100),
      allow text[] not null default '{}',
      deny text[] not null default '{}',
      variant text not null default 'A',
      changed_at timestamptz not null default now()
    )`.execute(db)
  await createRollouts(db)
  await createAudit(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['audit_entries', 'rollouts', 'flags']) await db.schema.dropTable(table).execute()
  await sql`drop function refuse_audit_change`.execute(db)
}

async function createRollouts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rollouts (
      id uuid primary key,
      bot text not null,
      stable text not null,
      candidate text not null,
      status text not null
        check (status in ('running', 'paused', 'promoted', 'completed', 'rolled-back', 'aborted')),
      stage integer not null default 0,
      options text not null,
      options_hash text not null,
      version integer not null default 1,
      fence integer not null default 0,
      reason text not null,
      tally text,
      judgement text,
      started_at timestamptz not null default now(),
      stage_started_at timestamptz not null default now(),
      held_since timestamptz,
      evaluated_at timestamptz,
      changed_at timestamptz not null default now(),
      ended_at timestamptz
    )`.execute(db)
  await sql`
    create unique index rollouts_open on rollouts (bot) where status in ('running', 'paused')`.execute(db)
  await sql`create index rollouts_by_bot on rollouts (bot, started_at desc)`.execute(db)
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_entries (
      position integer primary key,
      at timestamptz not null,
      actor text not null,
      topic text not null check (topic in ('flag', 'rollout')),
      name text not null,
      subject text,
      before text,
      after text,
      reason text not null,
      detail text,
      previous_hash text not null,
      hash text not null
    )`.execute(db)
  await sql`create index audit_entries_by_name on audit_entries (topic, name, position desc)`.execute(db)
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the record of changes is added to and never changed';
    end $$`.execute(db)
  await sql`
    create trigger audit_entries_append_only before update or delete or truncate on audit_entries
      for each statement execute function refuse_audit_change()`.execute(db)
}
