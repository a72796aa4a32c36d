import type { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import { migrationStatus } from './migrate.ts'
import type { Schema } from './schema.ts'

/** Probes come from several sides; the database is asked about once a second for all of them. */
const REMEMBERED_MS = 1000

/** Makes a check that throws `database_unavailable` or `migrations_pending`. */
export function createReadinessCheck(db: Kysely<Schema>): () => Promise<void> {
  let answer: Promise<void> | undefined
  let askedAt = 0
  return () => {
    const now = performance.now()
    if (answer === undefined || now - askedAt > REMEMBERED_MS) {
      askedAt = now
      answer = check(db)
    }
    return answer
  }
}

async function check(db: Kysely<Schema>): Promise<void> {
  const { pending } = await migrationStatus(db)
  if (pending.length > 0)
    throw new AppError('migrations_pending', { params: { pending: pending.join(', ') } })
}
