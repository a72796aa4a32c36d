import { describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { CollectionKey } from '../../src/knowledge/library.ts'
import type { ChunkVector, VectorIndex } from '../../src/knowledge/search/vector-index.ts'
import type { OpenStore } from '../../src/store/open-store.ts'

/** An index with the store whose pieces it finds. */
export interface TestIndex {
  readonly store: OpenStore
  readonly index: VectorIndex
}

const signal = new AbortController().signal
const ADA = { bot: 'helper', owner: 'user:1' }
const BOB = { bot: 'helper', owner: 'user:2' }

/** A vector that points mostly along one axis. */
export function along(axis: number, aside = 0.1): Float32Array {
  const vector = Float32Array.from({ length: 8 }, (_, at) => (at === axis ? 1 : aside))
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/** Stores a ready document of empty pieces. */
export async function storeChunks(
  { db }: OpenStore,
  { bot, owner }: CollectionKey,
  texts: readonly string[],
): Promise<{ readonly documentId: string; readonly chunkIds: readonly string[] }> {
  const documentId = randomUUID()
  await db
    .insertInto('documents')
    .values({
      id: documentId,
      bot,
      owner,
      name: documentId,
      type: 'txt',
      url: null,
      sha256: documentId,
      size: 1,
      status: 'ready',
    })
    .execute()
  const { rows } = await sql<{ readonly id: string }>`
    insert into chunks (document_id, position, passage, bot, owner, heading, text)
    select ${documentId}::uuid, place, 0, ${bot}, ${owner}, '', text
    from unnest(${texts}::text[]) with ordinality as t (text, place) order by place returning id`.execute(db)
  // The version of the collection tells those who remember that something changed.
  await sql`
    insert into document_collections (bot, owner, version) values (${bot}, ${owner}, 1)
    on conflict (bot, owner) do update set version = document_collections.version + 1`.execute(db)
  return { documentId, chunkIds: rows.map(({ id }) => id) }
}

/** What every index of vectors has to do. */
export function vectorIndexContract(name: string, open: () => Promise<TestIndex>): void {
  describe(`vectors in ${name}`, () => {
    const prepare = async (): Promise<TestIndex> => {
      const opened = await open()
      await opened.store.vectors.clear()
      const way = opened.index.way
      await opened.store.vectors.prepare({ embedder: 'test', dimensions: 8, way })
      await opened.index.prepare(8)
      return opened
    }
    const put = async (
      { store, index }: TestIndex,
      key: CollectionKey,
      vectors: readonly Float32Array[],
    ): Promise<readonly ChunkVector[]> => {
      const { documentId, chunkIds } = await storeChunks(
        store,
        key,
        vectors.map(() => 'text'),
      )
      const rows = vectors.map((vector, at) => ({ ...key, documentId, vector, chunkId: chunkIds[at] ?? '' }))
      await index.add(rows, { signal })
      return rows
    }
    const find = async ({ index }: TestIndex, keys: readonly CollectionKey[], axis: number) =>
      (await index.search(keys, { vector: along(axis), limit: 9, signal })).map(({ chunkId }) => chunkId)

    test('are found nearest first, with the cosine as score', async () => {
      const opened = await prepare()
      const [first, second] = await put(opened, ADA, [along(0), along(0, 0.5), along(3), along(4)])
      const found = await opened.index.search([ADA], { vector: along(0), limit: 2, signal })
      expect(found.map(({ chunkId }) => chunkId)).toEqual([first?.chunkId, second?.chunkId])
      expect(found[0]?.score).toBeCloseTo(1, 1)
    })

    test('of others are not found, however near and however many', async () => {
      const opened = await prepare()
      const [own] = await put(opened, ADA, [along(5)])
      await put(
        opened,
        BOB,
        Array.from({ length: 300 }, () => along(0)),
      )
      await put(opened, { bot: 'other', owner: ADA.owner }, [along(0)])
      expect(await find(opened, [ADA], 0)).toEqual([own?.chunkId])
      expect(await find(opened, [], 0)).toEqual([])
      expect(await find(opened, [{ bot: 'other', owner: BOB.owner }], 0)).toEqual([])
    })

    test('of several collections are found together', async () => {
      const opened = await prepare()
      const [ada] = await put(opened, ADA, [along(1)])
      const [bob] = await put(opened, BOB, [along(1, 0.3)])
      expect(await find(opened, [ADA, BOB], 1)).toEqual([ada?.chunkId, bob?.chunkId])
    })

    test('are replaced when they come again', async () => {
      const opened = await prepare()
      const [one, two] = await put(opened, ADA, [along(1), along(2)])
      if (!one || !two) throw new Error('nothing was stored')
      await opened.index.add([{ ...one, vector: along(7) }], { signal })
      await storeChunks(opened.store, ADA, [])
      expect(await find(opened, [ADA], 7)).toEqual([one.chunkId, two.chunkId])
    })

    test('of a removed document are gone', async () => {
      const opened = await prepare()
      const [gone] = await put(opened, ADA, [along(1)])
      const [kept] = await put(opened, ADA, [along(2)])
      await opened.index.remove(gone?.documentId ?? '')
      await storeChunks(opened.store, ADA, [])
      expect(await find(opened, [ADA], 1)).toEqual([kept?.chunkId])
    })

    test('go with their pieces to another owner', async () => {
      const opened = await prepare()
      const [moved] = await put(opened, ADA, [along(1)])
      const [other] = await put(opened, { bot: 'other', owner: ADA.owner }, [along(1)])
      const [his] = await put(opened, BOB, [along(1, 0.3)])
      await find(opened, [ADA, BOB], 1)
      await opened.store.documents.adopt(ADA.owner, BOB.owner)
      await opened.index.adopt(ADA.owner, BOB.owner)
      expect(await find(opened, [ADA], 1)).toEqual([])
      expect(await find(opened, [BOB], 1)).toEqual([moved?.chunkId, his?.chunkId])
      expect(await find(opened, [{ bot: 'other', owner: BOB.owner }], 1)).toEqual([other?.chunkId])
    })

    test('of another dimension are refused', async () => {
      const opened = await prepare()
      const { documentId, chunkIds } = await storeChunks(opened.store, ADA, ['text'])
      const wrong = { ...ADA, documentId, chunkId: chunkIds[0] ?? '', vector: Float32Array.of(1, 0) }
      const added = opened.index.way === 'bytes' ? undefined : opened.index.add([wrong], { signal })
      if (added) await expect(added).rejects.toThrow()
      const space = { embedder: 'test', dimensions: 2, way: opened.index.way }
      expect(await opened.store.vectors.prepare(space)).toMatchObject({ dimensions: 8 })
    })

    test('stored and searched at once all arrive', async () => {
      const opened = await prepare()
      await Promise.all(
        Array.from({ length: 8 }, async (_, axis) => {
          await put(opened, { bot: 'many', owner: `user:${axis}` }, [along(axis), along((axis + 1) % 8)])
          await find(opened, [{ bot: 'many', owner: `user:${axis}` }], axis)
        }),
      )
      for (let axis = 0; axis < 8; axis++)
        expect(await find(opened, [{ bot: 'many', owner: `user:${axis}` }], axis)).toHaveLength(2)
    })
  })
}
