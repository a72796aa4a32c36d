import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

/** A number of milliseconds as an interval. */
export function milliseconds(amount: number): RawBuilder<unknown> {
  return sql`${amount}::float8 * interval '1 millisecond'`
}

/** So many milliseconds from now, on the database's clock. */
export function fromNow(amount: number): RawBuilder<Date> {
  return sql<Date>`now() + ${milliseconds(amount)}`
}
