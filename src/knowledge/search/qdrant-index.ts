import type { QdrantClient } from '@qdrant/js-client-rest'
import { AppError } from '../../errors.ts'
import type { CollectionKey } from '../library.ts'
import type { ChunkVector, VectorIndex } from './vector-index.ts'

export interface QdrantOptions {
  readonly url: string
  readonly apiKey?: string
  /** The collection in Qdrant. Default `botyard_chunks`. */
  readonly collection?: string
  /** For one call, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

/** Points that one call stores. */
const POINTS_AT_ONCE = 256

/** What we use of the official client. */
type Client = Pick<
  QdrantClient,
  | 'collectionExists'
  | 'createCollection'
  | 'createPayloadIndex'
  | 'deleteCollection'
  | 'getCollection'
  | 'query'
  | 'upsert'
  | 'delete'
  | 'setPayload'
>

/** Vectors in Qdrant, one point for a piece, its bot and owner in the payload and in every query. */
export function createQdrantIndex(options: QdrantOptions): VectorIndex {
  return new QdrantIndex(options)
}

class QdrantIndex implements VectorIndex {
  readonly place: string
  readonly way = 'qdrant'
  readonly scans = false
  readonly #options: QdrantOptions
  readonly #name: string
  #client: Promise<Client> | undefined
  #prepared: Promise<void> | undefined

  constructor(options: QdrantOptions) {
    this.#options = options
    this.#name = options.collection ?? 'botyard_chunks'
    this.place = `Qdrant at ${new URL(options.url).origin}`
  }

  prepare(dimensions: number): Promise<void> {
    this.#prepared ??= this.#call((client) => this.#create(client, dimensions)).catch((error: unknown) => {
      this.#prepared = undefined
      throw error
    })
    return this.#prepared
  }

  async add(vectors: readonly ChunkVector[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    for (let from = 0; from < vectors.length; from += POINTS_AT_ONCE) {
      signal.throwIfAborted()
      const points = vectors.slice(from, from + POINTS_AT_ONCE).map(toPoint)
      await this.#call((client) => client.upsert(this.#name, { wait: true, points }))
    }
  }

  async search(
    keys: readonly CollectionKey[],
    { vector, limit, signal }: Parameters<VectorIndex['search']>[1],
  ): ReturnType<VectorIndex['search']> {
    if (keys.length === 0) return []
    signal.throwIfAborted()
    const filter = { should: keys.map(toFilter) }
    const { points } = await this.#call((client) =>
      client.query(this.#name, { query: [...vector], filter, limit, with_payload: false }),
    )
    return points.map(({ id, score }) => ({ chunkId: String(id), score }))
  }

  async remove(documentId: string): Promise<void> {
    const filter = { must: [{ key: 'document', match: { value: documentId } }] }
    await this.#call((client) => client.delete(this.#name, { wait: true, filter }))
  }

  async adopt(from: string, to: string): Promise<void> {
    const filter = { must: [{ key: 'owner', match: { value: from } }] }
    await this.#call(async (client) => {
      if (!(await client.collectionExists(this.#name)).exists) return
      await client.setPayload(this.#name, { wait: true, payload: { owner: to }, filter })
    })
  }

  async clear(): Promise<void> {
    this.#prepared = undefined
    await this.#call((client) => client.deleteCollection(this.#name))
  }

  async #create(client: Client, dimensions: number): Promise<void> {
    const { exists } = await client.collectionExists(this.#name)
    if (exists) return this.#requireDimensions(client, dimensions)
    await client.createCollection(this.#name, { vectors: { size: dimensions, distance: 'Dot' } })
    const tenant = { type: 'keyword', is_tenant: true } as const
    await client.createPayloadIndex(this.#name, { wait: true, field_name: 'owner', field_schema: tenant })
    for (const field_name of ['bot', 'document'])
      await client.createPayloadIndex(this.#name, { wait: true, field_name, field_schema: 'keyword' })
  }

  async #requireDimensions(client: Client, dimensions: number): Promise<void> {
    const { vectors } = (await client.getCollection(this.#name)).config.params
    const size = typeof vectors?.size === 'number' ? vectors.size : 0
    if (size === dimensions) return
    const stored = `vectors of ${size} numbers in the collection ${this.#name} of Qdrant`
    throw new AppError('embeddings_changed', { params: { stored, wanted: `${dimensions} numbers` } })
  }

  /** A collection that does not exist yet holds nothing. */
  async #call<Result>(ask: (client: Client) => Promise<Result>): Promise<Result> {
    try {
      return await ask(await this.#open())
    } catch (thrown) {
      throw thrown instanceof AppError ? thrown : new AppError('vectors_unavailable', { cause: thrown })
    }
  }

  async #open(): Promise<Client> {
    this.#client ??= import('@qdrant/js-client-rest').then(({ QdrantClient: Official }) => {
      const { url, apiKey, timeoutMs = 10_000 } = this.#options
      return new Official({
        url,
        timeout: timeoutMs,
        checkCompatibility: false,
        // Its own option for the key writes a warning to the console when the address is not https.
        ...(apiKey && { headers: { 'api-key': apiKey } }),
      })
    })
    return this.#client
  }
}

function toFilter({ bot, owner }: CollectionKey) {
  return {
    must: [
      { key: 'bot', match: { value: bot } },
      { key: 'owner', match: { value: owner } },
    ],
  }
}

function toPoint({ chunkId, documentId, bot, owner, vector }: ChunkVector) {
  return { id: Number(chunkId), vector: [...vector], payload: { bot, owner, document: documentId } }
}
