import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { Activity, EndedTurn, Latencies, Latency, Numbers, RecentTurns } from './number-store.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'
import { TurnTotals } from './turn-totals.ts'

/** Turns whose latencies are looked at. */
const SAMPLES = 1_000
const HOUR_MS = 3_600_000

export function createNumbers(db: Kysely<Schema>): Numbers {
  const totals = new TurnTotals(db)
  return {
    totals: () => totals.read(),
    latencies: () => latencies(db),
    recent: (windowMs) => recent(db, windowMs),
    activity: () => activity(db),
    events: (limit) => events(db, limit),
    reset: async () => {
      await sql`
        insert into metrics_start (since) values (now())
        on conflict (one) do update set since = excluded.since`.execute(db)
    },
  }
}

type LatencyColumns<Name extends string> = {
  readonly [Column in `${Name}_avg`]: number | null
} & { readonly [Column in `${Name}_ranks`]: readonly number[] | null }

/** The average and the percentiles of a column; `percentile_disc` takes the nearest rank, and leaves nulls out. */
function measure(column: string, filter = sql``): RawBuilder<unknown> {
  const value = sql.ref(column)
  return sql`
    (avg(${value}) ${filter})::float8 as ${sql.ref(`${column}_avg`)},
    percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ${value}) ${filter} as ${sql.ref(`${column}_ranks`)}`
}

function toLatency(avg: number | null = null, ranks: readonly number[] | null = null): Latency {
  const [p50 = null, p95 = null, p99 = null] = ranks ?? []
  return { avg, p50, p95, p99 }
}

type LatencyRow = LatencyColumns<'first_token_ms'> &
  LatencyColumns<'first_audio_ms'> &
  LatencyColumns<'duration_ms'>

async function latencies(db: Kysely<Schema>): Promise<Latencies> {
  const { rows } = await selectLatencies().execute(db)
  const row = rows[0]
  return {
    firstToken: toLatency(row?.first_token_ms_avg, row?.first_token_ms_ranks),
    firstAudio: toLatency(row?.first_audio_ms_avg, row?.first_audio_ms_ranks),
    complete: toLatency(row?.duration_ms_avg, row?.duration_ms_ranks),
  }
}

export function selectLatencies(): RawBuilder<LatencyRow> {
  return sql<LatencyRow>`
    select ${measure('first_token_ms')}, ${measure('first_audio_ms')},
      ${measure('duration_ms', sql`filter (where outcome in ('completed', 'stopped'))`)}
    from (
      select first_token_ms, first_audio_ms, duration_ms, outcome from turns
      where ended_at > coalesce((select since from metrics_start), '-infinity')
      order by ended_at desc limit ${SAMPLES}
    ) last`
}

type RecentRow = LatencyColumns<'first_token_ms'> & { readonly ended: number; readonly failed: number }

async function recent(db: Kysely<Schema>, windowMs: number): Promise<RecentTurns> {
  const { rows } = await selectRecent(windowMs).execute(db)
  const row = rows[0]
  return {
    ended: row?.ended ?? 0,
    failed: row?.failed ?? 0,
    firstToken: toLatency(row?.first_token_ms_avg, row?.first_token_ms_ranks),
  }
}

/** A reset makes the health of a server look better too; that is what it is asked for. */
export function selectRecent(windowMs: number): RawBuilder<RecentRow> {
  return sql<RecentRow>`
    select count(*)::integer as ended,
      (count(*) filter (where outcome in ('failed', 'interrupted')))::integer as failed,
      ${measure('first_token_ms')}
    from turns where ended_at > greatest(
      now() - ${milliseconds(windowMs)}, coalesce((select since from metrics_start), '-infinity')
    )`
}

async function activity(db: Kysely<Schema>): Promise<Activity> {
  const { rows } = await selectActivity().execute(db)
  return rows[0] ?? { running: 0, busyReplicas: 0, people: 0, waiting: 0, oldestWaitMs: 0, dead: 0 }
}

export function selectActivity(): RawBuilder<Activity> {
  return sql<Activity>`
    select running.count as running, running.replicas as "busyReplicas",
      (
        select count(distinct subject)::integer from turns where ended_at > now() - ${milliseconds(HOUR_MS)}
      ) as people,
      waiting.count as waiting, waiting.oldest as "oldestWaitMs",
      (select count(*)::integer from inbox_messages where outcome = 'dead' and finished_at is not null) as dead
    from (
      select count(*)::integer as count, count(distinct owner)::integer as replicas
      from turns where outcome is null and lease_until > now()
    ) running,
    (
      select count(*)::integer as count,
        coalesce(extract(epoch from now() - min(accepted_at)) * 1000, 0)::float8 as oldest
      from inbox_messages where outcome is null
    ) waiting`
}

async function events(db: Kysely<Schema>, limit: number): Promise<readonly EndedTurn[]> {
  const { rows } = await selectEvents(limit).execute(db)
  return rows
}

export function selectEvents(limit: number): RawBuilder<EndedTurn> {
  return sql<EndedTurn>`
    select id as "turnId", bot, channel, revision, model, outcome, error_code as "errorCode",
      first_token_ms as "firstTokenMs", duration_ms as "durationMs", words, ended_at as "endedAt"
    from turns where ended_at > coalesce((select since from metrics_start), '-infinity')
    order by ended_at desc limit ${limit}`
}
