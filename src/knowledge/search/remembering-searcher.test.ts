import { beforeEach, expect, test } from 'vitest'
import type { Cache } from '../../cache/cache.ts'
import { openCache } from '../../cache/open-cache.ts'
import type { CollectionKey } from '../library.ts'
import { rememberFound } from './remembering-searcher.ts'

const ADA = { bot: 'helper', owner: 'user:1' }
const BOB = { bot: 'helper', owner: 'user:2' }
const LIMITS = { limit: 3, signal: new AbortController().signal }

let cache: Cache
let version: number
let searches: (readonly CollectionKey[])[]

beforeEach(async () => {
  const opened = await openCache({ redisUrl: undefined, alone: true, onChange: () => undefined })
  cache = opened.cache
  version = 1
  searches = []
})

function remember(lifetimeMs: number) {
  const searcher = {
    search: async (keys: readonly CollectionKey[]) => {
      searches.push(keys)
      return [{ chunkId: String(searches.length), score: 1 }]
    },
  }
  return rememberFound(searcher, { cache, lifetimeMs, versionOf: async () => version })
}

test('a question asked again is answered from memory, until a document changes', async () => {
  const searcher = remember(60_000)
  const first = await searcher.search([ADA], 'question', LIMITS)
  expect(await searcher.search([ADA], 'question', LIMITS)).toEqual(first)
  expect(searcher.counters).toEqual({ hits: 1, misses: 1 })
  version = 2
  expect(await searcher.search([ADA], 'question', LIMITS)).not.toEqual(first)
})

test('nobody is answered with what was found for somebody else, or for another question', async () => {
  const searcher = remember(60_000)
  await searcher.search([ADA], 'question', LIMITS)
  await searcher.search([BOB], 'question', LIMITS)
  await searcher.search([ADA, BOB], 'question', LIMITS)
  await searcher.search([ADA], 'other question', LIMITS)
  await searcher.search([ADA], 'question', { ...LIMITS, limit: 4 })
  expect(searches).toHaveLength(5)
})

test('a lifetime of zero remembers nothing', async () => {
  const searcher = remember(0)
  await searcher.search([ADA], 'question', LIMITS)
  await searcher.search([ADA], 'question', LIMITS)
  expect(searches).toHaveLength(2)
})
