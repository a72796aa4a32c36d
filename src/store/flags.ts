import { sql } from 'kysely'
import type { Kysely, Selectable, Transaction } from 'kysely'
import { appendAudit } from './audit.ts'
import type { Change, FlagStore, StoredFlag } from './rollout-store.ts'
import type { FlagTable } from './schema-rollouts.ts'
import type { Schema } from './schema.ts'

export function createFlagStore(db: Kysely<Schema>): FlagStore {
  return {
    list: async () => (await db.selectFrom('flags').selectAll().orderBy('name').execute()).map(toFlag),
    set: (usual, news, change) => db.transaction().execute((tx) => set(tx, { usual, news }, change)),
  }
}

interface FlagNews {
  readonly usual: StoredFlag
  readonly news: Parameters<FlagStore['set']>[1]
}

async function set(tx: Transaction<Schema>, { usual, news }: FlagNews, change: Change): Promise<void> {
  // One writer at a time: a flag that nobody has set has no row to lock.
  await sql`lock table flags in share row exclusive mode`.execute(tx)
  const { name } = usual
  const stored = await tx.selectFrom('flags').selectAll().where('name', '=', name).executeTakeFirst()
  const before = stored ? toFlag(stored) : usual
  const after = { ...before, ...news }
  const row = { ...after, allow: [...after.allow], deny: [...after.deny] }
  await tx
    .insertInto('flags')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...row, changed_at: sql`now()` }))
    .execute()
  await appendAudit(tx, { ...change, topic: 'flag', name, subject: null, before, after, detail: null })
}

function toFlag({ name, enabled, percentage, allow, deny, variant }: Selectable<FlagTable>): StoredFlag {
  return { name, enabled, percentage, allow, deny, variant }
}
