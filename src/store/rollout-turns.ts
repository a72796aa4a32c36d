import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { ConversationKey } from '../conversation.ts'
import type { MinuteCount, PeopleWindow, TurnCounts, TurnWindow } from './rollout-store.ts'
import type { Schema } from './schema.ts'

/** A turn that ended so long ago is not begun again; younger minutes are counted anew each time. */
const SETTLING_MINUTES = 5

/** What was counted in a minute; null in the one row of a window without ended turns. */
interface CountRow {
  readonly settledUntil: Date
  readonly count: (Omit<MinuteCount, 'minute'> & { readonly minute: string }) | null
}

/** See `RolloutStore.count`. One row a minute and revision; the row without a minute tells how far counts are settled. */
export async function countTurns(db: Kysely<Schema>, window: TurnWindow): Promise<TurnCounts> {
  const { bot, stable, candidate, from, negative, price } = window
  const rated = negative.length > 0
  const { rows } = await sql<CountRow>`
    with turn as (
      select date_trunc('minute', started_at) as minute, revision, outcome, first_token_ms, started_at,
        outcome in ('completed', 'interrupted') or error_code <> all(${window.excused}) as counts,
        outcome in ('failed', 'interrupted') and error_code <> all(${window.excused}) as is_error,
        error_code = any(${window.provider}) as is_provider,
        error_code = any(${window.critical}) as is_critical,
        first_token_ms is not null or outcome = 'stopped' as is_timed,
        ${rated ? sql`(select bool_or(value = any(${negative})) from feedback where turn_id = turns.id)` : sql`null::boolean`} as rating,
        (input_tokens * ${price.input}::float8 + output_tokens * ${price.output}::float8) / 1e6 as cost
      from turns
      where bot = ${bot} and started_at >= ${from} and revision in (${stable}, ${candidate})
    ), settled as (
      select least(date_trunc('minute', now() - ${SETTLING_MINUTES} * interval '1 minute'),
        date_trunc('minute', min(started_at) filter (where outcome is null))) as until
      from turn
    ), counted as (
      select minute, revision,
        count(*) filter (where outcome <> 'stopped' and counts)::integer as turns,
        count(*) filter (where is_error)::integer as errors,
        count(*) filter (where is_error and is_provider)::integer as "providerErrors",
        count(*) filter (where outcome <> 'stopped')::integer as ended,
        count(*) filter (where outcome in ('failed', 'interrupted'))::integer as unsuccessful,
        count(*) filter (where is_timed)::integer as timed,
        count(*) filter (where is_timed and coalesce(first_token_ms, 2147483647) > ${window.lateMs})::integer as late,
        count(*) filter (where is_timed and coalesce(first_token_ms, 2147483647) > ${window.tooLateMs})::integer
          as "tooLate",
        count(*) filter (where is_critical)::integer as critical,
        count(rating)::integer as judged,
        count(*) filter (where rating)::integer as negative,
        coalesce(sum(cost), 0)::float8 as cost,
        coalesce(sum(cost * cost), 0)::float8 as "costSquared"
      from turn where outcome is not null
      group by minute, revision
    )
    select settled.until as "settledUntil",
      case when counted.minute is not null then to_json(counted) end as count
    from settled left join counted on true
    order by counted.minute`.execute(db)
  const settledUntil = rows[0]?.settledUntil ?? from
  return {
    minutes: rows.flatMap(({ count }) => (count ? [{ ...count, minute: new Date(count.minute) }] : [])),
    settledUntil,
  }
}

/** People come by themselves, so the first of them are as good as all; more cost time. */
const MOST_SAMPLED = 20_000

/** See `RolloutStore.sample`. */
export async function samplePeople(
  db: Kysely<Schema>,
  { bot, stable, candidate, from }: PeopleWindow,
): Promise<{ readonly candidate: number; readonly stable: number }> {
  const { rows } = await sql<{ readonly candidate: number; readonly stable: number }>`
    with began as (
      select id, conversation_id, subject, revision, started_at from turns
      where bot = ${bot} and started_at >= ${from} order by started_at limit ${MOST_SAMPLED}
    ), first as (
      select distinct on (subject) revision from began
      where not exists (
        select from turns earlier
        where earlier.conversation_id = began.conversation_id and earlier.started_at < began.started_at
      )
      order by subject, started_at
    )
    select count(*) filter (where revision = ${candidate})::integer as candidate,
      count(*) filter (where revision = ${stable})::integer as stable
    from first`.execute(db)
  return rows[0] ?? { candidate: 0, stable: 0 }
}

/** See `RolloutStore.failedPeople`. */
export async function failedPeople(
  db: Kysely<Schema>,
  { bot, candidate, from, excused }: PeopleWindow,
): Promise<number> {
  const { rows } = await sql<{ readonly people: number }>`
    select count(distinct subject)::integer as people from turns
    where bot = ${bot} and started_at >= ${from} and revision = ${candidate}
      and (outcome in ('failed', 'interrupted') and error_code <> all(${excused}))`.execute(db)
  return rows[0]?.people ?? 0
}

/** See `RolloutStore.lastTurn`. */
export async function lastTurn(
  db: Kysely<Schema>,
  { bot, channel, key }: ConversationKey,
): Promise<{ readonly revision: string; readonly agoMs: number } | undefined> {
  const { rows } = await sql<{ readonly revision: string; readonly agoMs: number }>`
    select last.revision, (extract(epoch from now() - last.started_at) * 1000)::float8 as "agoMs"
    from conversations c join lateral (
      select revision, started_at from turns where conversation_id = c.id order by started_at desc limit 1
    ) last on true
    where c.bot = ${bot} and c.channel = ${channel} and c.key = ${key}`.execute(db)
  return rows[0]
}

/** See `RolloutStore.turnsPerDay`. */
export async function turnsPerDay(db: Kysely<Schema>, bot: string): Promise<number> {
  const { rows } = await sql<{ readonly turns: number }>`
    select count(*)::integer as turns from turns
    where bot = ${bot} and started_at > now() - interval '1 day'`.execute(db)
  return rows[0]?.turns ?? 0
}
