import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { along, vectorIndexContract } from '../../../test/contracts/vector-index-contract.ts'
import { backends } from '../../../test/test-store.ts'
import { createFakeQdrant, type FakeQdrant } from '../../fakes/qdrant.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { createVectors } from '../../store/vectors.ts'
import { createDatabaseIndex } from './database-index.ts'
import { createMemoryIndex } from './memory-index.ts'
import { createQdrantIndex } from './qdrant-index.ts'

const signal = new AbortController().signal
const KEY = { bot: 'helper', owner: 'user:1' }

for (const backend of backends()) {
  describe(`on ${backend.name}`, () => {
    let store: OpenStore
    let qdrant: FakeQdrant
    let hasVectors: boolean
    beforeAll(async () => {
      store = await backend.open()
      qdrant = await createFakeQdrant({ apiKey: 'the-key' })
      hasVectors = await store.vectors.hasVectorType()
    })
    afterEach(async () => {
      await store.db.deleteFrom('documents').execute()
    })
    afterAll(async () => {
      await store.close()
      await qdrant.close()
    })

    vectorIndexContract('memory', async () => ({
      store,
      index: createMemoryIndex({
        store: store.vectors,
        versionOf: async (key) => (await store.documents.stats(key)).version,
      }),
    }))

    let collections = 0
    vectorIndexContract('Qdrant', async () => ({
      store,
      index: createQdrantIndex({
        url: qdrant.url,
        apiKey: 'the-key',
        collection: `chunks_${backend.name}_${collections++}`,
      }),
    }))

    // A server without pgvector has nothing to run it on.
    if (backend.name === 'embedded') {
      vectorIndexContract('pgvector', async () => ({ store, index: createDatabaseIndex(store.vectors) }))
      vectorIndexContract('pgvector with its index, as servers have it', async () => {
        const vectors = createVectors(store.db, { indexed: true })
        return { store: { ...store, vectors }, index: createDatabaseIndex(vectors) }
      })
    }

    test('the embedded database has pgvector', () => {
      if (backend.name === 'embedded') expect(hasVectors).toBe(true)
    })
  })
}

test('Qdrant that is away, or refuses the key, is told as such, and found again', async () => {
  const qdrant = await createFakeQdrant()
  try {
    const index = createQdrantIndex({ url: qdrant.url })
    qdrant.inject({ status: 500, failTimes: 1 })
    await expect(index.prepare(8)).rejects.toMatchObject({ code: 'vectors_unavailable' })
    await index.prepare(8)
    await index.add([{ ...KEY, chunkId: '1', documentId: 'd', vector: along(0) }], { signal })
    expect(await index.search([KEY], { vector: along(0), limit: 5, signal })).toHaveLength(1)
    const other = createQdrantIndex({ url: qdrant.url })
    await expect(other.prepare(9)).rejects.toMatchObject({ code: 'embeddings_changed' })
  } finally {
    await qdrant.close()
  }
})

test('every query to Qdrant names bot and owner', async () => {
  const qdrant = await createFakeQdrant()
  try {
    const index = createQdrantIndex({ url: qdrant.url })
    await index.prepare(8)
    await index.search([KEY], { vector: along(0), limit: 5, signal })
    expect(qdrant.requests.at(-1)?.body).toMatchObject({
      filter: {
        should: [
          {
            must: [
              { key: 'bot', match: { value: 'helper' } },
              { key: 'owner', match: { value: 'user:1' } },
            ],
          },
        ],
      },
    })
  } finally {
    await qdrant.close()
  }
})
