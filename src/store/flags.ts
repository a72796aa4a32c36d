import { sql } from 'kysely'
import type { Kysely, Selectable } from 'kysely'
import { appendAudit } from './audit.ts'
import type { FlagStore, StoredFlag } from './rollout-store.ts'
import type { FlagTable } from './schema-rollouts.ts'
import type { Schema } from './schema.ts'

export function createFlagStore(db: Kysely<Schema>): FlagStore {
  return {
    list: async () => (await db.selectFrom('flags').selectAll().orderBy('name').execute()).map(toFlag),
    set: (flag, change) =>
      db.transaction().execute(async (tx) => {
        const row = { ...flag, allow: [...flag.allow], deny: [...flag.deny] }
        const stored = await tx
          .selectFrom('flags')
          .selectAll()
          .where('name', '=', flag.name)
          .forUpdate()
          .executeTakeFirst()
        const before = stored && toFlag(stored)
        await tx
          .insertInto('flags')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...row, changed_at: sql`now()` }))
          .execute()
        await appendAudit(tx, {
          ...change,
          topic: 'flag',
          name: flag.name,
          subject: null,
          before,
          after: flag,
          detail: null,
        })
        return before
      }),
  }
}

function toFlag({ name, enabled, percentage, allow, deny, variant }: Selectable<FlagTable>): StoredFlag {
  return { name, enabled, percentage, allow, deny, variant }
}
