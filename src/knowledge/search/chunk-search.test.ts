import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { storeChunks } from '../../../test/contracts/vector-index-contract.ts'
import { backends } from '../../../test/test-store.ts'
import { loadConfig } from '../../config.ts'
import type { FakeModelServer } from '../../fakes/fake-model-server.ts'
import { createFakeMlApi } from '../../fakes/ml-api.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'
import { createFakeQdrant } from '../../fakes/qdrant.ts'
import type { OpenStore } from '../../store/open-store.ts'
import type { Chunk, CollectionKey } from '../library.ts'
import { openSearch, type OpenSearch } from './open-search.ts'

const signal = new AbortController().signal
const ADA = { bot: 'helper', owner: 'user:1' }
const BOB = { bot: 'helper', owner: 'user:2' }

const TEXTS = [
  'We deliver within three days. Delivery is free from 50 euros.',
  'Parcels can be returned within 30 days of purchase.',
  'Our shop in Bern opens at nine and closes at six.',
  'Ёлки продаются с первого декабря, доставка по городу бесплатна.',
]

describe.each(backends())('search in documents on $name', (backend) => {
  let store: OpenStore
  const warnings: string[] = []
  const servers: { close(): Promise<void> }[] = []

  beforeAll(async () => {
    store = await backend.open()
  })
  afterEach(async () => {
    warnings.length = 0
    await store.vectors.clear()
    for (const table of ['documents', 'term_counts'] as const) await store.db.deleteFrom(table).execute()
    for (const server of servers.splice(0)) await server.close()
  })
  afterAll(() => store.close())

  const keep = async <Server extends { close(): Promise<void> }>(
    starting: Promise<Server>,
  ): Promise<Server> => {
    const server = await starting
    servers.push(server)
    return server
  }
  const open = (env: Readonly<Record<string, string>> = {}): Promise<OpenSearch> =>
    openSearch({
      store,
      config: loadConfig({ NODE_ENV: 'test', ...env }),
      onWarning: (message) => warnings.push(message),
    })
  const add = async (search: OpenSearch, key: CollectionKey, texts: readonly string[]) => {
    const { documentId, chunkIds } = await storeChunks(store, key, texts)
    const chunks = texts.map((text, at): Chunk => ({
      ...key,
      id: chunkIds[at] ?? '',
      documentId,
      heading: '',
      passage: 0,
      text,
    }))
    await search.indexer.add(chunks, { signal })
    return { documentId, chunks }
  }
  const ask = async ({ searcher }: OpenSearch, query: string, keys: readonly CollectionKey[] = [ADA]) => {
    const found = await searcher.search(keys, query, { limit: 3, signal })
    const texts = await store.words.texts(
      keys,
      found.map(({ chunkId }) => chunkId),
    )
    return found.map(({ chunkId }) => texts.find((piece) => piece.chunkId === chunkId)?.text.trim())
  }

  test.each([
    ['When is delivery free?', TEXTS[0]],
    ['return a parcel', TEXTS[1]],
    ['Когда можно купить елку?', TEXTS[3]],
    ['opening hours in bern', TEXTS[2]],
    ['null \0 and quotes \' " & | ! <-> shop:*', TEXTS[2]],
  ])('finds by words: %s', async (query, text) => {
    const search = await open()
    await add(search, ADA, TEXTS)
    expect((await ask(search, query))[0]).toBe(text)
  })

  test('finds nothing for what shares no word, for empty questions and in no collection', async () => {
    const search = await open({ VECTOR_INDEX: 'none' })
    await add(search, ADA, TEXTS)
    expect(await ask(search, 'zebra')).toEqual([])
    expect(await ask(search, '  ')).toEqual([])
    expect(await ask(search, 'delivery', [])).toEqual([])
  })

  test('never finds what belongs to others, by words or by vectors', async () => {
    const openai = await keep(createFakeOpenAI())
    const search = await open({
      EMBEDDING_MODEL: 'openai/m',
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'k',
    })
    await add(search, BOB, TEXTS)
    const [own] = (await add(search, ADA, ['The delivery of pianos costs 100 euros.'])).chunks
    expect(await ask(search, 'When is delivery free?')).toEqual([own?.text])
    expect(await ask(search, 'When is delivery free?', [{ ...BOB, bot: 'other' }])).toEqual([])
  })

  test('finds by vectors what shares no word with the question', async () => {
    const openai = await keep(createFakeOpenAI())
    const search = await open({
      EMBEDDING_MODEL: 'openai/m',
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'k',
    })
    await add(search, ADA, TEXTS)
    expect(await ask(search, 'zebra')).toHaveLength(3)
    await ask(search, 'zebra')
    expect(search.queryCounters).toEqual({ hits: 1, misses: 1 })
  })

  test('a misspelt word is found where vectors are', async () => {
    const search = await open()
    await add(search, ADA, TEXTS)
    const [first] = await ask(search, 'purchse')
    expect(first).toBe(backend.name === 'embedded' ? TEXTS[1] : undefined)
  })

  test('with vectors in Qdrant', async () => {
    const qdrant = await keep(createFakeQdrant())
    const search = await open({ QDRANT_URL: qdrant.url })
    const { documentId } = await add(search, ADA, TEXTS)
    expect(search.detail).toContain('Qdrant')
    expect((await ask(search, 'purchse'))[0]).toBe(TEXTS[1])
    await search.indexer.remove(documentId)
    expect(await ask(search, 'purchse')).toEqual([])
  })

  test('words alone answer while the embeddings are away, and somebody is told', async () => {
    const mlApi = await keep(createFakeMlApi())
    const search = await open({ ML_API_URL: mlApi.url, HTTP_TIMEOUT: '1' })
    await add(search, ADA, TEXTS)
    mlApi.inject({ kind: 'hang-before-headers' })
    expect((await ask(search, 'When is delivery free?'))[0]).toBe(TEXTS[0])
    expect(warnings).toHaveLength(2)
  })

  test('a reranker has the last word', async () => {
    const mlApi: FakeModelServer = await keep(createFakeMlApi())
    const search = await open({ ML_API_URL: mlApi.url })
    await add(search, ADA, TEXTS)
    const found = await search.searcher.search([ADA], 'Bern we within days', { limit: 3, signal })
    expect(found.map(({ score }) => score)).toEqual([0.75, 0.5, 0.25])
    expect(mlApi.requests.map(({ path }) => path)).toEqual(['/embed', '/embed', '/rerank'])
  })

  test('vectors of another embedder are never mixed in, until all are made anew', async () => {
    const openai = await keep(createFakeOpenAI())
    const before = await open({
      EMBEDDING_MODEL: 'openai/m',
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'k',
    })
    await add(before, ADA, TEXTS)
    const mlApi = await keep(createFakeMlApi())
    const now = await open({ ML_API_URL: mlApi.url, RERANK_MODEL: 'none' })
    await expect(add(now, ADA, ['More.'])).rejects.toMatchObject({
      code: 'embeddings_changed',
      message: expect.stringContaining('botyard reindex'),
    })
    expect((await ask(now, 'When is delivery free?'))[0]).toBe(TEXTS[0])
    expect(warnings).toHaveLength(1)
    const made: number[] = []
    await now.indexer.reindex(store.vectors, { signal, onProgress: (done) => made.push(done) })
    expect(made).toEqual([5])
    expect(await ask(now, 'zebra')).toHaveLength(3)
    expect(warnings).toHaveLength(1)
  })

  test('stored at once by several, all words are counted', async () => {
    const search = await open({ VECTOR_INDEX: 'none' })
    await Promise.all(TEXTS.map((text) => add(search, ADA, [text])))
    const [row] = await store.db.selectFrom('term_counts').selectAll().execute()
    expect(row?.counts.readUInt32LE()).toBe(TEXTS.length)
  })
})
