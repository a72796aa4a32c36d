import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { ForeignUser, Identities, LinkCode } from './store.ts'

export function createIdentities(db: Kysely<Schema>): Identities {
  return {
    ownerOf: (subject) => ownerOf(db, subject),
    ofUser: (userId) => ofUser(db, userId),
    unlink: (userId, subject) => unlink(db, userId, subject),
    keepCode: (code) => keepCode(db, code),
    redeem: (hash, subject) => redeem(db, hash, subject),
    findOrCreate: (user) => findOrCreate(db, user),
  }
}

async function ownerOf(db: Kysely<Schema>, subject: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('identities')
    .select('user_id')
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.user_id
}

async function ofUser(db: Kysely<Schema>, userId: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('identities')
    .select('subject')
    .where('user_id', '=', userId)
    .orderBy('subject')
    .execute()
  return rows.map(({ subject }) => subject)
}

async function unlink(db: Kysely<Schema>, userId: number, subject: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('identities')
    .where('user_id', '=', userId)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** A new code takes the place of the user's earlier one. */
async function keepCode(db: Kysely<Schema>, { userId, hash, lifetimeMs }: LinkCode): Promise<void> {
  await sql`
    with earlier as (delete from link_codes where user_id = ${userId})
    insert into link_codes (hash, user_id, expires_at)
    values (${hash}, ${userId}, now() + ${lifetimeMs}::float8 * interval '1 millisecond')`.execute(db)
}

/** One statement: of two that send a code at the same time, one finds it gone. */
async function redeem(db: Kysely<Schema>, hash: string, subject: string): Promise<number | undefined> {
  const { rows } = await sql<{ readonly user_id: number }>`
    with code as (delete from link_codes where hash = ${hash} returning user_id, expires_at)
    insert into identities (subject, user_id)
    select ${subject}, user_id from code where expires_at > now()
    on conflict (subject) do update set user_id = excluded.user_id, created_at = now()
    returning user_id`.execute(db)
  return rows[0]?.user_id
}

/** An address that somebody has already stays theirs: whether the other issuer has checked it is not known here. */
async function findOrCreate(db: Kysely<Schema>, { subject, email, name }: ForeignUser): Promise<number> {
  const known = await ownerOf(db, subject)
  if (known !== undefined) return known
  return db.transaction().execute(async (tx) => {
    const created =
      (await insertForeign(tx, { email, name })) ?? (await insertForeign(tx, { email: null, name }))
    if (created === undefined) throw new Error('a user without an address was not created')
    const { rows: bound } = await sql<{ readonly user_id: number }>`
      insert into identities (subject, user_id) values (${subject}, ${created})
      on conflict (subject) do update set subject = excluded.subject
      returning user_id`.execute(tx)
    const owner = bound[0]?.user_id ?? created
    // Two first requests of one person met here; the other one's user stays.
    if (owner !== created) await sql`delete from users where id = ${created}`.execute(tx)
    return owner
  })
}

/** Undefined when somebody has the address. */
async function insertForeign(
  tx: Kysely<Schema>,
  { email, name }: Pick<ForeignUser, 'email' | 'name'>,
): Promise<number | undefined> {
  const row = await tx
    .insertInto('users')
    .values({ email, name, password_hash: null })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}
