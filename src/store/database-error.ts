import { AppError } from '../errors.ts'

/** SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNDEFINED_TABLE = '42P01'
const STATEMENT_TIMEOUT = '57014'
const READ_ONLY = '25006'
/** The class of what was undone because of other transactions, such as a deadlock. */
const ROLLED_BACK = '40'

/**
 * SQLSTATEs and classes that say the server cannot serve now, not that the statement was wrong: connection
 * exceptions, resources, shutdown, a statement or an idle transaction that hit its time limit, others in the way, a
 * server that has become a standby.
 */
const UNAVAILABLE = [
  '08',
  '53',
  STATEMENT_TIMEOUT,
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  '25P04',
  READ_ONLY,
  ROLLED_BACK,
]

/** What the driver says without a code when its connection is gone. */
const CONNECTION_LOST =
  /terminated|not queryable|timeout|after calling end|embedded database|stopped|idle for too long|ran longer/i

/** True for the failure of a statement that names a table which does not exist. */
export function isUndefinedTable(error: unknown): boolean {
  return sqlState(error) === UNDEFINED_TABLE
}

/** The SQLSTATE of an error that a server reported. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { readonly code?: unknown; readonly severity?: unknown }
  return typeof code === 'string' && severity !== undefined ? code : undefined
}

/** A failed statement: what means that the database is away becomes `database_unavailable`, the rest stays. */
export function toStatementError(error: unknown): unknown {
  const state = sqlState(error)
  if (state !== undefined) {
    return UNAVAILABLE.some((prefix) => state.startsWith(prefix)) ? toConnectionError(error) : error
  }
  const { syscall, message } = (error ?? {}) as { readonly syscall?: unknown; readonly message?: unknown }
  const lost = syscall !== undefined || (typeof message === 'string' && CONNECTION_LOST.test(message))
  return lost ? toConnectionError(error) : error
}

/** True when the connection a statement failed on cannot be used again. */
export function breaksConnection(error: unknown): boolean {
  const state = sqlState(error)
  if (state === STATEMENT_TIMEOUT || state?.startsWith(ROLLED_BACK)) return false
  return toStatementError(error) instanceof AppError
}

/** A connection that could not be had. */
export function toConnectionError(cause: unknown): AppError {
  return cause instanceof AppError ? cause : new AppError('database_unavailable', { cause })
}
