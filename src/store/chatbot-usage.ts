import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { DailyUsage, GuestStore, TokenUsage } from './chatbot-store.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'

const TODAY = sql`(now() at time zone 'utc')::date`

/**
 * Adds what a turn used to the day of its chatbot, where `closed` is the turn that ends in the same statement. Bots in
 * code have no row of their own and are left out.
 */
export function countUsage({ tokens }: { readonly tokens: number }): RawBuilder<unknown> {
  return sql`
    insert into chatbot_usage (chatbot_id, day, tokens, turns)
    select chatbots.id, ${TODAY}, ${tokens}::bigint, 1 from closed join chatbots on chatbots.id = closed.bot
    on conflict (chatbot_id, day) do update set
      tokens = chatbot_usage.tokens + excluded.tokens, turns = chatbot_usage.turns + 1`
}

export async function usage(db: Kysely<Schema>, id: string): Promise<TokenUsage> {
  const { rows } = await selectUsage(id).execute(db)
  return { today: Number(rows[0]?.today ?? 0), month: Number(rows[0]?.month ?? 0) }
}

/** The statement of `ChatbotStore.usage`: at most the rows of one month. */
export function selectUsage(id: string): RawBuilder<{ readonly today: string; readonly month: string }> {
  return sql`
    select coalesce(sum(tokens) filter (where day = ${TODAY}), 0) as today, coalesce(sum(tokens), 0) as month
    from chatbot_usage
    where chatbot_id = ${id} and day >= date_trunc('month', now() at time zone 'utc')::date`
}

export async function dailyUsage(
  db: Kysely<Schema>,
  id: string,
  days: number,
): Promise<readonly DailyUsage[]> {
  const { rows } = await sql<{ readonly day: string; readonly tokens: string; readonly turns: number }>`
    select to_char(day, 'YYYY-MM-DD') as day, tokens, turns from chatbot_usage
    where chatbot_id = ${id} and day > ${TODAY} - ${days}::integer
    order by chatbot_usage.day desc`.execute(db)
  return rows.map(({ day, tokens, turns }) => ({ day, tokens: Number(tokens), turns }))
}

export function createGuests(db: Kysely<Schema>): GuestStore {
  return {
    count: (bot, guests, windowMs) => count(db, { bot, guests, windowMs }),
    giveBack: async (bot, guests) => {
      await sql`
        with mine as (
          select bot, guest from guest_messages
          where bot = ${bot} and guest = any(${[...guests]}::text[]) and used > 0 order by guest for update
        )
        update guest_messages g set used = g.used - 1
        from mine where g.bot = mine.bot and g.guest = mine.guest`.execute(db)
    },
    prune: async (olderThanMs) => {
      // Whoever comes back at this moment is left.
      await sql`
        delete from guest_messages where (bot, guest) in (
          select bot, guest from guest_messages
          where since < now() - ${milliseconds(olderThanMs)} for update skip locked
        )`.execute(db)
    },
  }
}

interface GuestCount {
  readonly bot: string
  readonly guests: readonly string[]
  readonly windowMs: number
}

/** In the order of their names, here and when they are given back, so that two messages of one guest do not block each other. */
async function count(db: Kysely<Schema>, { bot, guests, windowMs }: GuestCount): Promise<number> {
  const over = sql`guest_messages.since < now() - ${milliseconds(windowMs)}`
  const { rows } = await sql<{ readonly used: number }>`
    with counted as (
      insert into guest_messages (bot, guest, used)
      select distinct ${bot}, guest, 1 from unnest(${[...guests]}::text[]) as guest order by guest
      on conflict (bot, guest) do update set
        used = case when ${over} then 1 else guest_messages.used + 1 end,
        since = case when ${over} then now() else guest_messages.since end
      returning used
    )
    select coalesce(max(used), 0) as used from counted`.execute(db)
  return rows[0]?.used ?? 0
}
