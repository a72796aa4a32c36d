import type { Pool } from 'pg'
import type { EmbeddedServer } from './embedded-server.ts'

/** How often dead rows are removed and the write-ahead log is cut, in milliseconds. */
const INTERVAL_MS = 3 * 60_000

/** How much is written to the log before there is anything to clean up, in bytes. */
const GRAIN_BYTES = 2 * 1024 * 1024

/** Vacuuming one table may take this long, in milliseconds. */
const STATEMENT_LIMIT_MS = 10 * 60_000

export interface Maintenance {
  /** Stops the timer, waits for a run that is under way, and cleans up what there is. */
  close(): Promise<void>
}

/**
 * Does what a server's background processes would: PGlite has none, so without this tables and write-ahead log
 * only ever grow. Tables are taken one by one, so that other statements get their turn in between. Cleaned up is
 * whenever the log has passed another mark of 2 MB, so that those who open it shortly and often do not pay each time,
 * but every so often.
 */
export function startMaintenance(
  pool: Pool,
  server: EmbeddedServer,
  onWarning: (message: string, error?: unknown) => void,
): Maintenance {
  let passed: string | undefined
  const run = async (): Promise<void> => {
    if (passed === (await lastMark(pool))) return
    if (passed !== undefined) await server.withStatementLimit(STATEMENT_LIMIT_MS, () => cleanUp(pool))
    passed = await lastMark(pool)
  }
  let running = Promise.resolve()
  const enqueue = (): Promise<void> => {
    running = running
      .then(run)
      .catch((error: unknown) => onWarning('Maintenance of the database failed', error))
    return running
  }
  void enqueue()
  const timer = setInterval(() => void enqueue(), INTERVAL_MS).unref()
  return {
    close: () => {
      clearInterval(timer)
      return enqueue()
    },
  }
}

/** The mark that the end of the write-ahead log, which moves with every write and only then, has passed last. */
async function lastMark(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ mark: string }>(
    `select div(pg_current_wal_insert_lsn() - '0/0'::pg_lsn, ${GRAIN_BYTES})::text as mark`,
  )
  return rows[0]?.mark ?? ''
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
