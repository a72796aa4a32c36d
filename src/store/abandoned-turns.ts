import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import type { LoggedEvent } from '../events.ts'
import type { Schema } from './schema.ts'
import { fromStoredEvents, toStoredEvents } from './stored-events.ts'

/** Whose turns count as abandoned: those with a lease that ran out, or all that still run. */
export interface Abandoned {
  readonly all: boolean
}

/**
 * Closes every abandoned turn; one at a time, in short transactions. Several processes may do this at once: each
 * turn is closed by exactly one of them.
 */
export async function interruptAbandoned(db: Kysely<Schema>, which: Abandoned): Promise<number> {
  const { rows } = await sql<{ readonly id: string }>`
    select id from turns where outcome is null and (${which.all} or lease_until < now()) order by started_at`.execute(
    db,
  )
  let closed = 0
  for (const { id } of rows) if (await closeAbandoned(db, id, which)) closed += 1
  return closed
}

/**
 * Closes one abandoned turn: what was said so far becomes the answer, an `interrupted` error the last event. False
 * when its owner renewed the lease, or somebody closed it, in between.
 */
export async function closeAbandoned(db: Kysely<Schema>, turnId: string, which: Abandoned): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    // Locked first: what a stalled owner still commits is seen by the statements after it, and nothing comes later.
    const { rows } = await sql<AbandonedTurn>`
      select id as "turnId", conversation_id as "conversationId", bot, revision, started_at as "startedAt"
      from turns where id = ${turnId} and outcome is null and (${which.all} or lease_until < now())
      for update`.execute(tx)
    const [turn] = rows
    if (turn === undefined) return false
    await interrupt(tx, turn, await readWholeLog(tx, turnId))
    return true
  })
}

interface AbandonedTurn {
  readonly turnId: string
  readonly conversationId: string
  readonly bot: string
  readonly revision: string
  readonly startedAt: Date
}

async function interrupt(
  tx: Kysely<Schema>,
  turn: AbandonedTurn,
  log: readonly LoggedEvent[],
): Promise<void> {
  const { turnId } = turn
  const last = log.at(-1)?.seq ?? 0
  // Of an answer that ended before anything was stored readers still learn first that it was begun.
  const events = last === 0 ? [start(turn), interruption(2)] : [interruption(last + 1)]
  const text = textOf(log)
  await sql`
    with closed as (
      update turns set outcome = 'interrupted', error_code = 'interrupted', ended_at = now(),
        duration_ms = extract(epoch from least(now(), lease_until) - started_at) * 1000
      where id = ${turnId} returning id, conversation_id
    ), answer as (
      insert into messages (id, conversation_id, role, text, turn_id)
      select ${randomUUID()}, conversation_id, 'assistant', ${text}::text, id from closed where ${text}::text <> ''
    )
    insert into turn_events (turn_id, first_seq, last_seq, events)
    select id, ${last + 1}, ${last + events.length}, ${toStoredEvents(events)} from closed`.execute(tx)
}

async function readWholeLog(db: Kysely<Schema>, turnId: string): Promise<readonly LoggedEvent[]> {
  const rows = await db
    .selectFrom('turn_events')
    .select(['first_seq', 'events'])
    .where('turn_id', '=', turnId)
    .orderBy('first_seq')
    .execute()
  return rows.flatMap(({ first_seq, events }) => fromStoredEvents(first_seq, events))
}

function textOf(log: readonly LoggedEvent[]): string {
  let text = ''
  for (const { event } of log) {
    if (event.type === 'text-delta') text += event.text
    if (event.type === 'replace') text = event.text
  }
  return text
}

function start({ startedAt, ...turn }: AbandonedTurn): LoggedEvent {
  return { seq: 1, event: { type: 'start', ...turn, startedAt: startedAt.toISOString() } }
}

function interruption(seq: number): LoggedEvent {
  const { code, message, retryable } = new AppError('interrupted')
  return { seq, event: { type: 'error', code, message, retryable } }
}
