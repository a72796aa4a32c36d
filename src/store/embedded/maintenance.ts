import type { Pool } from 'pg'
import type { EmbeddedServer } from './embedded-server.ts'

/** How often dead rows are removed and the write-ahead log is cut, in milliseconds. */
const INTERVAL_MS = 3 * 60_000

/** Vacuuming one table may take this long, in milliseconds. */
const STATEMENT_LIMIT_MS = 10 * 60_000

export interface Maintenance {
  /** Stops the timer, waits for a run that is under way, and cleans up once more. */
  close(): Promise<void>
}

/**
 * Does what a server's background processes would: PGlite has none, so without this tables and write-ahead log
 * only ever grow. Tables are taken one by one, so that other statements get their turn in between.
 */
export function startMaintenance(
  pool: Pool,
  server: EmbeddedServer,
  onWarning: (message: string, error?: unknown) => void,
): Maintenance {
  let lastPosition = ''
  let running = Promise.resolve()
  const run = async (): Promise<void> => {
    const position = await logPosition(pool)
    if (position === lastPosition) return
    await server.withStatementLimit(STATEMENT_LIMIT_MS, () => cleanUp(pool))
    lastPosition = await logPosition(pool)
  }
  const enqueue = (): Promise<void> => {
    running = running
      .then(run)
      .catch((error: unknown) => onWarning('Maintenance of the database failed', error))
    return running
  }
  const timer = setInterval(() => void enqueue(), INTERVAL_MS).unref()
  return {
    close: () => {
      clearInterval(timer)
      return enqueue()
    },
  }
}

/** The end of the write-ahead log; it moves with every write and only then. */
async function logPosition(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ position: string }>(
    'select pg_current_wal_insert_lsn()::text as position',
  )
  return rows[0]?.position ?? ''
}

async function cleanUp(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname <> 'information_schema'`,
  )
  for (const { name } of rows) await pool.query(`vacuum (analyze) ${name}`)
  await pool.query('checkpoint')
}
