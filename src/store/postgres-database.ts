import type { Pool } from 'pg'
import { AppError } from '../errors.ts'
import { sqlState } from './database-error.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { parseDatabaseUrl } from './database-url.ts'

/** The dialect's floor; older servers lack what the statements use. */
const OLDEST_VERSION = 15

/** A pool on a PostgreSQL server, checked: it answers, lets us in, and is recent enough. */
export async function openPostgres(databaseUrl: string, options: DatabaseOptions): Promise<Database> {
  const address = parseDatabaseUrl(databaseUrl)
  const { default: pg } = await import('pg')
  const max = address.poolSize ?? options.poolSize
  const open = (connections: number): Pool => {
    const pool = createPool(() => {
      return new pg.Pool({
        connectionString: address.connectionString,
        max: connections,
        application_name: 'botyard',
        keepAlive: true,
        connectionTimeoutMillis: options.connectTimeoutMs,
        statement_timeout: options.queryTimeoutMs,
        idle_in_transaction_session_timeout: options.queryTimeoutMs,
      })
    })
    pool.on('error', (error) => options.onWarning('A database connection broke', error))
    // Connections break while they are checked out, too; the statement that ran fails, the process must not.
    pool.on('connect', (client) => client.on('error', () => undefined))
    return pool
  }
  const pool = open(Math.max(1, max - 1))
  const priorityPool = max > 1 ? open(1) : pool
  const close = async (): Promise<void> =>
    void (await Promise.all([...new Set([pool, priorityPool])].map((one) => one.end())))
  try {
    const version = await serverVersion(pool)
    if (version.major < OLDEST_VERSION)
      throw invalid(`needs PostgreSQL ${OLDEST_VERSION} or newer, found ${version.full}.`)
    const description = `PostgreSQL ${version.full} at ${address.label}, up to ${max} connections`
    return {
      kind: 'postgres',
      pool,
      priorityPool,
      queryTimeoutMs: options.queryTimeoutMs,
      describe: () => description,
      close,
    }
  } catch (error) {
    await close()
    throw error instanceof AppError ? error : startError(error, address.label)
  }
}

function createPool(create: () => Pool): Pool {
  try {
    return create()
  } catch (cause) {
    // Certificates that cannot be read, and the like; the message may hold anything.
    throw invalid('one of its parameters cannot be used.', cause)
  }
}

async function serverVersion(pool: Pool): Promise<{ readonly major: number; readonly full: string }> {
  const { rows } = await pool.query<{ server_version: string }>('show server_version')
  const full = rows[0]?.server_version.split(' ')[0] ?? ''
  return { major: Number.parseInt(full, 10), full }
}

/** Says what is wrong and where, never with which user and password. */
function startError(error: unknown, label: string): AppError {
  const state = sqlState(error)
  if (state?.startsWith('28')) return invalid(`the server ${label} refuses this user and password.`, error)
  if (state === '3D000') return invalid(`the server ${label} has no such database; create it first.`, error)
  if (state !== undefined) return invalid(`the server ${label} answered with SQLSTATE ${state}.`, error)
  const { code } = (error ?? {}) as { readonly code?: unknown }
  const reason = typeof code === 'string' ? ` (${code})` : ''
  return invalid(
    `nothing usable answers at ${label}${reason}. Is PostgreSQL running there, and reachable?`,
    error,
  )
}

function invalid(problem: string, cause?: unknown): AppError {
  return new AppError('invalid_configuration', { params: { problem: `DATABASE_URL: ${problem}` }, cause })
}
