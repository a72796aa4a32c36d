import type { ColumnType } from 'kysely'

/** When the row was made; the database says when nobody else does. */
export type Created = ColumnType<Date, Date | undefined, never>

/** A 64-bit number the database counts; the driver gives it as text, which loses nothing. */
export type BigId = ColumnType<string, never, never>
