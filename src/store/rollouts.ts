import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { RolloutOptions } from '../rollout-options.ts'
import { appendAudit } from './audit.ts'
import { countTurns, failedPeople, lastTurn, samplePeople, turnsPerDay } from './rollout-turns.ts'
import type {
  Change,
  NewRollout,
  RolloutMove,
  RolloutNote,
  RolloutStatus,
  RolloutStore,
  StoredRollout,
} from './rollout-store.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'

export function createRolloutStore(db: Kysely<Schema>): RolloutStore {
  return {
    active: () => active(db),
    list: (bot) => list(db, bot),
    create: (rollout, change) => create(db, rollout, change),
    claim: (id, everyMs) => claim(db, id, everyMs),
    note: (rollout, note) => keepNote(db, rollout, note),
    move: (rollout, to) => db.transaction().execute((tx) => move(tx, rollout, to)),
    record: (rollout, { detail, ...change }) =>
      db.transaction().execute((tx) => appendAudit(tx, { ...toEntry(rollout, change), detail })),
    count: (window) => countTurns(db, window),
    sample: (window) => samplePeople(db, window),
    failedPeople: (window) => failedPeople(db, window),
    lastTurn: (conversation) => lastTurn(db, conversation),
    turnsPerDay: (bot) => turnsPerDay(db, bot),
  }
}

/** A completed rollout leads older replicas on while the newer ones take their place. */
const COMPLETED_COUNTS_MS = 3_600_000

const COLUMNS = sql`
  id, bot, stable, candidate, status, stage, options, options_hash as "optionsHash", version, fence, reason, tally,
  judgement, started_at as "startedAt", stage_started_at as "stageStartedAt", held_since as "heldSince",
  changed_at as "changedAt", ended_at as "endedAt", now() as now`

interface RolloutRow extends Omit<StoredRollout, 'options' | 'tally' | 'judgement'> {
  readonly options: string
  readonly tally: string | null
  readonly judgement: string | null
}

async function read(
  db: Kysely<Schema>,
  statement: RawBuilder<RolloutRow>,
): Promise<readonly StoredRollout[]> {
  const { rows } = await statement.execute(db)
  return rows.map(({ options, tally, judgement, ...row }) => ({
    ...row,
    options: JSON.parse(options) as RolloutOptions,
    tally: fromJson(tally),
    judgement: fromJson(judgement),
  }))
}

function active(db: Kysely<Schema>): Promise<readonly StoredRollout[]> {
  return read(
    db,
    sql`select ${COLUMNS} from rollouts
      where status in ('running', 'paused', 'promoted')
        or status = 'completed' and changed_at > now() - ${milliseconds(COMPLETED_COUNTS_MS)}
      order by started_at`,
  )
}

function list(db: Kysely<Schema>, bot: string | undefined): Promise<readonly StoredRollout[]> {
  return read(
    db,
    sql`select * from (
      select distinct on (bot) ${COLUMNS} from rollouts
      where ${bot ?? null}::text is null or bot = ${bot ?? null}
      order by bot, started_at desc
    ) newest order by "startedAt" desc`,
  )
}

async function create(
  db: Kysely<Schema>,
  { bot, stable, candidate, options, optionsHash, beginsInMs }: NewRollout,
  change: Change,
): Promise<StoredRollout | undefined> {
  return db.transaction().execute(async (tx) => {
    const [created] = await read(
      tx,
      sql`insert into rollouts (id, bot, stable, candidate, status, options, options_hash, reason, stage_started_at)
        values (${randomUUID()}, ${bot}, ${stable}, ${candidate}, 'running', ${JSON.stringify(options)},
          ${optionsHash}, ${change.reason}, now() + ${milliseconds(beginsInMs)})
        on conflict (bot) where status in ('running', 'paused') do nothing
        returning ${COLUMNS}`,
    )
    if (!created) return undefined
    const after = toState(created)
    await appendAudit(tx, {
      ...toEntry(created, change),
      before: null,
      after,
      detail: { stable, candidate, options },
    })
    return created
  })
}

async function claim(db: Kysely<Schema>, id: string, everyMs: number): Promise<StoredRollout | undefined> {
  const [claimed] = await read(
    db,
    sql`update rollouts set fence = fence + 1, evaluated_at = now()
      where id = ${id} and status in ('running', 'paused')
        and (evaluated_at is null or evaluated_at <= now() - ${milliseconds(everyMs)})
      returning ${COLUMNS}`,
  )
  return claimed
}

async function keepNote(
  db: Kysely<Schema>,
  { id, version, fence }: Pick<StoredRollout, 'id' | 'version' | 'fence'>,
  { tally, judgement, held }: RolloutNote,
): Promise<boolean> {
  const { rows } = await sql`
    update rollouts set tally = ${JSON.stringify(tally)}, judgement = ${JSON.stringify(judgement)},
      held_since = case when ${held} then coalesce(held_since, now()) end
    where id = ${id} and version = ${version} and fence = ${fence} returning id`.execute(db)
  return rows.length > 0
}

const ENDED: ReadonlySet<RolloutStatus> = new Set(['promoted', 'completed', 'rolled-back', 'aborted'])

async function move(tx: Transaction<Schema>, rollout: StoredRollout, to: RolloutMove): Promise<boolean> {
  const { status, stage, newWindow, detail, fenced, ...change } = to
  const { rows } = await sql`
    update rollouts set status = ${status}, stage = ${stage}, version = version + 1, reason = ${change.reason},
      changed_at = now(), held_since = null,
      ended_at = case when ${ENDED.has(status)} then coalesce(ended_at, now()) end,
      stage_started_at = case when ${newWindow} then now() else stage_started_at end,
      tally = case when ${newWindow} then null else tally end,
      evaluated_at = case when ${newWindow} then null else evaluated_at end
    where id = ${rollout.id} and version = ${rollout.version} and (not ${fenced} or fence = ${rollout.fence})
    returning id`.execute(tx)
  if (rows.length === 0) return false
  await appendAudit(tx, {
    ...toEntry(rollout, change),
    after: toState({ ...rollout, status, stage }),
    detail: { numbers: detail, options: rollout.optionsHash },
  })
  return true
}

function toEntry(rollout: StoredRollout, change: Change): Parameters<typeof appendAudit>[1] {
  const state = toState(rollout)
  const { id: subject, bot: name } = rollout
  return { ...change, topic: 'rollout', name, subject, before: state, after: state, detail: null }
}

function toState({ status, stage, options }: StoredRollout): object {
  return { status, stage, percent: options.plan[stage]?.percent ?? 0 }
}

function fromJson(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text)
}
