import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS } from '../../test/patience.ts'
import { redisMissing, startRedis, type RedisProcess } from '../../test/redis-process.ts'
import { openCache, type OpenCache } from '../cache/open-cache.ts'
import { createLimiters } from './create-limiters.ts'
import type { CreateLimiter } from './limits.ts'

function limiterTests(create: () => CreateLimiter): void {
  describe('a window', () => ruleTests(create, {}))
  describe('evenly', () => ruleTests(create, { evenly: true }))

  test('evenly, one comes back after its part of the time', async () => {
    // So many that most of the time is left even after a while on a busy machine.
    const limiter = create()({ name: crypto.randomUUID(), points: 40, seconds: 40, evenly: true })
    const uses = await Promise.all(Array.from({ length: 41 }, () => limiter.use('a')))
    expect(uses.map(({ allowed }) => allowed)).toEqual([...Array<boolean>(40).fill(true), false])
    expect(uses[40]).toMatchObject({ left: 0 })
    expect(uses[40]?.waitMs).toBeLessThanOrEqual(1_000)
    expect(uses[40]?.resetMs).toBeGreaterThan(20_000)
    await vi.waitFor(async () => expect((await limiter.use('a')).allowed).toBe(true), PATIENCE_MS)
    expect((await limiter.look('a')).resetMs).toBeGreaterThan(20_000)
  })
}

function ruleTests(create: () => CreateLimiter, kind: { readonly evenly?: true }): void {
  const rule = (points: number, seconds = 60) => ({ name: crypto.randomUUID(), points, seconds, ...kind })

  test('lets as many through as there are points, for each key', async () => {
    const limiter = create()(rule(2))
    const uses = [
      await limiter.use('a'),
      await limiter.use('a'),
      await limiter.use('a'),
      await limiter.use('b'),
    ]
    expect(uses.map(({ allowed, left }) => [allowed, left])).toEqual([
      [true, 1],
      [true, 0],
      [false, 0],
      [true, 1],
    ])
    expect(uses[2]?.resetMs).toBeGreaterThan(50_000)
  })

  test('exactly as many of those that come at once', async () => {
    const limiter = create()(rule(10))
    const uses = await Promise.all(Array.from({ length: 100 }, () => limiter.use('a')))
    expect(uses.filter(({ allowed }) => allowed)).toHaveLength(10)
  })

  test('looking counts nothing, and forgiving begins anew', async () => {
    const limiter = create()(rule(1))
    expect((await limiter.look('a')).left).toBe(1)
    await limiter.use('a')
    expect(await limiter.look('a')).toMatchObject({ left: 0 })
    await limiter.forgive('a')
    expect((await limiter.use('a')).allowed).toBe(true)
  })

  test('all points are there again when the time is over', async () => {
    const limiter = create()(rule(1, 1))
    await limiter.use('a')
    await vi.waitFor(async () => expect((await limiter.look('a')).left).toBe(1), PATIENCE_MS)
  })
}

describe('in this process', () => {
  limiterTests(() => createLimiters())
})

describe.skipIf(redisMissing())('on Redis', () => {
  let redis: RedisProcess
  const opened: OpenCache[] = []
  const connect = async (): Promise<OpenCache> => {
    const one = await openCache({ redisUrl: redis.url, alone: false, onChange: () => undefined })
    opened.push(one)
    await vi.waitFor(() => expect(one.redis?.status).toBe('ready'), PATIENCE_MS)
    return one
  }

  beforeAll(async () => {
    redis = await startRedis()
    await connect()
    await connect()
  })
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()))
    await redis.kill()
  })

  limiterTests(() => createLimiters(opened[0]?.redis))

  test.each([true, false])('two replicas count together (evenly: %s)', async (evenly) => {
    const rule = { name: `together-${evenly}`, points: 3, seconds: 60, evenly }
    const [one, two] = opened.map((each) => createLimiters(each.redis)(rule))
    const uses = [await one?.use('a'), await two?.use('a'), await one?.use('a'), await two?.use('a')]
    expect(uses.map((use) => use?.allowed)).toEqual([true, true, true, false])
  })

  test.each([true, false])(
    'when Redis is killed the process goes on counting for itself (evenly: %s)',
    async (evenly) => {
      const limiter = createLimiters(opened[0]?.redis)({
        name: `killed-${evenly}`,
        points: 5,
        seconds: 60,
        evenly,
      })
      await limiter.use('a')
      await redis.kill()
      const uses = await Promise.all(Array.from({ length: 20 }, () => limiter.use('a')))
      expect(uses.filter(({ allowed }) => allowed)).toHaveLength(5)
      await redis.restart()
      await vi.waitFor(() => expect(opened[0]?.redis?.status).toBe('ready'), PATIENCE_MS)
      expect((await limiter.use('a')).allowed).toBe(true)
    },
  )
})
