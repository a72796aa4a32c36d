import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Bitrix24: portals with their tokens, who refreshes and fetches, authorizations that have begun. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table bitrix_portals (
      origin text primary key,
      member_id text not null,
      access_token text not null,
      refresh_token text not null,
      auth_server text not null,
      application_token text,
      version bigint not null default 1,
      bot_id bigint,
      bot_api text check (bot_api in ('v1', 'v2')),
      event_mode text check (event_mode in ('fetch', 'webhook')),
      refresh_owner text,
      refresh_until timestamptz,
      fetch_owner text,
      fetch_until timestamptz,
      fetch_offset bigint not null default 0,
      installed_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table bitrix_oauth_states (
      hash text primary key,
      session_hash text not null,
      origin text not null,
      expires_at timestamptz not null
    )`.execute(db)
  await sql`create index bitrix_oauth_states_by_age on bitrix_oauth_states (expires_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['bitrix_oauth_states', 'bitrix_portals']) await db.schema.dropTable(table).execute()
}
