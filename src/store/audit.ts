import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, Selectable } from 'kysely'
import type { Audit, AuditEntry, AuditFilter, Change } from './rollout-store.ts'
import type { AuditEntryTable } from './schema-rollouts.ts'
import type { Schema } from './schema.ts'

export interface NewEntry extends Change {
  readonly topic: AuditEntry['topic']
  readonly name: string
  readonly subject: string | null
  readonly before: unknown
  readonly after: unknown
  readonly detail: unknown
}

/** Adds an entry to the chain, in the transaction of what it tells of. */
export async function appendAudit(tx: Kysely<Schema>, entry: NewEntry): Promise<void> {
  // One writer at a time, until its commit: each entry names the one before. Readers go on.
  await sql`lock table audit_entries in exclusive mode`.execute(tx)
  const last = await tx
    .selectFrom('audit_entries')
    .select(['position', 'hash'])
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  const { rows } = await sql<{ readonly at: Date }>`
    select date_trunc('milliseconds', clock_timestamp()) as at`.execute(tx)
  const row = {
    position: (last?.position ?? 0) + 1,
    at: rows[0]?.at ?? new Date(),
    actor: toStorable(entry.actor),
    topic: entry.topic,
    name: entry.name,
    subject: entry.subject,
    before: toJson(entry.before),
    after: toJson(entry.after),
    reason: toStorable(entry.reason),
    detail: toJson(entry.detail),
    previous_hash: last?.hash ?? '',
  }
  await tx
    .insertInto('audit_entries')
    .values({ ...row, hash: hashOf(row) })
    .execute()
}

export function createAudit(db: Kysely<Schema>): Audit {
  return { list: (filter) => list(db, filter), findBreak: () => findBreak(db) }
}

async function list(db: Kysely<Schema>, { topic, name, subject, limit }: AuditFilter): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('audit_entries')
    .selectAll()
    .where('topic', '=', topic)
    .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
    .$if(subject !== undefined, (query) => query.where('subject', '=', subject ?? ''))
    .orderBy('position', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ before, after, detail, previous_hash: previousHash, ...row }) => ({
    ...row,
    previousHash,
    before: fromJson(before),
    after: fromJson(after),
    detail: fromJson(detail),
  }))
}

const READ_AT_ONCE = 1_000

async function findBreak(db: Kysely<Schema>): Promise<number | undefined> {
  let position = 0
  let hash = ''
  for (;;) {
    const rows = await db
      .selectFrom('audit_entries')
      .selectAll()
      .where('position', '>', position)
      .orderBy('position')
      .limit(READ_AT_ONCE)
      .execute()
    for (const row of rows) {
      const follows = row.position === position + 1 && row.previous_hash === hash
      if (!follows || row.hash !== hashOf(row)) return row.position
      ;({ position, hash } = row)
    }
    if (rows.length < READ_AT_ONCE) return undefined
  }
}

function hashOf(row: Omit<Selectable<AuditEntryTable>, 'hash'>): string {
  const { position, at, actor, topic, name, subject, before, after, reason, detail, previous_hash } = row
  const told = [position, at.toISOString(), actor, topic, name, subject, before, after, reason, detail]
  return createHash('sha256')
    .update(JSON.stringify([previous_hash, ...told]))
    .digest('hex')
}

/** What comes back from the database exactly as it went in, so that its hash stays the same. */
function toStorable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}

function fromJson(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text)
}
