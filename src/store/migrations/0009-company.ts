import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What was looked up about companies, how much of a day's budget is used, and files that bots gave people. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table company_records (
      service text not null,
      query text not null,
      body text,
      fetched_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (service, query)
    )`.execute(db)
  await sql`create index company_records_by_age on company_records (expires_at)`.execute(db)
  await sql`
    create table company_usage (
      day date primary key,
      used integer not null
    )`.execute(db)
  await sql`
    create table answer_files (
      id text primary key,
      subject text not null,
      name text not null,
      content_type text not null,
      bytes bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    )`.execute(db)
  await sql`create index answer_files_by_age on answer_files (expires_at)`.execute(db)
  await sql`create index answer_files_by_subject on answer_files (subject)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['answer_files', 'company_usage', 'company_records']) {
    await db.schema.dropTable(table).execute()
  }
}
