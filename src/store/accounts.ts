import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { Accounts, NewUser, StoredUser } from './store.ts'

/** What of a user everybody who may see it sees; the hash of the password is asked for by name. */
const COLUMNS = ['id', 'email', 'name', 'role', 'created_at as createdAt'] as const

export function createAccounts(db: Kysely<Schema>): Accounts {
  return {
    create: (user) => create(db, user),
    find: (id) => db.selectFrom('users').select(COLUMNS).where('id', '=', id).executeTakeFirst(),
    findByEmail: (email) =>
      db
        .selectFrom('users')
        .select([...COLUMNS, 'password_hash as passwordHash'])
        .where('email', '=', email)
        .executeTakeFirst(),
    setRole: (id, role) => setRole(db, id, role),
    roleOf: (id, tokenId) => roleOf(db, id, tokenId),
    endToken: (tokenId, expiresAt) => endToken(db, tokenId, expiresAt),
    isEnded: (tokenId) => isEnded(db, tokenId),
    forgetExpired: () => forgetExpired(db),
  }
}

async function create(
  db: Kysely<Schema>,
  { email, name, passwordHash }: NewUser,
): Promise<StoredUser | undefined> {
  return db
    .insertInto('users')
    .values({ email, name, password_hash: passwordHash })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(COLUMNS)
    .executeTakeFirst()
}

async function setRole(db: Kysely<Schema>, id: number, role: StoredUser['role']): Promise<void> {
  await sql`update users set role = ${role}, updated_at = now() where id = ${id}`.execute(db)
}

async function roleOf(
  db: Kysely<Schema>,
  id: number,
  tokenId: string,
): Promise<StoredUser['role'] | undefined> {
  const { rows } = await sql<Pick<StoredUser, 'role'>>`
    select role from users
    where id = ${id} and not exists (select from ended_tokens where id = ${tokenId})`.execute(db)
  return rows[0]?.role
}

async function endToken(db: Kysely<Schema>, id: string, expiresAt: Date): Promise<void> {
  await db
    .insertInto('ended_tokens')
    .values({ id, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

async function isEnded(db: Kysely<Schema>, tokenId: string): Promise<boolean> {
  const row = await db.selectFrom('ended_tokens').select('id').where('id', '=', tokenId).executeTakeFirst()
  return row !== undefined
}

async function forgetExpired(db: Kysely<Schema>): Promise<void> {
  // A day later than needed, in case the clocks of the servers disagree with the database's.
  await sql`delete from ended_tokens where expires_at < now() - interval '1 day'`.execute(db)
  await sql`delete from link_codes where expires_at < now()`.execute(db)
}
