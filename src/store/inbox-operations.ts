import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { freeLane, lockLane, removeEmptyLane } from './free-lane.ts'
import { toInboxLane, toInboxMessage } from './inbox-rows.ts'
import type { InboxMessageRow } from './inbox-rows.ts'
import { INBOX_QUEUE } from './inbox-store.ts'
import type { InboxEntry, InboxFilter, InboxState } from './inbox-store.ts'
import type { Schema } from './schema.ts'
import { toUuid } from './uuid.ts'

interface EntryRow extends InboxMessageRow {
  readonly state: InboxState
  readonly attempts: number
  readonly last_error: string | null
}

/** Every message with its state; a message runs when its lane is leased and it is what the lane's worker answers. */
const ENTRIES = sql<EntryRow>`
  select m.*,
    case when m.outcome is not null then m.outcome
      when l.leased and l.due_at > now() and h.first in (m.id::text, m.answered_with::text) then 'running'
      else 'waiting' end as state,
    coalesce(d.attempts, case when h.first in (m.id::text, m.answered_with::text) then l.attempts end, 0) as attempts,
    case when h.first in (m.id::text, m.answered_with::text) then l.last_error end as last_error
  from inbox_messages m
  left join lane_items i on i.queue = ${INBOX_QUEUE} and i.dedupe = m.id::text
  left join lanes l on l.queue = i.queue and l.key = i.key
  left join lateral (
    select dedupe as first from lane_items where queue = i.queue and key = i.key order by id limit 1
  ) h on true
  left join lane_dead_items d on d.queue = ${INBOX_QUEUE} and d.dedupe = m.id::text`

export async function listMessages(db: Kysely<Schema>, filter: InboxFilter): Promise<readonly InboxEntry[]> {
  const { rows } = await selectMessages(filter).execute(db)
  return rows.map((row) => toEntry(row))
}

export function selectMessages({ states, channel, bot, limit }: InboxFilter): RawBuilder<EntryRow> {
  const open = states.includes('waiting') || states.includes('running')
  return sql<EntryRow>`
    select * from (${ENTRIES}
      where m.outcome is null and ${open} or m.outcome = any(${[...states]}::text[])) e
    where state = any(${[...states]}::text[])
      and (${channel ?? null}::text is null or channel = ${channel ?? null})
      and (${bot ?? null}::text is null or bot = ${bot ?? null})
    order by accepted_at desc, id limit ${limit}`
}

export async function findMessage(db: Kysely<Schema>, id: string): Promise<InboxEntry | undefined> {
  const { rows } = await selectMessage(id).execute(db)
  return rows[0] && toEntry(rows[0])
}

export function selectMessage(id: string): RawBuilder<EntryRow> {
  return sql<EntryRow>`${ENTRIES} where m.id = ${toUuid(id)}::uuid`
}

function toEntry(row: EntryRow): InboxEntry {
  return {
    ...toInboxMessage(row),
    state: row.state,
    finishedAt: row.finished_at,
    attempts: row.attempts,
    error: row.error ?? row.last_error,
  }
}

/**
 * Locks the lane of a message first of all, so that whoever works on it, or decides about it, at the same time has done so,
 * or waits. Undefined when there is no such message.
 */
export async function lockLaneOf(tx: Kysely<Schema>, id: string): Promise<string | undefined> {
  const { rows } = await sql<Pick<InboxMessageRow, 'channel' | 'bot' | 'conversation_key'>>`
    select channel, bot, conversation_key from inbox_messages where id = ${toUuid(id)}::uuid`.execute(tx)
  const [row] = rows
  if (row === undefined) return undefined
  const { channel, bot, conversation_key: key } = row
  const lane = toInboxLane({ conversation: { channel, bot, key } })
  await lockLane(tx, { queue: INBOX_QUEUE, key: lane })
  return lane
}

export async function retryMessage(db: Kysely<Schema>, id: string): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const key = await lockLaneOf(tx, id)
    if (key === undefined) return 0
    const again = await putBack(tx, id)
    if (again === 0) await removeEmptyLane(tx, { queue: INBOX_QUEUE, key })
    return again
  })
}

/** The item gets its old number back, so that it stands before everything that came after it. */
async function putBack(tx: Kysely<Schema>, id: string): Promise<number> {
  const { rows } = await sql`
    with group_of as (
      select coalesce(answered_with, id) as first from inbox_messages where id = ${toUuid(id)}::uuid and outcome = 'dead'
    ), again as (
      update inbox_messages set outcome = null, finished_at = null, error = null
      where outcome = 'dead' and coalesce(answered_with, id) in (select first from group_of)
      returning id
    ), items as (
      delete from lane_dead_items where queue = ${INBOX_QUEUE} and dedupe in (select id::text from again) returning *
    ), opened as (
      insert into lanes (queue, key, due_at) select distinct queue, key, now() from items
      on conflict (queue, key) do update set
        due_at = case when lanes.leased then lanes.due_at else now() end,
        attempts = case when lanes.leased then lanes.attempts else 0 end
      returning key
    )
    insert into lane_items (id, queue, key, dedupe, payload) overriding system value
    select id, queue, items.key, dedupe, payload from items join opened on opened.key = items.key
    returning 1`.execute(tx)
  return rows.length
}

export async function dropMessage(db: Kysely<Schema>, id: string, reason: string): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const key = await lockLaneOf(tx, id)
    if (key === undefined) return false
    const first = await firstOf(tx, key)
    const { rows: dropped } = await sql<{ readonly answered_with: string | null }>`
      with removed as (
        delete from lane_items where queue = ${INBOX_QUEUE} and dedupe = ${id}
      ), revived as (
        delete from lane_dead_items where queue = ${INBOX_QUEUE} and dedupe = ${id}
      )
      update inbox_messages set outcome = 'dropped', finished_at = now(), error = concat_ws('; ', ${reason}::text, error)
      where id = ${toUuid(id)}::uuid and (outcome is null or outcome = 'dead')
      returning answered_with`.execute(tx)
    const worked = first !== undefined && [id, dropped[0]?.answered_with].includes(first)
    await (worked ? freeLane : removeEmptyLane)(tx, { queue: INBOX_QUEUE, key })
    return dropped.length > 0
  })
}

async function firstOf(tx: Kysely<Schema>, key: string): Promise<string | undefined> {
  const { rows } = await sql<{ readonly dedupe: string }>`
    select dedupe from lane_items where queue = ${INBOX_QUEUE} and key = ${key} order by id limit 1`.execute(
    tx,
  )
  return rows[0]?.dedupe
}
