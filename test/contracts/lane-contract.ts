import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenStore } from '../../src/store/open-store.ts'
import type { ClaimedLane } from '../../src/store/store.ts'
import type { Backend } from '../test-store.ts'

const LEASE_MS = 60_000

/** What the lanes of every database have to do. */
export function laneContract(backend: Backend): void {
  describe(`lanes on ${backend.name}`, () => {
    let store: OpenStore
    beforeAll(async () => {
      store = await backend.open()
    })
    afterAll(() => store.close())

    const put = (queue: string, payload: string, dedupe: string | null = null) =>
      store.lanes.put({ queue, key: 'k', dedupe, payload })
    const claim = (queue: string, limit = 10, leaseMs = LEASE_MS) =>
      store.lanes.claim({ queue, limit, leaseMs })
    const claimOne = async (queue: string, leaseMs = LEASE_MS): Promise<ClaimedLane> => {
      const [lane] = await claim(queue, 1, leaseMs)
      if (!lane) throw new Error('no lane is due')
      return lane
    }
    const again = { delayMs: 0, counted: true, error: 'no luck' }

    test('items of a key come one at a time, in the order they were put', async () => {
      const queue = randomUUID()
      for (const payload of ['one', 'two', 'three']) await put(queue, payload)
      const seen: unknown[] = []
      for (let turn = 0; turn < 3; turn++) {
        const lane = await claimOne(queue)
        expect(await claim(queue)).toEqual([])
        seen.push(lane.item?.payload)
        expect(await store.lanes.settle(lane)).toBe(true)
      }
      expect(seen).toEqual(['one', 'two', 'three'])
      expect(await claim(queue)).toEqual([])
    })

    test('a failed item keeps its place, and counts its attempts', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      await put(queue, 'two')
      await store.lanes.postpone(await claimOne(queue), again)
      const second = await claimOne(queue)
      expect(second).toMatchObject({ attempts: 2, lastError: 'no luck', item: { payload: 'one' } })
      await store.lanes.settle(second)
      expect(await claimOne(queue)).toMatchObject({ attempts: 1, lastError: null, item: { payload: 'two' } })
    })

    test('a lane that is backing off is left alone, also when more is put into it', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      await store.lanes.postpone(await claimOne(queue), { ...again, delayMs: LEASE_MS })
      await put(queue, 'two')
      expect(await claim(queue)).toEqual([])
    })

    test('an attempt that was nobody’s fault, or was handed over, does not count', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      await store.lanes.postpone(await claimOne(queue), { ...again, counted: false })
      await store.lanes.release([await claimOne(queue)])
      expect((await claimOne(queue)).attempts).toBe(1)
    })

    test('what failed for good is among the dead items, and the lane goes on', async () => {
      const queue = randomUUID()
      await put(queue, 'one', 'first')
      await put(queue, 'two')
      await store.lanes.bury(await claimOne(queue), 'poison')
      expect((await claimOne(queue)).item?.payload).toBe('two')
      const dead = await store.db
        .selectFrom('lane_dead_items')
        .selectAll()
        .where('queue', '=', queue)
        .execute()
      expect(dead).toMatchObject([{ payload: '"one"', dedupe: 'first', attempts: 1, last_error: 'poison' }])
      expect(await store.lanes.pruneDead(60_000)).toBe(0)
      expect(await store.lanes.pruneDead(-1_000)).toBeGreaterThanOrEqual(1)
    })

    test('an item that repeats stays alone under its name', async () => {
      const queue = randomUUID()
      expect(await put(queue, 'tick', 'cron')).toBe(true)
      expect(await put(queue, 'tick', 'cron')).toBe(false)
      await store.lanes.repeat(await claimOne(queue), { runAt: new Date(Date.now() - 1_000) })
      const lane = await claimOne(queue)
      await store.lanes.repeat(lane, { runAt: new Date(Date.now() + 60_000), deadBecause: 'broken' })
      expect(await claim(queue)).toEqual([])
      expect(await put(queue, 'tick', 'cron')).toBe(false)
    })

    test('an item waits for its time, and can be removed before', async () => {
      const queue = randomUUID()
      const runAt = new Date(Date.now() + 60_000)
      await store.lanes.put({ queue, key: 'k', dedupe: 'later', payload: null, runAt })
      expect(await claim(queue)).toEqual([])
      expect(await store.lanes.remove(queue, 'later')).toBe(true)
      expect(await store.lanes.remove(queue, 'later')).toBe(false)
      await put(queue, 'now')
      expect((await claimOne(queue)).item?.payload).toBe('now')
    })

    test('a worker whose lease ran out changes nothing any more', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      const stale = await claimOne(queue, -1)
      const current = await claimOne(queue)
      expect(current).toMatchObject({ attempts: 2, item: { payload: 'one' } })
      expect(await store.lanes.renew([stale, current], LEASE_MS)).toEqual([stale])
      await store.lanes.release([stale])
      const results = [
        store.lanes.settle(stale),
        store.lanes.bury(stale, 'x'),
        store.lanes.postpone(stale, again),
      ]
      expect(await Promise.all(results)).toEqual([false, false, false])
      expect(await store.lanes.settle(current)).toBe(true)
      expect(await claim(queue)).toEqual([])
    })

    test('a token of a lane that was emptied is worth nothing in the lane made anew', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      const old = await claimOne(queue)
      await store.lanes.settle(old)
      await put(queue, 'two')
      await claimOne(queue)
      expect(await store.lanes.settle(old)).toBe(false)
    })

    test('a lease that is renewed is kept', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      const lane = await claimOne(queue, -1)
      expect(await store.lanes.renew([lane], LEASE_MS)).toEqual([])
      expect(await claim(queue)).toEqual([])
    })

    test('an embedded database frees at its start what a dead process held', async () => {
      const queue = randomUUID()
      await put(queue, 'one')
      const dead = await claimOne(queue)
      expect(await store.lanes.voidLeases()).toBeGreaterThanOrEqual(1)
      expect(await claimOne(queue)).toMatchObject({ attempts: 2 })
      expect(await store.lanes.settle(dead)).toBe(false)
    })

    test('only lanes of the wanted kinds are claimed', async () => {
      const queue = randomUUID()
      for (const key of ['a:1', 'b:1', 'ab:1'])
        await store.lanes.put({ queue, key, dedupe: null, payload: null })
      const claimed = await store.lanes.claim({ queue, limit: 9, leaseMs: LEASE_MS, prefixes: ['a', 'x'] })
      expect(claimed.map(({ key }) => key)).toEqual(['a:1'])
    })

    test('two claimers never hold one lane, and nothing is lost or out of order, whatever fails', async () => {
      const queue = randomUUID()
      const keys = ['a', 'b', 'c', 'd', 'e']
      const held = new Set<string>()
      const done = new Map<string, unknown[]>(keys.map((key) => [key, []]))
      const expected = Array.from({ length: 12 }, (_, index) => index)
      let violations = 0
      const fill = keys.map(async (key) => {
        for (const payload of expected) await store.lanes.put({ queue, key, dedupe: null, payload })
      })
      const isDone = (): boolean => [...done.values()].every(({ length }) => length >= expected.length)
      const work = async (): Promise<void> => {
        while (!isDone())
          for (const lane of await claim(queue, 2)) {
            if (held.has(lane.key)) violations++
            held.add(lane.key)
            await new Promise((resolve) => setImmediate(resolve))
            held.delete(lane.key)
            if (Math.random() < 0.2) await store.lanes.postpone(lane, again)
            else {
              done.get(lane.key)?.push(lane.item?.payload)
              await store.lanes.settle(lane)
            }
          }
      }
      await Promise.all([...fill, work(), work(), work(), work()])
      expect(violations).toBe(0)
      expect([...done.values()]).toEqual(keys.map(() => expected))
      expect(await store.db.selectFrom('lanes').selectAll().where('queue', '=', queue).execute()).toEqual([])
    })
  })
}
