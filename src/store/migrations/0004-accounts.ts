import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** People with an account, tokens ended before their time, and the channel identities people have linked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id integer primary key generated always as identity,
      email text constraint users_by_email unique,
      name text not null,
      password_hash text,
      role text not null default 'user' check (role in ('user', 'operator', 'admin')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table ended_tokens (
      id text primary key,
      expires_at timestamptz not null
    )`.execute(db)
  await sql`create index ended_tokens_by_age on ended_tokens (expires_at)`.execute(db)
  await sql`
    create table identities (
      subject text primary key,
      user_id integer not null references users on delete cascade,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index identities_by_user on identities (user_id)`.execute(db)
  await sql`
    create table link_codes (
      hash text primary key,
      user_id integer not null references users on delete cascade,
      expires_at timestamptz not null
    )`.execute(db)
  await sql`create index link_codes_by_user on link_codes (user_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['link_codes', 'identities', 'ended_tokens', 'users']) {
    await db.schema.dropTable(table).execute()
  }
}
