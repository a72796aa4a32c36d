import { sql } from 'kysely'
import type { ExpressionBuilder, Kysely, Selectable, SelectQueryBuilder } from 'kysely'
import { createNotifications } from './notifications.ts'
import type { Schema, TaskTable } from './schema.ts'
import { toTask, toTaskColumns } from './stored-tasks.ts'
import type { EditedTask, StoredTask, TaskEdit, TaskFields, TaskFilter, TaskStore } from './task-store.ts'

const MOST_LISTED = 1_000

export function createTasks(db: Kysely<Schema>): TaskStore {
  return {
    ...createNotifications(db),
    add: (subject, task, most) => add(db, { subject, task, most }),
    list: (subject, filter) => list(db, subject, filter),
    count: (subject, filter) => count(db, subject, filter),
    find: (subject, id) => find(db, subject, id),
    edit: (subject, id, edit) => editTask(db, { subject, id, edit }),
    delete: (subject, id) => remove(db, subject, id),
    adopt: (from, to) => adopt(db, from, to),
    timeZone: (subject) => timeZone(db, subject),
    setTimeZone: (subject, zone, remindAt) => setTimeZone(db, { subject, zone, remindAt }),
  }
}

async function add(
  db: Kysely<Schema>,
  { subject, task, most }: { readonly subject: string; readonly task: TaskFields; readonly most: number },
): Promise<StoredTask | undefined> {
  return await db.transaction().execute(async (tx) => {
    // Whoever adds for the same person waits here, and counts what this one has added.
    await lockOwner(tx, subject)
    const { held } = await tx
      .selectFrom('tasks')
      .select(({ fn }) => fn.countAll<string>().as('held'))
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow()
    if (Number(held) >= most) return undefined
    const values = { subject, parent_task_id: null, ...toTaskColumns(task) }
    return toTask(await tx.insertInto('tasks').values(values).returningAll().executeTakeFirstOrThrow())
  })
}

async function list(db: Kysely<Schema>, subject: string, filter: TaskFilter): Promise<readonly StoredTask[]> {
  const rows = await listTasks(db, subject, filter).execute()
  return rows.map((row) => toTask(row))
}

/** The rows of a list of tasks, in its order. */
export function listTasks(
  db: Kysely<Schema>,
  subject: string,
  filter: TaskFilter,
): SelectQueryBuilder<Schema, 'tasks', Selectable<TaskTable>> {
  const order = filter.order ?? 'desc'
  return filtered(db.selectFrom('tasks'), subject, filter)
    .selectAll()
    .orderBy(SORTS[filter.sort ?? 'created_at'], (by) => (order === 'asc' ? by.asc() : by.desc()).nullsLast())
    .orderBy('id', order)
    .limit(filter.limit ?? MOST_LISTED)
    .offset(filter.offset ?? 0)
}

const SORTS = {
  created_at: sql<Date>`created_at`,
  updated_at: sql<Date>`updated_at`,
  due_date: sql<Date>`due_at`,
  priority: sql<number>`array_position(array['none', 'low', 'medium', 'high'], priority)`,
  title: sql<string>`lower(title)`,
} as const

async function count(db: Kysely<Schema>, subject: string, filter: TaskFilter): Promise<number> {
  const { held } = await filtered(db.selectFrom('tasks'), subject, filter)
    .select(({ fn }) => fn.countAll<string>().as('held'))
    .executeTakeFirstOrThrow()
  return Number(held)
}

function filtered<Output>(
  query: SelectQueryBuilder<Schema, 'tasks', Output>,
  subject: string,
  { completed, priority, tag, search }: TaskFilter,
): SelectQueryBuilder<Schema, 'tasks', Output> {
  return query.where((eb: ExpressionBuilder<Schema, 'tasks'>) =>
    eb.and([
      eb('subject', '=', subject),
      ...(completed === undefined ? [] : [eb('completed', '=', completed)]),
      ...(priority === undefined ? [] : [eb('priority', '=', priority)]),
      ...(tag === undefined ? [] : [sql<boolean>`${tag} = any(tags)`]),
      ...(search === undefined
        ? []
        : [sql<boolean>`position(lower(${search}::text) in lower(concat_ws(' ', title, description))) > 0`]),
    ]),
  )
}

async function find(db: Kysely<Schema>, subject: string, id: number): Promise<StoredTask | undefined> {
  const row = await ownTask(db, subject, id).executeTakeFirst()
  return row && toTask(row)
}

function ownTask(db: Kysely<Schema>, subject: string, id: number) {
  return db.selectFrom('tasks').selectAll().where('subject', '=', subject).where('id', '=', String(id))
}

interface Edit {
  readonly subject: string
  readonly id: number
  readonly edit: (task: StoredTask) => TaskEdit
}

async function editTask(db: Kysely<Schema>, { subject, id, edit }: Edit): Promise<EditedTask | undefined> {
  return await db.transaction().execute(async (tx) => {
    const row = await ownTask(tx, subject, id).forUpdate().executeTakeFirst()
    if (!row) return undefined
    const before = toTask(row)
    const { changes, next } = edit(before)
    const changed = await tx
      .updateTable('tasks')
      .set({ ...toTaskColumns({ ...before, ...changes }), updated_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const follower =
      next &&
      (await tx
        .insertInto('tasks')
        .values({ subject, parent_task_id: row.id, ...toTaskColumns(next) })
        .onConflict((conflict) => conflict.column('parent_task_id').doNothing())
        .returningAll()
        .executeTakeFirst())
    return { task: toTask(changed), next: follower ? toTask(follower) : null }
  })
}

async function remove(db: Kysely<Schema>, subject: string, id: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('tasks')
    .where('subject', '=', subject)
    .where('id', '=', String(id))
    .executeTakeFirst()
  return numDeletedRows > 0n
}

async function adopt(db: Kysely<Schema>, from: string, to: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockOwner(tx, from)
    // Before the tasks, as whoever chooses a zone does: otherwise the two may wait for each other.
    await sql`
      with zone as (delete from time_zones where subject = ${from} returning time_zone)
      insert into time_zones (subject, time_zone) select ${to}::text, time_zone from zone
      on conflict (subject) do nothing`.execute(tx)
    // What is being added, completed or reminded of is seen, and moved, by the statements after this one.
    await sql`select from tasks where subject = ${from} order by id for update`.execute(tx)
    await sql`
      with moved as (update tasks set subject = ${to} where subject = ${from}),
      told as (update notifications set subject = ${to} where subject = ${from})
      delete from task_owners where subject = ${from}`.execute(tx)
  })
}

/** One transaction at a time adds tasks of the subject, or gives them away. */
async function lockOwner(tx: Kysely<Schema>, subject: string): Promise<void> {
  await tx
    .insertInto('task_owners')
    .values({ subject })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ subject }))
    .execute()
}

async function timeZone(db: Kysely<Schema>, subject: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('time_zones')
    .select('time_zone')
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.time_zone
}

interface ZoneChoice {
  readonly subject: string
  readonly zone: string
  readonly remindAt: (task: StoredTask) => Date | null
}

async function setTimeZone(db: Kysely<Schema>, { subject, zone, remindAt }: ZoneChoice): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('time_zones')
      .values({ subject, time_zone: zone })
      .onConflict((conflict) => conflict.column('subject').doUpdateSet({ time_zone: zone }))
      .execute()
    const waiting = await tx
      .selectFrom('tasks')
      .selectAll()
      .where('subject', '=', subject)
      .where('due_all_day', '=', true)
      .where('remind_at', 'is not', null)
      .forUpdate()
      .execute()
    for (const row of waiting) {
      const change = { remind_at: remindAt(toTask(row)) }
      await tx.updateTable('tasks').set(change).where('id', '=', row.id).execute()
    }
  })
}
