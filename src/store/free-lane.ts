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

/**
 * The condition that the lane is held, which it then stays until the statement is over: nobody claims it meanwhile, while
 * further items may come. For statements outside a transaction.
 */
export function stillHeld({ queue, key, token }: LaneHold): RawBuilder<boolean> {
  return sql`exists (
    select from lanes where queue = ${queue} and key = ${key} and token = ${token} and leased for key share
  )`
}

/**
 * Locks a lane, whoever holds it, until the end of the transaction; one that is not there is made. Who changes items and
 * what belongs to them begins with it, as workers do, and does not meet others who do.
 */
export async function lockLane(
  tx: Kysely<Schema>,
  { queue, key }: Pick<LaneHold, 'queue' | 'key'>,
): Promise<void> {
  await sql`
    insert into lanes (queue, key, due_at) values (${queue}, ${key}, now())
    on conflict (queue, key) do update set due_at = lanes.due_at`.execute(tx)
}

/** Removes a lane this transaction has locked when nothing waits in it and nobody holds it. */
export async function removeEmptyLane(
  tx: Kysely<Schema>,
  { queue, key }: Pick<LaneHold, 'queue' | 'key'>,
): Promise<void> {
  await sql`
    delete from lanes where queue = ${queue} and key = ${key} and not leased
      and not exists (select from lane_items where queue = ${queue} and key = ${key})`.execute(tx)
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
