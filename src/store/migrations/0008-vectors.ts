import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * What search needs beside full text. The vectors' own table, `chunk_vectors`, is made with the first vector: its type
 * depends on the embedder, and on whether the server has pgvector.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table vector_space (
      one boolean primary key default true check (one),
      embedder text not null,
      dimensions integer not null,
      way text not null check (way in ('vector', 'bytes', 'qdrant'))
    )`.execute(db)
  await sql`
    create table term_counts (
      bot text primary key,
      version bigint not null default 1,
      counts bytea not null
    )`.execute(db)
  // Without it new words wait in a list that every search reads whole, until somebody vacuums.
  await sql`alter index chunks_by_lexeme set (fastupdate = off)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table if exists chunk_vectors`.execute(db)
  await sql`alter index chunks_by_lexeme reset (fastupdate)`.execute(db)
  for (const table of ['term_counts', 'vector_space']) await db.schema.dropTable(table).execute()
}
