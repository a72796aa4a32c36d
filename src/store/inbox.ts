import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { answered } from './answered-turn.ts'
import { freeLane, holdLane, stillHeld } from './free-lane.ts'
import { INBOX_QUEUE } from './inbox-store.ts'
import type { Inbox, InboxEnd, InboxMessage, TracedMessage } from './inbox-store.ts'
import { toInboxLane, toInboxMessage } from './inbox-rows.ts'
import type { InboxMessageRow } from './inbox-rows.ts'
import { dropMessage, findMessage, listMessages, retryMessage } from './inbox-operations.ts'
import type { LaneHold } from './lane-store.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'

/** How many messages are deleted in one transaction. */
const PRUNED_AT_ONCE = 500

/** Messages are accepted over `priorityDb`: whoever sent them waits for it. */
export function createInbox(db: Kysely<Schema>, priorityDb: Kysely<Schema>): Inbox {
  return {
    accept: (messages) => accept(priorityDb, messages),
    has: (message) => has(db, message),
    waiting: (laneKey, limit) => waiting(db, laneKey, limit),
    join: (hold, ids, turnId) => join(db, hold, { ids, turnId }),
    finish: (hold, ids, end) => finish(db, hold, { ids, end }),
    list: (filter) => listMessages(db, filter),
    find: (id) => findMessage(db, id),
    retry: (id) => retryMessage(db, id),
    drop: (id, reason) => dropMessage(db, id, reason),
    prune: (olderThanMs) => prune(db, olderThanMs),
  }
}

/**
 * The lanes are written, and so locked, before the items get their numbers: these follow the order of the commits. Rows
 * and lanes are written in the order of their keys, so that processes which accept the same events, or for the same
 * lanes, at the same time wait for each other without a deadlock.
 */
async function accept(db: Kysely<Schema>, messages: readonly TracedMessage[]): Promise<readonly boolean[]> {
  const rows = messages.map((message) => ({ ...message, id: randomUUID(), lane: toInboxLane(message) }))
  const { rows: fresh } = await sql<{ readonly id: string }>`
    with incoming as (
      select * from unnest(
        ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ conversation }) => conversation.channel)}::text[],
        ${rows.map(({ conversation }) => conversation.bot)}::text[],
        ${rows.map(({ externalId }) => externalId)}::text[],
        ${rows.map(({ conversation }) => conversation.key)}::text[],
        ${rows.map(({ subject }) => subject)}::text[], ${rows.map(({ text }) => text)}::text[],
        ${rows.map(({ detail }) => JSON.stringify(detail))}::text[], ${rows.map(({ lane }) => lane)}::text[],
        ${rows.map(({ trace }) => trace ?? null)}::text[]
      ) with ordinality
      as t (id, channel, bot, external_id, conversation_key, subject, text, detail, lane, trace, place)
    ), accepted as (
      insert into inbox_messages (id, channel, bot, external_id, conversation_key, subject, text, detail, trace)
      select id, channel, bot, external_id, conversation_key, subject, text, detail, trace from incoming
      order by channel, bot, external_id, place
      on conflict (channel, bot, external_id) do nothing
      returning id
    ), opened as (
      insert into lanes (queue, key, due_at)
      select distinct ${INBOX_QUEUE}, lane, now() from incoming join accepted using (id) order by lane
      on conflict (queue, key) do update set due_at = lanes.due_at
      returning key
    ), queued as (
      insert into lane_items (queue, key, dedupe, payload)
      select ${INBOX_QUEUE}, lane, id::text, to_json(id::text)::text
      from incoming join accepted using (id) join opened on opened.key = lane order by place
    )
    select id from accepted`.execute(db)
  const accepted = new Set(fresh.map(({ id }) => id))
  return rows.map(({ id }) => accepted.has(id))
}

async function has(
  db: Kysely<Schema>,
  { conversation: { channel, bot }, externalId }: Parameters<Inbox['has']>[0],
): Promise<boolean> {
  const { rows } = await sql`
    select from inbox_messages where channel = ${channel} and bot = ${bot} and external_id = ${externalId}`.execute(
    db,
  )
  return rows.length > 0
}

async function waiting(db: Kysely<Schema>, laneKey: string, limit: number): Promise<readonly InboxMessage[]> {
  const { rows } = await sql<InboxMessageRow>`
    select m.* from lane_items i join inbox_messages m on m.id = i.dedupe::uuid
    where i.queue = ${INBOX_QUEUE} and i.key = ${laneKey} order by i.id limit ${limit}`.execute(db)
  return rows.map((row) => toInboxMessage(row))
}

interface Group {
  readonly ids: readonly string[]
  readonly turnId: string
}

async function join(db: Kysely<Schema>, hold: LaneHold, { ids, turnId }: Group): Promise<boolean> {
  const { rows } = await sql`
    update inbox_messages set answered_with = ${turnId}
    where id = any(${[...ids]}::uuid[]) and ${stillHeld(hold)}
      and not exists (select from turns t where t.id = ${turnId} and ${answered(sql`t`)})
    returning 1`.execute(db)
  return rows.length > 0
}

interface Ending {
  readonly ids: readonly string[]
  readonly end: InboxEnd
}

async function finish(db: Kysely<Schema>, hold: LaneHold, { ids, end }: Ending): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    if (!(await holdLane(tx, hold))) return false
    await sql`
      with removed as (
        delete from lane_items where queue = ${INBOX_QUEUE} and dedupe = any(${[...ids]}::text[]) returning *
      ), dead as (
        insert into lane_dead_items (id, queue, key, dedupe, payload, attempts, last_error, created_at)
        select r.id, r.queue, r.key, r.dedupe, r.payload, l.attempts, ${end.error}, r.created_at
        from removed r join lanes l on l.queue = r.queue and l.key = r.key
        where ${end.outcome === 'dead'}
      )
      update inbox_messages set outcome = ${end.outcome}, error = ${end.error}, finished_at = now(),
        answered_with = coalesce(answered_with, ${ids[0] ?? null})
      where id = any(${[...ids]}::uuid[]) and outcome is null`.execute(tx)
    await freeLane(tx, hold)
    return true
  })
}

/** What somebody puts back at this moment is left. */
async function prune(db: Kysely<Schema>, olderThanMs: number): Promise<number> {
  const { rows } = await sql`
    delete from inbox_messages where id in (
      select id from inbox_messages
      where outcome is not null and finished_at < now() - ${milliseconds(olderThanMs)}
      limit ${PRUNED_AT_ONCE} for update skip locked
    ) returning 1`.execute(db)
  return rows.length < PRUNED_AT_ONCE ? rows.length : rows.length + (await prune(db, olderThanMs))
}
