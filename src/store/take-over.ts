import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { answered } from './answered-turn.ts'
import type { Schema } from './schema.ts'
import { milliseconds } from './sql-time.ts'
import type { BegunTurn, NewTurn } from './store.ts'
import { toMessages } from './stored-messages.ts'
import type { MessageRow } from './stored-messages.ts'

/** See `Turns.takeOver`. */
export async function takeOver(db: Kysely<Schema>, turn: NewTurn): Promise<BegunTurn | undefined> {
  return await db.transaction().execute(async (tx) => {
    // Locked first: whatever the last owner still commits is seen, and undone, by the statements after it.
    const { rows } = await sql<{ readonly conversation_id: string }>`
      select t.conversation_id from turns t where t.id = ${turn.turnId} for update`.execute(tx)
    const conversationId = rows[0]?.conversation_id
    if (conversationId === undefined) return undefined
    const { rows: open } = await sql`
      select from turns t where t.id = ${turn.turnId} and not coalesce(${answered(sql`t`)}, false)`.execute(
      tx,
    )
    if (open.length === 0) return undefined
    return { conversationId, history: toMessages(await beginAgain(tx, turn, conversationId)) }
  })
}

/** Returns what was said before the message. */
async function beginAgain(
  tx: Kysely<Schema>,
  turn: NewTurn,
  conversationId: string,
): Promise<readonly MessageRow[]> {
  const { turnId, text } = turn
  const own = sql`conversation_id = ${conversationId} and turn_id = ${turnId}`
  const { rows } = await sql<MessageRow>`
    with events as (
      delete from turn_events where turn_id = ${turnId}
    ), partial as (
      delete from messages where ${own} and role = 'assistant'
    ), said as (
      update messages set text = ${text}::text where ${own} and role = 'user' returning position
    ), added as (
      insert into messages (id, conversation_id, role, text, turn_id)
      select ${randomUUID()}, ${conversationId}, 'user', ${text}::text, ${turnId}
      where ${text}::text <> '' and not exists (select from said)
    ), again as (
      update turns set outcome = null, error_code = null, first_token_ms = null, duration_ms = null,
        input_tokens = 0, output_tokens = 0, steps = 0, tool_calls = 0, tool_ms = 0, first_audio_ms = null,
        audio_chunks = 0, words = 0, characters = 0, queue_ms = null, started_at = now(), ended_at = null,
        stop_requested_at = null, owner = ${turn.owner}, lease_until = now() + ${milliseconds(turn.leaseMs)},
        revision = ${turn.revision}, model = ${turn.model}
      where id = ${turnId}
    ), history as (
      select * from messages
      where conversation_id = ${conversationId} and turn_id is distinct from ${turnId}
        and position < coalesce((select position from said), 9223372036854775807)
      order by position desc limit ${turn.historyLimit}
    )
    select id, role, text, created_at from history order by position`.execute(tx)
  return rows
}
