import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Collections of documents: what was given, and the sections and pieces that answers are found in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createDocuments(db)
  await createPieces(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['chunks', 'passages', 'document_contents', 'documents', 'document_collections']) {
    await db.schema.dropTable(table).execute()
  }
}

async function createDocuments(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table document_collections (
      bot text not null,
      owner text not null,
      version bigint not null default 0,
      primary key (bot, owner)
    )`.execute(db)
  await sql`
    create table documents (
      id uuid primary key,
      bot text not null,
      owner text not null,
      name text not null,
      type text not null,
      url text,
      sha256 text not null,
      size bigint not null,
      status text not null default 'queued'
        check (status in ('queued', 'reading', 'indexing', 'ready', 'failed', 'removed')),
      progress real not null default 0,
      error_code text,
      error text,
      attempts integer not null default 0,
      run uuid,
      indexed integer not null default 0,
      passages integer not null default 0,
      chunks integer not null default 0,
      tokens bigint not null default 0,
      added_at timestamptz not null default now(),
      changed_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create unique index documents_ready on documents (bot, owner, name) where status = 'ready'`.execute(db)
  await sql`
    create unique index documents_incoming on documents (bot, owner, name)
      where status in ('queued', 'reading', 'indexing', 'failed')`.execute(db)
  await sql`create index documents_by_hash on documents (bot, owner, sha256)`.execute(db)
  await sql`
    create index documents_unfinished on documents (changed_at)
      where status in ('queued', 'reading', 'indexing', 'removed')`.execute(db)
  await sql`
    create table document_contents (
      document_id uuid not null references documents on delete cascade,
      part integer not null,
      bytes bytea not null,
      primary key (document_id, part)
    )`.execute(db)
}

async function createPieces(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table passages (
      document_id uuid not null references documents on delete cascade,
      position integer not null,
      heading text not null,
      text text not null,
      tokens integer not null,
      primary key (document_id, position)
    )`.execute(db)
  await sql`
    create table chunks (
      id bigint primary key generated always as identity,
      document_id uuid not null references documents on delete cascade,
      position integer not null,
      passage integer not null,
      bot text not null,
      owner text not null,
      heading text not null,
      text text not null,
      lexemes tsvector not null
        generated always as (to_tsvector('russian'::regconfig, translate(heading || ' ' || text, 'ёЁ', 'еЕ'))) stored,
      constraint chunks_by_position unique (document_id, position)
    )`.execute(db)
  await sql`create index chunks_by_collection on chunks (bot, owner)`.execute(db)
  await sql`create index chunks_by_lexeme on chunks using gin (lexemes)`.execute(db)
}
