import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { closeGate, racingBackend, untilWaiting } from '../../test/races.ts'

const backend = racingBackend()

const claimed = { queue: 'jobs', limit: 2, leaseMs: 60_000 }

test.runIf(backend)('a claim that another worker overtakes does not give out what is done', async () => {
  const store = await backend!.openOwn()
  onTestFinished(() => store.close())
  for (const key of ['slow', 'quick'])
    for (const payload of ['one', 'two']) await store.lanes.put({ queue: 'jobs', key, dedupe: null, payload })
  const gate = await closeGate(store, {
    on: 'update on lanes',
    when: sql`new.key = 'slow' and new.leased`,
  })
  const slow = store.lanes.claim(claimed)
  await untilWaiting(store, 1)
  const [quick] = await store.lanes.claim(claimed)
  expect(quick).toMatchObject({ key: 'quick', item: { payload: 'one' } })
  await store.lanes.settle(quick!)
  await gate.open()
  const given = (await slow).filter(({ key }) => key === 'quick').map(({ item }) => item?.payload)
  expect(given).not.toContain('one')
})
