import { setImmediate as pause } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { StoredVector, VectorStore } from '../../store/store.ts'
import { fromVectorBytes } from '../../store/store.ts'
import type { CollectionKey, FoundChunk } from '../library.ts'
import type { VectorIndex, VectorQuery } from './vector-index.ts'

/** The vectors of one collection, as they were when it had this version. */
interface Matrix {
  readonly version: number
  readonly rows: readonly StoredVector[]
}

interface MemoryIndexOptions {
  readonly store: VectorStore
  /** Changes with what is in a collection. */
  readonly versionOf: (key: CollectionKey) => Promise<number>
}

/** Kept in memory at most, in bytes; collections not asked for longest go first. */
const MAX_BYTES = 256 * 1024 * 1024
const READ_AT_ONCE = 1_000
/** Compared before others get their turn; about two milliseconds. */
const COMPARED_AT_ONCE = 2_000

/**
 * For PostgreSQL without pgvector: vectors lie in the database as bytes, and each process reads a collection when it is
 * asked about it, and again after a change. Right for some ten thousand pieces in a collection.
 */
export function createMemoryIndex({ store, versionOf }: MemoryIndexOptions): VectorIndex {
  const matrices = new LRUCache<string, Matrix>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ rows }) => 64 + rows.reduce((bytes, row) => bytes + row.bytes.byteLength + 64, 0),
  })
  const matrixOf = async (key: CollectionKey): Promise<Matrix> => {
    const name = JSON.stringify([key.bot, key.owner])
    const version = await versionOf(key)
    const kept = matrices.get(name)
    if (kept?.version === version) return kept
    const matrix = { version, rows: await readAll(store, key) }
    matrices.set(name, matrix)
    return matrix
  }
  return {
    place: 'memory of this process, as the server has no pgvector',
    way: 'bytes',
    scans: true,
    prepare: async () => undefined,
    add: (vectors) => store.add(vectors, 'bytes'),
    search: async (keys, query) => {
      const found: FoundChunk[] = []
      for (const key of keys) found.push(...(await nearest((await matrixOf(key)).rows, query)))
      return found.toSorted((a, b) => b.score - a.score).slice(0, query.limit)
    },
    remove: (documentId) => store.remove(documentId),
    adopt: async () => undefined,
    clear: async () => matrices.clear(),
  }
}

async function readAll(store: VectorStore, key: CollectionKey): Promise<readonly StoredVector[]> {
  const rows: StoredVector[] = []
  for (;;) {
    const after = rows.at(-1)?.chunkId ?? '0'
    const part = await store.read(key, { after, limit: READ_AT_ONCE })
    rows.push(...part)
    if (part.length < READ_AT_ONCE) return rows
  }
}

async function nearest(
  rows: readonly StoredVector[],
  { vector, limit, signal }: VectorQuery,
): Promise<readonly FoundChunk[]> {
  let best: FoundChunk[] = []
  for (let from = 0; from < rows.length; from += COMPARED_AT_ONCE) {
    if (from > 0) await pause(undefined, { signal })
    const part = rows.slice(from, from + COMPARED_AT_ONCE)
    const scored = part.map((row) => ({ chunkId: row.chunkId, score: compare(row, vector) }))
    best = [...best, ...scored].toSorted((a, b) => b.score - a.score).slice(0, limit)
  }
  return best
}

function compare({ bytes }: StoredVector, vector: Float32Array): number {
  const { scale, numbers } = fromVectorBytes(bytes)
  let sum = 0
  for (let at = 0; at < numbers.length; at++) sum += (numbers[at] ?? 0) * (vector[at] ?? 0)
  return sum * scale
}
