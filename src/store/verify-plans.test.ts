import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import type { OpenStore } from './open-store.ts'
import { verifyPlans } from './verify-plans.ts'

describe.each(backends())('the plans on $name', (backend) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await backend.open()
  })
  afterAll(() => store.close())

  test('use the indexes that were made for them', async () => {
    expect(await verifyPlans(store.db)).toEqual([])
  })

  test('are found wanting when an index is gone', async () => {
    await sql`drop index conversations_by_subject`.execute(store.db)
    expect(await verifyPlans(store.db)).toEqual([
      'the query "list of conversations" does not use the index conversations_by_subject',
    ])
  })
})
