import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { LaneHold } from './lane-store.ts'
import type { Schema } from './schema.ts'

/**
 * Locks a lane until the end of the transaction and says whether it is still held. Whoever adds an item locks the
 * lane, too, so that the statements after this one see every item there is.
 */
export async function holdLane(tx: Kysely<Schema>, { queue, key, token }: LaneHold): Promise<boolean> {
  const { rows } = await sql`
    select from lanes where queue = ${queue} and key = ${key} and token = ${token} and leased for update`.execute(
    tx,
  )
  return rows.length > 0
}

/** A condition that holds as long as the lane is held; for statements outside a transaction. */
export function stillHeld({ queue, key, token }: LaneHold): RawBuilder<boolean> {
  return sql`exists (
    select from lanes where queue = ${queue} and key = ${key} and token = ${token} and leased
  )`
}

/** Ends the lease of a lane this transaction has locked: its first item runs when it is due; an empty lane goes. */
export async function freeLane(
  tx: Kysely<Schema>,
  { queue, key }: Pick<LaneHold, 'queue' | 'key'>,
): Promise<void> {
  await sql`
    with next as (
      select run_at from lane_items where queue = ${queue} and key = ${key} order by id limit 1
    ), freed as (
      update lanes set leased = false, attempts = 0, last_error = null, due_at = next.run_at
      from next where queue = ${queue} and key = ${key}
    )
    delete from lanes where queue = ${queue} and key = ${key} and not exists (select from next)`.execute(tx)
}
