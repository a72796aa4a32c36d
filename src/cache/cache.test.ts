import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS } from '../../test/patience.ts'
import { redisMissing, startRedis, type RedisProcess } from '../../test/redis-process.ts'
import type { Cache } from './cache.ts'
import { openCache, type OpenCache } from './open-cache.ts'

const ENTRY = { group: 'people:1', key: 'list', lifetimeMs: 60_000 }

function loader(...values: readonly string[]) {
  let loads = 0
  return Object.assign(async () => values[Math.min(loads++, values.length - 1)] ?? '', { count: () => loads })
}

function cacheTests(open: () => Promise<Cache>): void {
  test('loads once and then remembers', async () => {
    const cache = await open()
    const load = loader('one', 'two')
    expect([await cache.remember(ENTRY, load), await cache.remember(ENTRY, load)]).toEqual(['one', 'one'])
    expect(cache.counters).toMatchObject({ hits: 1, misses: 1, failures: 0 })
  })

  test('forgets a group and no other', async () => {
    const cache = await open()
    const load = loader('one', 'two', 'three')
    const other = { ...ENTRY, group: 'people:2' }
    await cache.remember(ENTRY, load)
    await cache.remember(other, load)
    await cache.forget(ENTRY.group)
    expect(await cache.remember(ENTRY, load)).toBe('three')
    expect(await cache.remember(other, load)).toBe('two')
  })

  test('does not keep what was read before a change and stored after it', async () => {
    const cache = await open()
    await cache.remember(ENTRY, async () => {
      await cache.forget(ENTRY.group)
      return 'old'
    })
    expect(await cache.remember(ENTRY, loader('new'))).toBe('new')
  })

  test('keeps nothing longer than was asked', async () => {
    const cache = await open()
    const brief = { ...ENTRY, lifetimeMs: 1 }
    await cache.remember(brief, loader('old'))
    await vi.waitFor(async () => expect(await cache.remember(brief, loader('new'))).toBe('new'), PATIENCE_MS)
  })

  test('a failed load is not remembered', async () => {
    const cache = await open()
    await expect(cache.remember(ENTRY, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await cache.remember(ENTRY, loader('yes'))).toBe('yes')
  })
}

describe('in this process', () => {
  cacheTests(
    async () => (await openCache({ redisUrl: undefined, alone: true, onChange: () => undefined })).cache,
  )
})

test('several processes without Redis remember nothing, as they could not tell each other', async () => {
  const { cache } = await openCache({ redisUrl: undefined, alone: false, onChange: () => undefined })
  const load = loader('one', 'two')
  expect([await cache.remember(ENTRY, load), await cache.remember(ENTRY, load)]).toEqual(['one', 'two'])
})

describe.skipIf(redisMissing())('on Redis', () => {
  let redis: RedisProcess
  let opened: OpenCache[] = []
  const changes: string[] = []

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.kill())
  beforeEach(async () => {
    changes.length = 0
    const one = await ready()
    await one.redis?.flushall()
    await one.close()
  })
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.close()))
    opened = []
  })

  const open = async (): Promise<Cache> => {
    const one = await ready()
    opened.push(one)
    return one.cache
  }
  const ready = async (): Promise<OpenCache> => {
    const one = await openCache({
      redisUrl: redis.url,
      alone: false,
      onChange: (state) => changes.push(state),
    })
    await vi.waitFor(() => expect(one.redis?.status).toBe('ready'), PATIENCE_MS)
    return one
  }

  cacheTests(open)

  test('replicas share what they remember and hear of changes', async () => {
    const [one, two] = [await open(), await open()]
    await one.remember(ENTRY, loader('old'))
    expect(await two.remember(ENTRY, loader('other'))).toBe('old')
    await two.forget(ENTRY.group)
    expect(await one.remember(ENTRY, loader('new'))).toBe('new')
  })

  test('an entry of an earlier version stays dead when Redis drops the version', async () => {
    const cache = await open()
    await cache.remember(ENTRY, loader('old'))
    await opened[0]?.redis?.del('botyard:cache-version:people:1')
    expect(await cache.remember(ENTRY, loader('new'))).toBe('new')
  })

  test('while Redis is dead or frozen all is loaded, and a change made meanwhile is not lost', async () => {
    const [one, two] = [await open(), await open()]
    await one.remember(ENTRY, loader('old'))
    redis.freeze()
    const begun = performance.now()
    await one.forget(ENTRY.group)
    expect(await one.remember(ENTRY, loader('new'))).toBe('new')
    expect(performance.now() - begun).toBeLessThan(2_000)
    redis.thaw()
    await vi.waitFor(async () => expect(await two.remember(ENTRY, loader('new'))).toBe('new'), PATIENCE_MS)
    await redis.kill()
    expect(await two.remember(ENTRY, loader('newer'))).toBe('newer')
    expect(two.counters.failures).toBeGreaterThan(0)
    await redis.restart()
    await vi.waitFor(async () => {
      await one.remember(ENTRY, loader('back'))
      expect(await two.remember(ENTRY, loader('nothing'))).toBe('back')
    }, PATIENCE_MS)
    await vi.waitFor(() => expect(changes).toContain('back'), PATIENCE_MS)
  })
})
