import { sql } from 'kysely'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { listOwn, readOwn } from './accounts-conversations.ts'
import { selectMessage, selectMessages } from './inbox-operations.ts'
import { selectActivity, selectEvents, selectLatencies, selectRecent } from './numbers.ts'
import { listNotifications, lockDue } from './notifications.ts'
import { selectUsage } from './chatbot-usage.ts'
import { listChatbots, selectChanges } from './chatbots.ts'
import { EXPECTED_TABLES } from './schema-list.ts'
import type { Schema } from './schema.ts'
import { listTasks } from './tasks.ts'
import { selectSums } from './turn-totals.ts'

/** A statement people wait for, and the indexes without which it would read whole tables. */
interface PlannedQuery {
  readonly name: string
  readonly statement: RawBuilder<unknown>
  /** Where one of several does as well in a small table, they are parted by ` or `. */
  readonly indexes: readonly string[]
}

const SOMEBODY = 'user:1'
const SOMETHING = '00000000-0000-4000-8000-000000000000'

const PLANNED_QUERIES: readonly PlannedQuery[] = [
  {
    name: 'list of conversations',
    statement: listOwn(SOMEBODY, 50),
    indexes: ['conversations_by_subject', 'messages_by_conversation'],
  },
  {
    name: 'history of a conversation',
    statement: readOwn(SOMEBODY, { id: SOMETHING, limit: 50 }),
    indexes: ['conversations_pkey or conversations_by_subject', 'messages_by_conversation'],
  },
  {
    name: 'role of a signed-in user',
    statement: sql`
      select role from users where id = 1 and not exists (select from ended_tokens where id = ${SOMETHING})`,
    indexes: ['users_pkey', 'ended_tokens_pkey'],
  },
  {
    name: 'accepted message',
    statement: selectMessage(SOMETHING),
    indexes: ['inbox_messages_pkey'],
  },
  {
    name: 'list of accepted messages',
    statement: selectMessages({ states: ['waiting', 'running', 'dead'], limit: 50 }),
    indexes: ['inbox_messages_unfinished', 'inbox_messages_finished'],
  },
  { name: 'latencies of turns', statement: selectLatencies(), indexes: ['turns_by_end'] },
  { name: 'recent turns', statement: selectRecent(60_000), indexes: ['turns_by_end'] },
  { name: 'last turns', statement: selectEvents(50), indexes: ['turns_by_end'] },
  {
    name: 'sums of turns',
    statement: selectSums({ after: '2026-01-01T00:00:00Z', settled: '2026-01-01T00:00:00Z' }),
    indexes: ['turns_by_end', 'conversations_by_age'],
  },
  {
    name: 'what happens now',
    statement: selectActivity(),
    indexes: ['turns_running', 'inbox_messages_unfinished', 'inbox_messages_finished'],
  },
]

const PLANNED_CHATBOTS: readonly PlannedQuery[] = [
  {
    name: 'chatbots that changed',
    statement: selectChanges(new Date(0)),
    indexes: ['chatbots_by_change'],
  },
  { name: 'tokens of a chatbot', statement: selectUsage(SOMETHING), indexes: ['chatbot_usage_pkey'] },
]

/** Those that Kysely builds. */
function plannedTasks(db: Kysely<Schema>): readonly PlannedQuery[] {
  return [
    {
      name: 'list of tasks',
      statement: sql`${listTasks(db, SOMEBODY, { completed: false })}`,
      indexes: ['tasks_by_state or tasks_by_subject or tasks_by_priority or tasks_by_due'],
    },
    {
      name: 'reminders that are due',
      statement: sql`${lockDue(db, 100)}`,
      indexes: ['tasks_to_remind'],
    },
    {
      name: 'list of notifications',
      statement: sql`${listNotifications(db, SOMEBODY, { read: false })}`,
      indexes: ['notifications_by_subject'],
    },
    {
      name: 'list of chatbots',
      statement: sql`${listChatbots(db, { owner: 1, archived: false, limit: 50, offset: 0 })}`,
      indexes: ['chatbots_by_owner'],
    },
  ]
}

/**
 * Asks the database how it would run the statements that people wait for. Each difference reads `the query "list of
 * conversations" does not use the index conversations_by_subject`. Empty when all can use theirs. It is asked about empty
 * copies of the tables, which it knows nothing of: what happens to be in the tables, and how old its statistics are,
 * would change what is cheapest, and say nothing of whether an index serves.
 */
export async function verifyPlans(db: Kysely<Schema>): Promise<readonly string[]> {
  return db.transaction().execute(async (tx) => {
    await copyTables(tx)
    // A small table would be read whole.
    await sql`set local enable_seqscan = off`.execute(tx)
    const differences: string[] = []
    for (const { name, statement, indexes } of [
      ...PLANNED_QUERIES,
      ...PLANNED_CHATBOTS,
      ...plannedTasks(tx),
    ]) {
      const used = await indexesOf(tx, statement)
      for (const index of indexes)
        if (!index.split(' or ').some((each) => used.has(each)))
          differences.push(`the query "${name}" does not use the index ${index}`)
    }
    return differences
  })
}

/** Temporary tables of the same names stand in front of the real ones until the transaction is over. */
async function copyTables(tx: Transaction<Schema>): Promise<void> {
  const names = Object.keys(EXPECTED_TABLES)
  const { rows } = await sql<{ readonly statement: string }>`
    with tables as (
      select oid, relname as name, oid::regclass as place from pg_class
      where relnamespace = current_schema()::regnamespace and relname = any(${names})
    )
    select format('create temp table %I (like %s) on commit drop', name, place) as statement, 1 as step from tables
    union all
    select replace(
      pg_get_indexdef(indexrelid),
      format(' ON %I.%I USING ', current_schema(), name),
      format(' ON pg_temp.%I USING ', name)
    ), 2 from tables join pg_index on indrelid = oid where indisvalid
    order by step`.execute(tx)
  for (const { statement } of rows) await sql.raw(statement).execute(tx)
}

interface PlanNode {
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

async function indexesOf(db: Kysely<Schema>, statement: RawBuilder<unknown>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>`
    explain (format json) ${statement}`.execute(db)
  return new Set(rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => namesIn(Plan))))
}

function namesIn(node: PlanNode): readonly string[] {
  const own = node['Index Name']
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap(namesIn)]
}
