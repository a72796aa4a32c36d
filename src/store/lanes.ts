import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Json } from '../inbound.ts'
import { freeLane, holdLane } from './free-lane.ts'
import type {
  ClaimedLane,
  LaneClaim,
  LaneDelay,
  LaneHold,
  LaneItem,
  Lanes,
  NewLaneItem,
  RepeatedItem,
} from './lane-store.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'

/** `db` may be a transaction: what is put is then part of it. */
export function createLanes(db: Kysely<Schema>): Lanes {
  return {
    put: (item) => put(db, item),
    claim: (claimed) => claim(db, claimed),
    renew: (holds, leaseMs) => renew(db, holds, leaseMs),
    settle: (lane) => end(db, lane, {}),
    repeat: (lane, next) => end(db, lane, next),
    postpone: (hold, delay) => postpone(db, hold, delay),
    bury: (lane, deadBecause) => end(db, lane, { deadBecause }),
    release: (holds) => release(db, holds),
    voidLeases: () => voidLeases(db),
    find: (queue, dedupe) => find(db, queue, dedupe),
    remove: (queue, dedupe) => remove(db, queue, dedupe),
    pruneDead: (olderThanMs) => pruneDead(db, olderThanMs),
  }
}

/**
 * The lane is written, and so locked, before its item gets its number: numbers follow the order of the commits, and
 * a worker that empties the lane at the same time either sees the item or lets a new lane be made.
 */
async function put(
  db: Kysely<Schema>,
  { queue, key, dedupe, payload, runAt }: NewLaneItem,
): Promise<boolean> {
  const { rows } = await sql`
    with fresh as (
      select coalesce(${runAt ?? null}::timestamptz, now()) as run_at
      where not exists (select from lane_items where queue = ${queue} and dedupe = ${dedupe})
    ), lane as (
      insert into lanes (queue, key, due_at) select ${queue}, ${key}, run_at from fresh
      on conflict (queue, key) do update set due_at = lanes.due_at
      returning queue, key
    )
    insert into lane_items (queue, key, dedupe, payload, run_at)
    select lane.queue, lane.key, ${dedupe}, ${JSON.stringify(payload)}, fresh.run_at from lane, fresh
    on conflict (queue, dedupe) do nothing
    returning id`.execute(db)
  return rows.length > 0
}

/** Not one more than the last: a lane that was emptied and made anew would count from the beginning again. */
const NEW_TOKEN = sql`floor(random() * 9007199254740992)::bigint`

interface ClaimRow {
  readonly queue: string
  readonly key: string
  readonly token: string
  readonly attempts: number
  readonly lastError: string | null
  readonly id: string | null
  readonly dedupe: string | null
  readonly payload: string
  readonly runAt: Date
}

/**
 * The item is locked, though its lane is: a statement sees the items of the moment it began, and another worker may
 * have claimed and settled since. What was settled is then passed over instead of being given out again.
 */
async function claim(
  db: Kysely<Schema>,
  { queue, limit, leaseMs, prefixes }: LaneClaim,
): Promise<readonly ClaimedLane[]> {
  const wanted = prefixes ? sql`and split_part(key, ':', 1) = any(${[...prefixes]}::text[])` : sql``
  const name = sql.raw(prefixes ? '/* claim-lanes-of */' : '/* claim-lanes */')
  const { rows } = await sql<ClaimRow>`${name}
    with due as (
      select queue, key from lanes where queue = ${queue} and due_at <= now() ${wanted}
      order by due_at limit ${limit} for update skip locked
    ), claimed as (
      update lanes set leased = true, token = ${NEW_TOKEN}, attempts = attempts + 1,
        due_at = now() + ${milliseconds(leaseMs)}
      from due where lanes.queue = due.queue and lanes.key = due.key
      returning lanes.*
    )
    select c.queue, c.key, c.token, c.attempts, c.last_error as "lastError",
      i.id, i.dedupe, i.payload, i.run_at as "runAt"
    from claimed c left join lateral (
      select * from lane_items where queue = c.queue and key = c.key order by id limit 1 for update
    ) i on true`.execute(db)
  return rows.map(({ id, dedupe, payload, runAt, ...lane }) => ({
    ...lane,
    item: id === null ? undefined : toItem({ id, dedupe, payload, runAt }),
  }))
}

function toItem(row: Omit<LaneItem, 'payload'> & { readonly payload: string }): LaneItem {
  return { ...row, payload: JSON.parse(row.payload) as Json }
}

async function renew(
  db: Kysely<Schema>,
  holds: readonly LaneHold[],
  leaseMs: number,
): Promise<readonly LaneHold[]> {
  if (holds.length === 0) return []
  const { rows } = await sql<{ readonly place: number }>`
    with mine as (${locked(holds)}), renewed as (
      update lanes set due_at = now() + ${milliseconds(leaseMs)} from mine
      where lanes.queue = mine.queue and lanes.key = mine.key
      returning mine.place
    )
    select place::integer as place from renewed`.execute(db)
  const kept = new Set(rows.map(({ place }) => place))
  return holds.filter((_, index) => !kept.has(index + 1))
}

/** Locks the lanes that are still held, in the order in which messages are accepted: otherwise the two block each other. */
function locked(holds: readonly LaneHold[]) {
  return sql`
    select lanes.queue, lanes.key, held.place
    from lanes join unnest(
      ${holds.map(({ queue }) => queue)}::text[], ${holds.map(({ key }) => key)}::text[],
      ${holds.map(({ token }) => token)}::bigint[]
    ) with ordinality as held (queue, key, token, place)
      on lanes.queue = held.queue and lanes.key = held.key and lanes.token = held.token
    where lanes.leased order by lanes.queue, lanes.key for update of lanes`
}

/** Ends the work on a lane's item: removes or repeats it, perhaps with a copy among the dead ones. */
async function end(
  db: Kysely<Schema>,
  lane: ClaimedLane,
  { runAt, deadBecause }: Partial<RepeatedItem>,
): Promise<boolean> {
  const id = lane.item?.id ?? null
  return await db.transaction().execute(async (tx) => {
    if (!(await holdLane(tx, lane))) return false
    if (deadBecause !== undefined)
      await sql`
        insert into lane_dead_items (id, queue, key, dedupe, payload, attempts, last_error, created_at)
        select id, queue, key, dedupe, payload, ${lane.attempts}, ${deadBecause}, created_at
        from lane_items where id = ${id}
        on conflict (id) do update set attempts = excluded.attempts, last_error = excluded.last_error, died_at = now()`.execute(
        tx,
      )
    await (runAt === undefined
      ? sql`delete from lane_items where id = ${id}`.execute(tx)
      : sql`update lane_items set run_at = ${runAt} where id = ${id}`.execute(tx))
    await freeLane(tx, lane)
    return true
  })
}

async function postpone(
  db: Kysely<Schema>,
  { queue, key, token }: LaneHold,
  { delayMs, attempt, counted, error }: LaneDelay,
): Promise<boolean> {
  const { rows } = await sql`
    update lanes set leased = false, due_at = now() + ${milliseconds(delayMs)},
      attempts = greatest(0, coalesce(${attempt ?? null}::integer, attempts) - ${counted ? 0 : 1}), last_error = ${error}
    where queue = ${queue} and key = ${key} and token = ${token} and leased
    returning 1`.execute(db)
  return rows.length > 0
}

async function release(db: Kysely<Schema>, holds: readonly LaneHold[]): Promise<void> {
  if (holds.length === 0) return
  await sql`
    with mine as (${locked(holds)})
    update lanes set leased = false, due_at = now(), attempts = greatest(0, attempts - 1) from mine
    where lanes.queue = mine.queue and lanes.key = mine.key`.execute(db)
}

async function voidLeases(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql`
    update lanes set leased = false, due_at = now() where leased returning 1`.execute(db)
  return rows.length
}

async function find(db: Kysely<Schema>, queue: string, dedupe: string): Promise<LaneItem | undefined> {
  const row = await db
    .selectFrom('lane_items')
    .select(['id', 'dedupe', 'payload', 'run_at as runAt'])
    .where('queue', '=', queue)
    .where('dedupe', '=', dedupe)
    .executeTakeFirst()
  return row && toItem(row)
}

async function remove(db: Kysely<Schema>, queue: string, dedupe: string): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ readonly key: string }>`
      select l.key from lanes l join lane_items i on i.queue = l.queue and i.key = l.key
      where i.queue = ${queue} and i.dedupe = ${dedupe} for update of l`.execute(tx)
    const key = rows[0]?.key
    if (key === undefined) return false
    const { rows: removed } = await sql<{ readonly first: boolean; readonly leased: boolean }>`
      with first as (
        select id from lane_items where queue = ${queue} and key = ${key} order by id limit 1
      ), lane as (
        select leased and due_at > now() as leased from lanes where queue = ${queue} and key = ${key}
      )
      delete from lane_items i using first, lane
      where i.queue = ${queue} and i.dedupe = ${dedupe} and not (lane.leased and i.id = first.id)
      returning i.id = first.id as first, lane.leased`.execute(tx)
    if (removed[0]?.first === true) await freeLane(tx, { queue, key })
    return removed.length > 0
  })
}

async function pruneDead(db: Kysely<Schema>, olderThanMs: number): Promise<number> {
  const { rows } = await sql`
    delete from lane_dead_items where died_at < now() - ${milliseconds(olderThanMs)} returning 1`.execute(db)
  return rows.length
}
