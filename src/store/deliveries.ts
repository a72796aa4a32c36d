import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Json } from '../inbound.ts'
import { answered } from './answered-turn.ts'
import { removeEmptyLane, stillHeld } from './free-lane.ts'
import { lockLaneOf } from './inbox-operations.ts'
import { INBOX_QUEUE } from './inbox-store.ts'
import type {
  Deliveries,
  Delivery,
  DeliveryFilter,
  FilledPart,
  HeldPart,
  InboxOutcome,
  PlacedPart,
} from './inbox-store.ts'
import type { LaneHold } from './lane-store.ts'
import type { Schema } from './schema.ts'
import { toUuid } from './uuid.ts'

export function createDeliveries(db: Kysely<Schema>): Deliveries {
  return {
    beginPlacing: (part) => beginPlacing(db, part),
    placed: (part, externalId) => placed(db, part, externalId),
    notPlaced: (part, error) => notPlaced(db, part, error),
    beginFilling: (part, content) => beginFilling(db, part, content),
    confirm: (part) => confirm(db, part),
    refuse: (hold, messageId, reason) => refuse(db, hold, { messageId, reason }),
    list: (filter) => list(db, filter),
    retry: (messageId) => retry(db, messageId),
  }
}

interface PlacingRow extends PlacedPart {
  readonly sending: boolean
}

/** A part that is being sent already was sent by a worker that died before it could record the id, or nearly so. */
async function beginPlacing(db: Kysely<Schema>, held: HeldPart): Promise<PlacedPart | undefined> {
  const { hold, messageId, part } = held
  const { rows } = await sql<PlacingRow>`
    with sending as (
      insert into deliveries as d (message_id, part, state, attempts)
      select ${messageId}::uuid, ${part}::integer, 'sending', 1 where ${stillHeld(hold)}
      on conflict (message_id, part) do update set state = 'sending', attempts = d.attempts + 1,
        ambiguous = d.ambiguous + case when d.state = 'sending' then 1 else 0 end, updated_at = now()
        where d.external_id is null
      returning true as sending
    ), before as (
      select external_id, state from deliveries where message_id = ${messageId} and part = ${part}
    )
    select b.external_id as "externalId", coalesce(b.state = 'sending', false) as ambiguous,
      coalesce(s.sending, false) as sending
    from (select ${stillHeld(hold)} as held) lane
    left join before b on true left join sending s on true
    where lane.held`.execute(db)
  const [row] = rows
  if (row === undefined) return undefined
  const { sending, ...before } = row
  // Whoever held the lane before recorded the id while this waited for the row, and is seen from now on.
  return sending || before.externalId !== null ? before : beginPlacing(db, held)
}

async function placed(
  db: Kysely<Schema>,
  { hold, messageId, part }: HeldPart,
  externalId: string,
): Promise<boolean> {
  const { rows } = await sql`
    update deliveries set state = 'sent', external_id = ${externalId}, last_error = null, updated_at = now()
    where message_id = ${messageId} and part = ${part} and ${stillHeld(hold)} returning 1`.execute(db)
  return rows.length > 0
}

async function notPlaced(
  db: Kysely<Schema>,
  { hold, messageId, part }: HeldPart,
  error: string,
): Promise<void> {
  await sql`
    update deliveries set state = 'intended', last_error = ${error}, updated_at = now()
    where message_id = ${messageId} and part = ${part} and state = 'sending' and ${stillHeld(hold)}`.execute(
    db,
  )
}

async function beginFilling(
  db: Kysely<Schema>,
  { hold, messageId, part }: HeldPart,
  content: Json,
): Promise<FilledPart | undefined> {
  const { rows } = await sql<FilledPart>`
    update deliveries set updated_at = now(),
      content = case when state = 'confirmed' then content else ${JSON.stringify(content)} end
    where message_id = ${messageId} and part = ${part} and external_id is not null and ${stillHeld(hold)}
    returning external_id as "externalId", state = 'confirmed' as confirmed`.execute(db)
  return rows[0]
}

async function confirm(db: Kysely<Schema>, { hold, messageId, part }: HeldPart): Promise<void> {
  await sql`
    update deliveries set state = 'confirmed', last_error = null, updated_at = now()
    where message_id = ${messageId} and part = ${part} and ${stillHeld(hold)}`.execute(db)
}

interface Refusal {
  readonly messageId: string
  readonly reason: string
}

async function refuse(db: Kysely<Schema>, hold: LaneHold, { messageId, reason }: Refusal): Promise<void> {
  await sql`
    insert into deliveries as d (message_id, part, state, last_error)
    select ${messageId}::uuid, part, 'refused', ${reason}
    from (
      select part from deliveries where message_id = ${messageId} and state <> 'confirmed'
      union select 0 where not exists (select from deliveries where message_id = ${messageId})
    ) parts
    where ${stillHeld(hold)}
    on conflict (message_id, part) do update set state = 'refused', last_error = excluded.last_error,
      updated_at = now()`.execute(db)
}

async function list(
  db: Kysely<Schema>,
  { only, channel, bot, messageId, limit }: DeliveryFilter,
): Promise<readonly Delivery[]> {
  const { rows } = await sql<Omit<Delivery, 'content'> & { readonly content: string | null }>`
    select d.message_id as "messageId", m.channel, m.bot, d.part, d.state, d.external_id as "externalId",
      d.ambiguous, d.attempts, d.last_error as error, d.updated_at as "updatedAt", d.content
    from deliveries d join inbox_messages m on m.id = d.message_id
    where (${only.length === 0} or ${only.includes('ambiguous')} and d.ambiguous > 0
        or ${only.includes('refused')} and d.state = 'refused'
        or ${only.includes('unfinished')} and d.state not in ('confirmed', 'refused'))
      and (${channel ?? null}::text is null or m.channel = ${channel ?? null})
      and (${bot ?? null}::text is null or m.bot = ${bot ?? null})
      and (${messageId ?? null}::text is null or d.message_id = ${toUuid(messageId ?? '')}::uuid)
    order by d.updated_at desc, d.message_id, d.part limit ${limit}`.execute(db)
  return rows.map(({ content, ...row }) => ({
    ...row,
    content: content === null ? null : (JSON.parse(content) as Json),
  }))
}

interface EndedMessage {
  readonly first: string
  readonly outcome: InboxOutcome | null
  readonly answered: boolean
}

async function retry(
  db: Kysely<Schema>,
  messageId: string,
): Promise<'queued' | 'not-found' | 'unanswered' | 'unfinished'> {
  return await db.transaction().execute(async (tx) => {
    const key = await lockLaneOf(tx, messageId)
    if (key === undefined) return 'not-found'
    const { rows } = await sql<EndedMessage>`
      select coalesce(m.answered_with, m.id) as first, m.outcome, coalesce(${answered(sql`t`)}, false) as answered
      from inbox_messages m left join turns t on t.id = coalesce(m.answered_with, m.id)
      where m.id = ${messageId}`.execute(tx)
    const [message] = rows
    if (message?.outcome && message.answered) {
      await reopen(tx, message.first, key)
      return 'queued'
    }
    await removeEmptyLane(tx, { queue: INBOX_QUEUE, key })
    if (message === undefined) return 'not-found'
    return message.outcome === null ? 'unfinished' : 'unanswered'
  })
}

/**
 * Puts all messages that were answered together back in their lane, the first one first, and opens their parts. One
 * that was being sent stays so: nobody knows what became of it.
 */
async function reopen(tx: Kysely<Schema>, first: string, lane: string): Promise<void> {
  await sql`
    with parts as (
      update deliveries set last_error = null,
        state = case when external_id is not null then 'sent' when state = 'sending' then state else 'intended' end, updated_at = now()
      where message_id = ${first}
    ), again as (
      update inbox_messages set outcome = null, finished_at = null, error = null
      where outcome is not null and (id = ${first} or answered_with = ${first})
      returning id, accepted_at
    ), revived as (
      delete from lane_dead_items where queue = ${INBOX_QUEUE} and dedupe in (select id::text from again)
    )
    insert into lane_items (queue, key, dedupe, payload)
    select ${INBOX_QUEUE}, ${lane}, id::text, to_json(id::text)::text from again
    order by id <> ${first}, accepted_at`.execute(tx)
}
