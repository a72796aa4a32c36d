import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { Json } from '../inbound.ts'
import { freeLane, lockLane, removeEmptyLane } from './free-lane.ts'
import { createLanes } from './lanes.ts'
import type { QueuedItem, QueuedWork } from './queued-work-store.ts'
import type { Schema } from './schema.ts'

export function createQueuedWork(db: Kysely<Schema>, queue: string): QueuedWork {
  return {
    list: async ({ states, limit }) => {
      const { rows } = await sql<Row>`
        select * from (${allItems(queue)}) items where state = any(${states})
        order by state = 'dead' desc, case when state = 'dead' then at end desc, at, id limit ${limit}`.execute(
        db,
      )
      return rows.map(toItem)
    },
    find: async (id) => {
      const { rows } = await sql<Row>`
        select * from (${allItems(queue)}) items where id::text = ${id} limit 1`.execute(db)
      return rows[0] && toItem(rows[0])
    },
    retry: (id) => retry(db, queue, id),
    drop: (id) => drop(db, queue, id),
  }
}

type Row = Omit<QueuedItem, 'payload'> & { readonly payload: string }

function toItem({ payload, ...row }: Row): QueuedItem {
  return { ...row, payload: JSON.parse(payload) as Json }
}

function allItems(queue: string): RawBuilder<unknown> {
  return sql`
    select i.id, case when first and l.leased and l.due_at > now() then 'running' else 'waiting' end as state,
      i.key, i.dedupe, i.payload, greatest(i.run_at, case when first then l.due_at end) as at,
      i.created_at as "createdAt", case when first then l.attempts else 0 end as attempts,
      case when first then l.last_error end as error
    from (
      select *, row_number() over (partition by key order by id) = 1 as first
      from lane_items where queue = ${queue}
    ) i join lanes l on l.queue = i.queue and l.key = i.key
    union all
    select id, 'dead', key, dedupe, payload, died_at, created_at, attempts, last_error
    from lane_dead_items where queue = ${queue}`
}

async function retry(db: Kysely<Schema>, queue: string, id: string): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const found = await findDead(tx, queue, id)
    if (!found) return false
    const { key } = found
    // First of all, as a worker does whose item dies; what is read after it is what is there.
    await lockLane(tx, { queue, key })
    const dead = await findDead(tx, queue, id)
    const again = dead !== undefined && (await putAgain(tx, queue, dead))
    await (again
      ? sql`delete from lane_dead_items where id::text = ${id}`.execute(tx)
      : removeEmptyLane(tx, { queue, key }))
    return again
  })
}

interface DeadItem {
  readonly key: string
  readonly dedupe: string | null
  readonly payload: string
}

async function findDead(tx: Kysely<Schema>, queue: string, id: string): Promise<DeadItem | undefined> {
  const { rows } = await sql<DeadItem>`
    select key, dedupe, payload from lane_dead_items where queue = ${queue} and id::text = ${id}`.execute(tx)
  return rows[0]
}

/** False when the same waits already. */
async function putAgain(tx: Kysely<Schema>, queue: string, dead: DeadItem): Promise<boolean> {
  const { key, dedupe } = dead
  const payload = JSON.parse(dead.payload) as Json
  if (await createLanes(tx).put({ queue, key, dedupe, payload })) return true
  // The next run of a schedule is there already, and is the one to hurry.
  return dedupe === key && (await hurry(tx, queue, key))
}

/** Has the only item of a lane run now. */
async function hurry(tx: Kysely<Schema>, queue: string, key: string): Promise<boolean> {
  const { rows } = await sql`
    update lanes set due_at = now() where queue = ${queue} and key = ${key} and not leased returning 1`.execute(
    tx,
  )
  await sql`update lane_items set run_at = now() where queue = ${queue} and key = ${key} and run_at > now()`.execute(
    tx,
  )
  return rows.length > 0
}

async function drop(db: Kysely<Schema>, queue: string, id: string): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const { rows: dead } = await sql`
      delete from lane_dead_items where queue = ${queue} and id::text = ${id} returning 1`.execute(tx)
    if (dead.length > 0) return true
    const { rows } = await sql<{ readonly key: string; readonly busy: boolean }>`
      select l.key, l.leased and l.due_at > now() as busy from lanes l
      join lane_items i on i.queue = l.queue and i.key = l.key
      where i.queue = ${queue} and i.id::text = ${id} for update of l`.execute(tx)
    const [lane] = rows
    if (!lane) return false
    const { key, busy } = lane
    const { rows: removed } = await sql<{ readonly first: boolean }>`
      with first as (select min(id) as id from lane_items where queue = ${queue} and key = ${key})
      delete from lane_items i using first
      where i.queue = ${queue} and i.id::text = ${id} and not (${busy} and i.id = first.id)
      returning i.id = first.id as first`.execute(tx)
    if (removed[0]?.first === true) await freeLane(tx, { queue, key })
    return removed.length > 0
  })
}
