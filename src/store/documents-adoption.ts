import { sql } from 'kysely'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { CollectionKey } from '../documents.ts'
import type { DocumentStore } from './document-store.ts'
import type { DocumentTable } from './schema-documents.ts'
import type { Schema } from './schema.ts'
import { countVersion, lockCollection } from './stored-documents.ts'
import { hasVectorTable } from './vectors.ts'

/** See `DocumentStore.adopt`. */
export async function adoptDocuments(
  db: Kysely<Schema>,
  from: string,
  to: string,
): ReturnType<DocumentStore['adopt']> {
  if (from === to) return []
  return await db.transaction().execute(async (tx) => {
    const collections = await tx
      .selectFrom('document_collections')
      .select('bot')
      .where('owner', '=', from)
      .orderBy('bot')
      .execute()
    const begun: (CollectionKey & { readonly id: string })[] = []
    for (const { bot } of collections) begun.push(...(await adoptCollection(tx, { bot, from, to })))
    return begun
  })
}

interface Move {
  readonly bot: string
  readonly from: string
  readonly to: string
}

async function adoptCollection(tx: Transaction<Schema>, { bot, from, to }: Move) {
  // In one order, so that two who move at once wait for each other and not both.
  for (const owner of [from, to].toSorted()) await lockCollection(tx, { bot, owner })
  const rows = await tx
    .selectFrom('documents')
    .select(['id', 'owner', 'name', 'sha256', 'status'])
    .where('bot', '=', bot)
    .where('owner', 'in', [from, to])
    .where('status', '<>', 'removed')
    .orderBy('added_at')
    .forUpdate()
    .execute()
  const { moved, twice } = planMove(rows, from)
  if (moved.length + twice.length === 0) return []
  await remove(tx, twice)
  const begun = await give(tx, moved, to)
  for (const owner of [from, to]) await countVersion(tx, { bot, owner })
  return begun.map((id) => ({ bot, owner: to, id }))
}

type HeldDocument = Pick<Selectable<DocumentTable>, 'id' | 'owner' | 'name' | 'sha256' | 'status'>

interface PlannedMove {
  /** What the new owner has word for word. */
  readonly twice: readonly string[]
  readonly moved: readonly { readonly id: string; readonly name: string }[]
}

/** Different documents of one name are both kept, the one that comes under another name. */
function planMove(rows: readonly HeldDocument[], from: string): PlannedMove {
  const theirs = rows.filter(({ owner }) => owner !== from)
  const ready = new Set(theirs.flatMap(({ sha256, status }) => (status === 'ready' ? [sha256] : [])))
  const coming = rows.filter(({ owner }) => owner === from)
  const moving = coming.filter(({ sha256 }) => !ready.has(sha256))
  const names = new Map<string, string>()
  const taken = new Set(theirs.map(({ name }) => name))
  const own = new Set(moving.map(({ name }) => name))
  for (const name of own) {
    const free = taken.has(name) ? freeName(name, new Set([...taken, ...own])) : name
    names.set(name, free)
    taken.add(free)
  }
  return {
    twice: coming.flatMap(({ id, sha256 }) => (ready.has(sha256) ? [id] : [])),
    moved: moving.map(({ id, name }) => ({ id, name: names.get(name) ?? name })),
  }
}

/** `plan.md` becomes `plan (2).md`. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const [, stem = name, ending = ''] = /^(.+?)(\.[^./]+)?$/s.exec(name) ?? []
  let number = 2
  while (taken.has(`${stem} (${number})${ending}`)) number++
  return `${stem} (${number})${ending}`
}

async function remove(tx: Transaction<Schema>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('documents')
    .set({ status: 'removed', changed_at: sql<Date>`now()` })
    .where('id', 'in', ids)
    .execute()
}

/** Resolves with those that are read again: whoever reads them now would index what it finds for the old owner. */
async function give(
  tx: Transaction<Schema>,
  moved: PlannedMove['moved'],
  to: string,
): Promise<readonly string[]> {
  const ids = sql`${moved.map(({ id }) => id)}::uuid[]`
  const { rows } = await sql<{ readonly id: string; readonly begun: boolean }>`
    update documents d set owner = ${to}, name = given.name,
      status = case when status in ('reading', 'indexing') then 'queued' else status end,
      run = case when status in ('ready', 'failed') then run end
    from unnest(${ids}, ${moved.map(({ name }) => name)}::text[]) as given (id, name)
    where d.id = given.id
    returning d.id, d.status = 'queued' as begun`.execute(tx)
  await sql`update chunks set owner = ${to} where document_id = any(${ids})`.execute(tx)
  if (await hasVectorTable(tx))
    await sql`
      update chunk_vectors set owner = ${to}
      where chunk_id in (select id from chunks where document_id = any(${ids}))`.execute(tx)
  return rows.flatMap(({ id, begun }) => (begun ? [id] : []))
}
