import { sql } from 'kysely'
import type { Kysely, RawBuilder, Selectable, SelectQueryBuilder } from 'kysely'
import type {
  ChatbotChange,
  ChatbotChanges,
  ChatbotFilter,
  ChatbotNote,
  ChatbotPlace,
  ChatbotStore,
  NewChatbot,
  NewRevision,
  PublishedChatbot,
  RevisionInfo,
  StoredChatbot,
  StoredRevision,
} from './chatbot-store.ts'
import { dailyUsage, usage } from './chatbot-usage.ts'
import type { ChatbotChangeTable, ChatbotRevisionTable, ChatbotTable } from './schema-chatbots.ts'
import type { Schema } from './schema.ts'

export function createChatbotStore(db: Kysely<Schema>): ChatbotStore {
  return {
    create: (chatbot) => create(db, chatbot),
    find: (id) => find(db, id),
    list: (filter) => list(db, filter),
    change: (place, change) => applyChange(db, place, change),
    publish: (place, revision) => publish(db, place, revision),
    revisions: (id) => revisions(db, id),
    revision: (id, number) => oneRevision(db, sql`chatbot_id = ${id} and number = ${number}`),
    revisionByHash: (id, hash) => oneRevision(db, sql`chatbot_id = ${id} and revision = ${hash}`),
    history: (id, limit) => history(db, id, limit),
    changes: (since) => changes(db, since),
    published: (ids) => published(db, ids),
    usage: (id) => usage(db, id),
    dailyUsage: (id, days) => dailyUsage(db, id, days),
  }
}

type ChatbotRow = Selectable<ChatbotTable>

async function create(db: Kysely<Schema>, chatbot: NewChatbot): Promise<StoredChatbot | undefined> {
  const { id, owner, draft, by } = chatbot
  const { rows } = await sql<ChatbotRow>`
    with made as (
      insert into chatbots (id, owner, draft) values (${id}, ${owner}, ${draft})
      on conflict (id) do nothing returning *
    ), noted as (${note('made', { action: 'created', detail: {}, by })})
    select * from made`.execute(db)
  return rows[0] && toChatbot(rows[0])
}

async function find(db: Kysely<Schema>, id: string): Promise<StoredChatbot | undefined> {
  const row = await db.selectFrom('chatbots').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toChatbot(row)
}

async function list(db: Kysely<Schema>, filter: ChatbotFilter): Promise<readonly StoredChatbot[]> {
  return (await listChatbots(db, filter).execute()).map(toChatbot)
}

/** The statement of `ChatbotStore.list`. */
export function listChatbots(
  db: Kysely<Schema>,
  { owner, archived, limit, offset }: ChatbotFilter,
): SelectQueryBuilder<Schema, 'chatbots', ChatbotRow> {
  const all = db.selectFrom('chatbots').selectAll()
  const own = owner === undefined ? all : all.where('owner', '=', owner)
  return own
    .where('archived_at', archived ? 'is not' : 'is', null)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .offset(offset)
}

async function applyChange(
  db: Kysely<Schema>,
  { id, version, by }: ChatbotPlace,
  { action, detail, draft, quota }: ChatbotChange,
): Promise<StoredChatbot | undefined> {
  const fields = [
    sql`version = version + 1`,
    sql`updated_at = now()`,
    ...(draft === undefined ? [] : [sql`draft = ${draft}`]),
    ...(quota
      ? [sql`tokens_per_day = ${quota.tokensPerDay}, tokens_per_month = ${quota.tokensPerMonth}`]
      : []),
    ...(action === 'archived' ? [sql`archived_at = now()`] : []),
    ...(action === 'restored' ? [sql`archived_at = null`] : []),
  ]
  const { rows } = await sql<ChatbotRow>`
    with changed as (
      update chatbots set ${sql.join(fields)} where id = ${id} and version = ${version} returning *
    ), noted as (${note('changed', { action, detail, by })})
    select * from changed`.execute(db)
  return rows[0] && toChatbot(rows[0])
}

async function publish(
  db: Kysely<Schema>,
  { id, version, by }: ChatbotPlace,
  { hash, definition, from }: NewRevision,
): Promise<StoredChatbot | undefined> {
  const action = from === null ? 'published' : 'rolled-back'
  const { rows } = await sql<ChatbotRow>`
    with changed as (
      update chatbots set version = version + 1, updated_at = now(), published = (
        select coalesce(max(number), 0) + 1 from chatbot_revisions where chatbot_id = ${id}
      ) where id = ${id} and version = ${version} returning *
    ), kept as (
      insert into chatbot_revisions (chatbot_id, number, revision, definition, published_by, from_number)
      select id, published, ${hash}, ${definition}, ${by}, ${from}::integer from changed
    ), noted as (${note('changed', { action, detail: { revision: hash, ...(from !== null && { from }) }, by })})
    select * from changed`.execute(db)
  return rows[0] && toChatbot(rows[0])
}

interface Noted {
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly by: string
}

function note(changed: 'made' | 'changed', { action, detail, by }: Noted): RawBuilder<unknown> {
  return sql`
    insert into chatbot_changes (chatbot_id, version, action, detail, changed_by)
    select id, version, ${action}, ${JSON.stringify(detail)}, ${by} from ${sql.table(changed)}`
}

async function revisions(db: Kysely<Schema>, id: string): Promise<readonly RevisionInfo[]> {
  const rows = await db
    .selectFrom('chatbot_revisions')
    .select(['number', 'revision', 'published_by', 'published_at', 'from_number'])
    .where('chatbot_id', '=', id)
    .orderBy('number', 'desc')
    .execute()
  return rows.map(toRevisionInfo)
}

async function oneRevision(
  db: Kysely<Schema>,
  which: RawBuilder<unknown>,
): Promise<StoredRevision | undefined> {
  const { rows } = await sql<Selectable<ChatbotRevisionTable>>`
    select * from chatbot_revisions where ${which} order by number desc limit 1`.execute(db)
  const row = rows[0]
  return row && { ...toRevisionInfo(row), definition: row.definition }
}

async function history(db: Kysely<Schema>, id: string, limit: number): Promise<readonly ChatbotNote[]> {
  const rows = await db
    .selectFrom('chatbot_changes')
    .selectAll()
    .where('chatbot_id', '=', id)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toNote)
}

async function changes(db: Kysely<Schema>, since: Date | undefined): Promise<ChatbotChanges> {
  const { rows } = await selectChanges(since).execute(db)
  const changed = rows.flatMap(({ id, version }) => (id === null || version === null ? [] : { id, version }))
  return { at: rows[0]?.at ?? new Date(0), changed }
}

interface ChangeRow {
  readonly at: Date
  readonly id: string | null
  readonly version: number | null
}

/** The statement of `ChatbotStore.changes`. */
export function selectChanges(since: Date | undefined): RawBuilder<ChangeRow> {
  // A commit may take as long as a statement may take.
  const changed = since ? sql`and c.updated_at > ${since}::timestamptz - interval '30 seconds'` : sql``
  return sql<ChangeRow>`
    select clock.at, c.id, c.version
    from (select now() as at) clock left join chatbots c on c.published is not null ${changed}`
}

interface PublishedRow extends Omit<PublishedChatbot, 'tokensPerDay' | 'tokensPerMonth'> {
  readonly tokensPerDay: string | null
  readonly tokensPerMonth: string | null
}

async function published(db: Kysely<Schema>, ids: readonly string[]): Promise<readonly PublishedChatbot[]> {
  const { rows } = await sql<PublishedRow>`
    select c.id, c.version, c.archived_at is not null as archived,
      c.tokens_per_day as "tokensPerDay", c.tokens_per_month as "tokensPerMonth",
      r.revision as hash, r.definition
    from chatbots c join chatbot_revisions r on r.chatbot_id = c.id and r.number = c.published
    where c.id = any(${[...ids]}::text[])
    order by c.created_at, c.id`.execute(db)
  return rows.map(({ tokensPerDay, tokensPerMonth, ...row }) => ({
    ...row,
    tokensPerDay: toNumber(tokensPerDay),
    tokensPerMonth: toNumber(tokensPerMonth),
  }))
}

function toChatbot(row: ChatbotRow): StoredChatbot {
  return {
    id: row.id,
    owner: row.owner,
    draft: row.draft,
    version: row.version,
    published: row.published,
    tokensPerDay: toNumber(row.tokens_per_day),
    tokensPerMonth: toNumber(row.tokens_per_month),
    archivedAt: row.archived_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toRevisionInfo(
  row: Omit<Selectable<ChatbotRevisionTable>, 'definition' | 'chatbot_id'>,
): RevisionInfo {
  return {
    number: row.number,
    hash: row.revision,
    publishedBy: row.published_by,
    publishedAt: row.published_at,
    from: row.from_number,
  }
}

function toNote(row: Selectable<ChatbotChangeTable>): ChatbotNote {
  const detail = JSON.parse(row.detail) as ChatbotNote['detail']
  return { version: row.version, action: row.action, detail, by: row.changed_by, at: row.changed_at }
}

function toNumber(value: string | null): number | null {
  return value === null ? null : Number(value)
}
