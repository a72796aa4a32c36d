import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { CompanyStore } from './company-store.ts'
import type { Schema } from './schema.ts'
import { fromNow } from './sql-time.ts'

export function createCompanies(db: Kysely<Schema>): CompanyStore {
  return {
    find: async ({ service, query }) => {
      const row = await db
        .selectFrom('company_records')
        .select(['body', 'fetched_at'])
        .where((where) => where.and({ service, query }))
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst()
      return row && { body: row.body, fetchedAt: row.fetched_at }
    },
    keep: async ({ service, query, body, forMs }) => {
      const values = { body, fetched_at: sql<Date>`now()`, expires_at: fromNow(forMs) }
      await db
        .insertInto('company_records')
        .values({ service, query, ...values })
        .onConflict((conflict) => conflict.columns(['service', 'query']).doUpdateSet(values))
        .execute()
    },
    spend: async (day, budget) => {
      if (budget < 1) return false
      const { rows } = await sql`
        insert into company_usage (day, used) values (${day}::date, 1)
        on conflict (day) do update set used = company_usage.used + 1 where company_usage.used < ${budget}::integer
        returning used`.execute(db)
      return rows.length > 0
    },
    forgetExpired: async () => {
      await sql`delete from company_records where expires_at <= now()`.execute(db)
      await sql`delete from company_usage where day < current_date - 31`.execute(db)
    },
  }
}
