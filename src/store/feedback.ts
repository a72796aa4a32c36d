import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { AnswerLinks } from './answer-links.ts'
import type { ChannelNotes, FeedbackCount, FeedbackReport } from '../feedback.ts'
import type { Feedback, FeedbackTarget } from './feedback-store.ts'
import type { Schema } from './schema.ts'

export function createFeedback(db: Kysely<Schema>): Feedback {
  const links = new AnswerLinks(db)
  return {
    link: (reference) => links.add(reference),
    record: async (report) => {
      await links.settled()
      return report.removed ? remove(db, report) : record(db, report)
    },
    count: ({ bot } = {}) => count(db, bot),
  }
}

/** The word is kept for the turn its answer has now: what another answer gets under the same id is not meant. */
async function record(db: Kysely<Schema>, report: FeedbackReport): Promise<FeedbackTarget> {
  const { bot, channel, reference, subject, kind, value } = report
  const { rows } = await sql<FeedbackTarget>`
    with target as (
      select t.id, t.revision from turn_references r join turns t on t.id = r.turn_id
      where r.bot = ${bot} and r.channel = ${channel} and r.reference = ${reference}
    ), kept as (
      insert into feedback (bot, channel, reference, subject, kind, value, turn_id, revision)
      select ${bot}, ${channel}, ${reference}, ${subject}, ${kind}, ${value},
        (select id from target), (select revision from target)
      on conflict on constraint feedback_by_word do nothing
    )
    select (select id from target) as "turnId", (select revision from target) as revision`.execute(db)
  return rows[0] ?? { turnId: null, revision: null }
}

async function remove(db: Kysely<Schema>, report: FeedbackReport): Promise<FeedbackTarget> {
  const { bot, channel, reference, subject, kind, value } = report
  const removed = await db
    .deleteFrom('feedback')
    .where((where) => where.and({ bot, channel, reference, subject, kind, value }))
    .returning(['turn_id as turnId', 'revision'])
    .executeTakeFirst()
  return removed ?? { turnId: null, revision: null }
}

async function count(db: Kysely<Schema>, bot: string | undefined): Promise<readonly FeedbackCount[]> {
  const { rows } = await sql<FeedbackCount>`
    select bot, revision, kind, value, count(*)::integer as count from feedback
    where ${bot ?? null}::text is null or bot = ${bot ?? null}
    group by bot, revision, kind, value
    order by bot, max(max(id)) over (partition by bot, revision) desc, kind, count desc, value`.execute(db)
  return rows
}

export function createNotes(db: Kysely<Schema>): ChannelNotes {
  return {
    read: async (channel, key) => {
      const query = db
        .selectFrom('channel_notes')
        .select('value')
        .where((where) => where.and({ channel, key }))
      return (await query.executeTakeFirst())?.value
    },
    write: async (channel, key, value) => {
      await db
        .insertInto('channel_notes')
        .values({ channel, key, value })
        .onConflict((conflict) =>
          conflict.columns(['channel', 'key']).doUpdateSet({ value, updated_at: sql`now()` }),
        )
        .execute()
    },
  }
}
