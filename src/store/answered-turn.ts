import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { ERRORS } from '../errors.ts'

const RETRYABLE = Object.entries(ERRORS).flatMap(([code, { retryable }]) => (retryable ? [code] : []))

/**
 * The condition that a turn is not to be run again: it was completed, stopped when it had spoken, or failed in a way
 * that another run would repeat. `turn` is the alias of the table.
 */
export function answered(turn: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`(
    ${turn}.outcome = 'completed'
    or ${turn}.outcome = 'failed' and not coalesce(${turn}.error_code = any(${RETRYABLE}::text[]), false)
    or ${turn}.outcome = 'stopped' and exists (
      select from messages where conversation_id = ${turn}.conversation_id and turn_id = ${turn}.id
        and role = 'assistant'
    )
  )`
}
