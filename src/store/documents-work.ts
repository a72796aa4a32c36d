import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { DocumentStore, DocumentWork, NewPassage, Run } from './document-store.ts'
import type { Schema } from './schema.ts'
import { countVersion, lockCollection, toProgress } from './stored-documents.ts'

type WorkOperations = Pick<
  DocumentStore,
  | 'progress'
  | 'begin'
  | 'content'
  | 'restart'
  | 'setProgress'
  | 'addPassages'
  | 'chunks'
  | 'markIndexed'
  | 'publish'
  | 'fail'
  | 'unfinished'
  | 'removed'
  | 'purge'
>

/** What the job that takes documents in does to them. */
export function createDocumentWork(db: Kysely<Schema>): WorkOperations {
  return {
    progress: async (id) => {
      const row = await db
        .selectFrom('documents')
        .select(['status', 'progress', 'error_code', 'error'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toProgress(row)
    },
    begin: (id) => begin(db, id),
    content: (id) => readContent(db, id),
    restart: (run) => restart(db, run),
    setProgress: (run, status, progress) => change(db, run, { status, progress }),
    addPassages: (run, passages) => addPassages(db, run, passages),
    chunks: async (id, { position, limit }) => {
      const rows = await db
        .selectFrom('chunks')
        .select(['id', 'document_id', 'position', 'passage', 'bot', 'owner', 'heading', 'text'])
        .where('document_id', '=', id)
        .where('position', '>=', position)
        .orderBy('position')
        .limit(limit)
        .execute()
      return rows.map(({ document_id: documentId, ...row }) => ({ ...row, documentId }))
    },
    markIndexed: (run, indexed, progress) => change(db, run, { indexed, progress }),
    publish: (run) => publish(db, run),
    fail: (run, error) => fail(db, run, error),
    unfinished: (idleMs) => unfinished(db, idleMs),
    removed: async ({ bot, owner }) => {
      const rows = await db
        .selectFrom('documents')
        .select('id')
        .where('bot', '=', bot)
        .where('owner', '=', owner)
        .where('status', '=', 'removed')
        .execute()
      return rows.map(({ id }) => id)
    },
    purge: async (id) => {
      await db.deleteFrom('documents').where('id', '=', id).where('status', '=', 'removed').execute()
    },
  }
}

const WORKED_ON = ['queued', 'reading', 'indexing'] as const

async function begin(db: Kysely<Schema>, id: string): Promise<DocumentWork | undefined> {
  const run = randomUUID()
  const row = await db
    .updateTable('documents')
    .set({ run, attempts: sql<number>`attempts + 1`, changed_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('status', 'in', WORKED_ON)
    .returning(['bot', 'owner', 'name', 'type', 'attempts', 'status', 'indexed', 'chunks'])
    .executeTakeFirst()
  if (!row) return undefined
  const { attempts: attempt, status, ...rest } = row
  return { ...rest, id, run, attempt, read: status === 'indexing' }
}

async function readContent(db: Kysely<Schema>, id: string): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for (let part = 0; ; part++) {
    const row = await db
      .selectFrom('document_contents')
      .select('bytes')
      .where('document_id', '=', id)
      .where('part', '=', part)
      .executeTakeFirst()
    if (!row) return Buffer.concat(parts)
    parts.push(row.bytes)
  }
}

interface Change {
  readonly status?: 'queued' | 'reading' | 'indexing' | 'ready' | 'failed'
  readonly progress?: number
  readonly indexed?: number
}

async function change(db: Kysely<Schema>, { id, run }: Run, values: Change): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('documents')
    .set({ ...values, changed_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('run', '=', run)
    .where('status', 'in', WORKED_ON)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function restart(db: Kysely<Schema>, run: Run): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    if (!(await holds(tx, run))) return false
    await tx.deleteFrom('chunks').where('document_id', '=', run.id).execute()
    await tx.deleteFrom('passages').where('document_id', '=', run.id).execute()
    await tx
      .updateTable('documents')
      .set({ status: 'reading', progress: 0.05, passages: 0, chunks: 0, tokens: 0, indexed: 0 })
      .where('id', '=', run.id)
      .execute()
    return true
  })
}

/** Keeps other attempts, and whoever removes the document, out until the transaction is over. */
async function holds(tx: Transaction<Schema>, { id, run }: Run): Promise<boolean> {
  const row = await tx
    .selectFrom('documents')
    .select('id')
    .where('id', '=', id)
    .where('run', '=', run)
    .where('status', 'in', WORKED_ON)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

async function addPassages(db: Kysely<Schema>, run: Run, passages: readonly NewPassage[]): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    if (!(await holds(tx, run))) return false
    const { bot, owner } = await tx
      .selectFrom('documents')
      .select(['bot', 'owner'])
      .where('id', '=', run.id)
      .executeTakeFirstOrThrow()
    const document_id = run.id
    const rows = passages.map(({ position, heading, text, tokens }) => ({
      document_id,
      position,
      heading,
      text,
      tokens,
    }))
    await tx.insertInto('passages').values(rows).execute()
    const chunks = passages.flatMap((passage) =>
      passage.chunks.map((chunk) => ({ ...chunk, document_id, passage: passage.position, bot, owner })),
    )
    if (chunks.length > 0) await tx.insertInto('chunks').values(chunks).execute()
    const tokens = passages.reduce((sum, passage) => sum + passage.tokens, 0)
    await tx
      .updateTable('documents')
      .set({
        passages: sql<number>`passages + ${passages.length}::integer`,
        chunks: sql<number>`chunks + ${chunks.length}::integer`,
        tokens: sql<number>`tokens + ${tokens}::bigint`,
        changed_at: sql<Date>`now()`,
      })
      .where('id', '=', document_id)
      .execute()
    return true
  })
}

async function publish(db: Kysely<Schema>, run: Run): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const document = tx.selectFrom('documents').select(['bot', 'owner', 'name']).where('id', '=', run.id)
    const found = await document.executeTakeFirst()
    // Before the document, as whoever adds one does: otherwise the two may wait for each other.
    if (found) await lockCollection(tx, found)
    if (!(await holds(tx, run))) return false
    const { bot, owner, name } = await document.executeTakeFirstOrThrow()
    await tx
      .updateTable('documents')
      .set({ status: 'removed', changed_at: sql<Date>`now()` })
      .where('bot', '=', bot)
      .where('owner', '=', owner)
      .where('name', '=', name)
      .where('status', '=', 'ready')
      .execute()
    await tx
      .updateTable('documents')
      .set({ status: 'ready', progress: 1, changed_at: sql<Date>`now()` })
      .where('id', '=', run.id)
      .execute()
    await tx.deleteFrom('document_contents').where('document_id', '=', run.id).execute()
    await countVersion(tx, { bot, owner })
    return true
  })
}

async function fail(
  db: Kysely<Schema>,
  run: Run,
  { code, message }: Parameters<DocumentStore['fail']>[1],
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    if (!(await holds(tx, run))) return false
    await tx
      .updateTable('documents')
      .set({ status: 'failed', error_code: code, error: message, changed_at: sql<Date>`now()` })
      .where('id', '=', run.id)
      .execute()
    await tx.deleteFrom('document_contents').where('document_id', '=', run.id).execute()
    await tx.deleteFrom('chunks').where('document_id', '=', run.id).execute()
    await tx.deleteFrom('passages').where('document_id', '=', run.id).execute()
    return true
  })
}

const MOST_UNFINISHED = 1_000

async function unfinished(db: Kysely<Schema>, idleMs: number) {
  const rows = await db
    .selectFrom('documents')
    .select(['id', 'bot', 'owner', 'status'])
    .where('status', 'in', [...WORKED_ON, 'removed'])
    .where('changed_at', '<=', sql<Date>`now() - ${idleMs} * interval '1 millisecond'`)
    .orderBy('changed_at')
    .limit(MOST_UNFINISHED)
    .execute()
  return rows.map(({ status, ...row }) => ({ ...row, removed: status === 'removed' }))
}
