import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { AnswerFileStore } from './company-store.ts'
import type { Schema } from './schema.ts'
import { fromNow } from './sql-time.ts'

export function createAnswerFiles(db: Kysely<Schema>): AnswerFileStore {
  return {
    keep: async ({ id, subject, name, contentType, bytes, forMs, most }) => {
      await db
        .insertInto('answer_files')
        .values({
          id,
          subject,
          name,
          content_type: contentType,
          bytes: Buffer.from(bytes),
          expires_at: fromNow(forMs),
        })
        .execute()
      await sql`
        delete from answer_files where id in (
          select id from answer_files where subject = ${subject} order by created_at desc, id offset ${most}::integer
        )`.execute(db)
    },
    find: async (id) => {
      const row = await db
        .selectFrom('answer_files')
        .select(['name', 'content_type', 'bytes'])
        .where('id', '=', id)
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst()
      return row && { name: row.name, contentType: row.content_type, bytes: new Uint8Array(row.bytes) }
    },
    forgetExpired: async () => {
      await sql`delete from answer_files where expires_at <= now()`.execute(db)
    },
  }
}
