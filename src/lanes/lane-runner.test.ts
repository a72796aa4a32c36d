import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../../test/test-store.ts'
import { AppError } from '../errors.ts'
import type { OpenStore } from '../store/open-store.ts'
import { INBOX_QUEUE, type Lanes } from '../store/store.ts'
import { LaneRunner, type LaneFailure, type LaneRunnerOptions } from './lane-runner.ts'
import type { LaneWorker } from './lanes.ts'

describe.each(backends())('lanes worked off on $name', (backend) => {
  let store: OpenStore
  let queue: string
  const runners: LaneRunner[] = []
  const failures: LaneFailure[] = []
  const database: unknown[] = []

  beforeAll(async () => {
    store = await backend.open()
  })

  afterAll(() => store.close())

  beforeEach(() => {
    queue = crypto.randomUUID()
    failures.length = 0
    database.length = 0
  })

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.drain(0)))
  })

  const put = (key: string, payload = key) => store.lanes.put({ queue, key, dedupe: null, payload })

  function start(work: LaneWorker['work'], options: Partial<LaneRunnerOptions> = {}): LaneRunner {
    const { lanes = store.lanes } = options
    const runner = new LaneRunner({
      lanes,
      queue,
      worker: { work, bury: async (lane, error) => void (await lanes.bury(lane, error)) },
      concurrency: 5,
      pollMs: 20,
      retry: { firstDelayMs: 1, longestDelayMs: 5 },
      onFailure: (failure) => failures.push(failure),
      onDatabase: (error) => database.push(error),
      ...options,
    })
    runners.push(runner)
    runner.start()
    return runner
  }

  test('never more at a time than allowed', async () => {
    let running = 0
    let most = 0
    let done = 0
    for (let index = 0; index < 12; index++) await put(String(index))
    start(
      async (lane) => {
        most = Math.max(most, ++running)
        await delay(5)
        running--
        done++
        await store.lanes.settle(lane)
      },
      { concurrency: 3 },
    )
    await expect.poll(() => done).toBe(12)
    expect(most).toBe(3)
  })

  test('what failed is tried again when its pause is over, not when lanes are looked for next', async () => {
    await put('k')
    const attempts: number[] = []
    const work: LaneWorker['work'] = async (lane) => {
      attempts.push(lane.attempts)
      if (lane.attempts < 3) throw new Error('not yet')
      await store.lanes.settle(lane)
    }
    start(work, { pollMs: 600_000, retry: { firstDelayMs: 40, longestDelayMs: 40 } })
    await expect.poll(() => attempts).toEqual([1, 2, 3])
  })

  test('a lease is kept as long as the work takes', async () => {
    await put('slow')
    const over = Promise.withResolvers<void>()
    let begun = 0
    const work: LaneWorker['work'] = async (lane) => {
      begun++
      await over.promise
      await store.lanes.settle(lane)
    }
    // Long enough for a renewal on a busy machine.
    const leaseMs = 1_500
    for (const _ of [1, 2]) start(work, { leaseMs })
    await expect.poll(() => begun).toBe(1)
    const lanes = () => store.db.selectFrom('lanes').select('due_at').where('queue', '=', queue).execute()
    const end = async () => (await lanes())[0]?.due_at.getTime() ?? 0
    const renewedAfterItsEnd = (await end()) + leaseMs
    await expect.poll(end).toBeGreaterThanOrEqual(renewedAfterItsEnd)
    over.resolve()
    await expect.poll(lanes).toEqual([])
    expect(begun).toBe(1)
  })

  test('work whose lane is lost is told to end, and is done by who has it', async () => {
    await put('k')
    const reasons: unknown[] = []
    const cut: Lanes = { ...store.lanes, renew: () => Promise.reject(new AppError('database_unavailable')) }
    start(
      (_lane, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push((signal.reason as AppError).code)
            reject(signal.reason as Error)
          })
        }),
      { lanes: cut, leaseMs: 150 },
    )
    await expect.poll(() => reasons[0]).toBe('interrupted')
    expect(failures).toEqual([])
  })

  test('an item whose workers keep dying goes to the dead ones without being begun again', async () => {
    await put('k', 'deadly')
    await put('k', 'harmless')
    for (let death = 0; death < 50; death++) {
      const [lane] = await store.lanes.claim({ queue, limit: 1, leaseMs: -1 })
      expect(lane?.attempts).toBe(death + 1)
    }
    const seen: unknown[] = []
    start(async (lane) => {
      seen.push(lane.item?.payload)
      await store.lanes.settle(lane)
    })
    await expect.poll(() => seen).toEqual(['harmless'])
    expect(failures).toMatchObject([{ dead: true, lane: { item: { payload: 'deadly' } } }])
  })

  test('the first failure of an item counts as its first attempt, however many deaths went before', async () => {
    await put('k')
    for (let death = 0; death < 20; death++) await store.lanes.claim({ queue, limit: 1, leaseMs: -1 })
    const begun: number[] = []
    start((lane) => {
      begun.push(lane.attempts)
      throw new Error('not today')
    })
    await expect.poll(() => failures.at(-1)?.dead).toBe(true)
    expect(begun).toEqual([21, 2, 3, 4, 5, 6, 7, 8])
  })

  test('an item is not to blame for a process that keeps dying with all it works on', async () => {
    await put('k', 'harmless')
    for (let death = 0; death < 20; death++) await store.lanes.claim({ queue, limit: 1, leaseMs: -1 })
    const seen: unknown[] = []
    start(async (lane) => {
      seen.push(lane.item?.payload)
      await store.lanes.settle(lane)
    })
    await expect.poll(() => seen).toEqual(['harmless'])
    expect(failures).toEqual([])
  })

  test('leases are renewed while messages for the same lanes are accepted', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => String(index))
    const accept = (round: number) =>
      store.inbox.accept(
        keys.map((key) => ({
          conversation: { channel: queue, bot: 'b', key },
          externalId: `${key} ${round}`,
          subject: key,
          text: 'Hello',
          detail: null,
        })),
      )
    await accept(0)
    const held = await store.lanes.claim({ queue: INBOX_QUEUE, limit: 300, leaseMs: 60_000 })
    const latestFirst = held.toSorted((a, b) => (a.key < b.key ? 1 : -1))
    const renewals = Array.from({ length: 10 }, () => store.lanes.renew(latestFirst, 60_000))
    const [lost] = await Promise.all([Promise.all(renewals), accept(1), accept(2), accept(3)])
    expect(lost.flat()).toEqual([])
    await store.lanes.release(latestFirst)
  })

  const blameless = ['overloaded', 'channel_rate_limited'] as const
  test.each(blameless)('a failure that is nobody’s fault is tried again for ever: %s', async (code) => {
    await put('k')
    let begun = 0
    start(async (lane) => {
      expect(lane.attempts).toBe(1)
      if (++begun < 15) throw new AppError(code, { retryAfterMs: 1 })
      await store.lanes.settle(lane)
    })
    await expect.poll(() => begun).toBe(15)
    expect(failures).toEqual([])
  })

  test('what the other side asks to wait is waited', async () => {
    await put('k')
    const begun: number[] = []
    start(async (lane) => {
      begun.push(performance.now())
      if (begun.length === 1) throw new AppError('model_rate_limited', { retryAfterMs: 400 })
      await store.lanes.settle(lane)
    })
    await expect.poll(() => begun.length).toBe(2)
    expect(begun[1]! - begun[0]!).toBeGreaterThan(390)
  })

  test('a database that is away for a while is told of once, and the work goes on when it is back', async () => {
    let away = true
    const flaky: Lanes = {
      ...store.lanes,
      claim: (claim) =>
        away ? Promise.reject(new AppError('database_unavailable')) : store.lanes.claim(claim),
    }
    await put('k')
    const seen: unknown[] = []
    start(
      async (lane) => {
        seen.push(lane.key)
        await store.lanes.settle(lane)
      },
      { lanes: flaky },
    )
    await expect.poll(() => database.length).toBe(1)
    away = false
    await expect.poll(() => seen).toEqual(['k'])
    expect(database).toEqual([expect.objectContaining({ code: 'database_unavailable' }), undefined])
  })

  test('a drain also frees what was being claimed when it began', async () => {
    await put('k')
    const claimed = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    const slow: Lanes = {
      ...store.lanes,
      claim: async (claim) => {
        const lanes = await store.lanes.claim(claim)
        claimed.resolve()
        await answered.promise
        return lanes
      },
    }
    const begun: string[] = []
    const runner = start(async (lane) => void begun.push(lane.key), { lanes: slow, leaseMs: 60_000 })
    await claimed.promise
    const drained = runner.drain(100)
    answered.resolve()
    await drained
    const [left] = await store.lanes.claim({ queue, limit: 9, leaseMs: 1_000 })
    expect([left, begun]).toMatchObject([{ key: 'k', attempts: 1 }, []])
  })

  test('a drain hands over what the other side asks to wait with, not before its time', async () => {
    await put('k')
    const asked = Promise.withResolvers<never>()
    let begun = false
    const runner = start((_lane) => {
      begun = true
      return asked.promise
    })
    await expect.poll(() => begun).toBe(true)
    const drained = runner.drain(5_000)
    asked.reject(new AppError('channel_rate_limited', { retryAfterMs: 60_000 }))
    await drained
    expect(await store.lanes.claim({ queue, limit: 9, leaseMs: 1_000 })).toEqual([])
  })

  test('a drain waits for what runs, and frees at once what does not end', async () => {
    await put('quick')
    await put('stuck')
    const begun: string[] = []
    const runner = start(async (lane, signal) => {
      begun.push(lane.key)
      if (lane.key === 'stuck') await new Promise((_, reject) => signal.addEventListener('abort', reject))
      await delay(50)
      await store.lanes.settle(lane)
    })
    await expect.poll(() => begun.length).toBe(2)
    await runner.drain(200)
    const [left, ...others] = await store.lanes.claim({ queue, limit: 9, leaseMs: 1_000 })
    expect([left, others]).toMatchObject([{ key: 'stuck', attempts: 1 }, []])
  })
})
