import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from './open-store.ts'
import { verifyPlans } from './verify-plans.ts'

describe.each(backends())('the plans on $name', (backend) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.openOwn()
  })
  afterAll(() => store.close())

  test('use the indexes that were made for them', async () => {
    expect(await verifyPlans(store.db)).toEqual([])
  })

  test('are the same when the database knows how empty its tables are', async () => {
    await sql`analyze`.execute(store.db)
    expect(await verifyPlans(store.db)).toEqual([])
  })

  test('are asked of copies that nobody meets afterwards', async () => {
    await verifyPlans(store.db)
    const { rows } = await sql`select relname from pg_class where relpersistence = 't'`.execute(store.db)
    expect(rows).toEqual([])
  })

  test('are found wanting when an index is gone', async () => {
    await sql`drop index conversations_by_subject`.execute(store.db)
    await sql`drop index tasks_to_remind`.execute(store.db)
    await sql`drop index notifications_by_subject`.execute(store.db)
    await sql`drop index chatbots_by_owner`.execute(store.db)
    await sql`drop index tasks_by_subject, tasks_by_state, tasks_by_priority, tasks_by_due`.execute(store.db)
    expect((await verifyPlans(store.db)).map((line) => /"(.*)"/.exec(line)?.[1])).toEqual([
      'list of conversations',
      'list of tasks',
      'reminders that are due',
      'list of notifications',
      'list of chatbots',
    ])
  })
})
