import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What the numbers of a server are counted from, and the request that a waiting message belongs to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table turns
      add column first_audio_ms integer,
      add column audio_chunks integer not null default 0,
      add column words integer not null default 0,
      add column characters integer not null default 0,
      add column tool_ms integer not null default 0,
      add column queue_ms integer`.execute(db)
  await sql`create index turns_by_end on turns (ended_at) where ended_at is not null`.execute(db)
  await sql`create index conversations_by_age on conversations (created_at)`.execute(db)
  await sql`alter table inbox_messages add column trace text`.execute(db)
  await sql`
    create table metrics_start (
      one boolean primary key default true check (one),
      since timestamptz not null
    )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('metrics_start').execute()
  await sql`alter table inbox_messages drop column trace`.execute(db)
  await sql`drop index conversations_by_age`.execute(db)
  await sql`drop index turns_by_end`.execute(db)
  await sql`
    alter table turns drop column first_audio_ms, drop column audio_chunks, drop column words,
      drop column characters, drop column tool_ms, drop column queue_ms`.execute(db)
}
