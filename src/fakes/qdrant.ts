import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFaultQueue, type Countable } from './fault-queue.ts'
import { readBody, startLocalServer } from './local-server.ts'
import { matches, type QdrantFilter } from './qdrant-filter.ts'

export interface FakeQdrantOptions {
  /** When set, any other `api-key` is refused. Default: none is needed. */
  readonly apiKey?: string
  /** Default: a free one. */
  readonly port?: number
}

export interface FakeQdrant {
  /** What a client is given as `url`. */
  readonly url: string
  /** Every request so far, oldest first. */
  readonly requests: readonly QdrantRequest[]
  /** Answers this status from the next request on, `failTimes` times; undefined: all is well again. */
  inject(fault: QdrantFault | undefined): void
  close(): Promise<void>
}

export interface QdrantFault extends Countable {
  readonly status: number
}

export interface QdrantRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

interface Collection {
  readonly size: number
  readonly distance: string
  readonly points: Map<string, Point>
  readonly indexes: Map<string, unknown>
}

interface Point {
  readonly id: number | string
  readonly vector: readonly number[]
  readonly payload?: Readonly<Record<string, unknown>>
}

interface Reply {
  readonly status: number
  /** The result, or why not. */
  readonly result?: unknown
  readonly error?: string
}

/**
 * A local twin of the part of Qdrant's HTTP API that a search in documents needs: collections, payload indexes, points
 * and queries with filters, compared by their inner product, as `@qdrant/js-client-rest` 1.19 speaks it. It scans all
 * points and keeps nothing on disk. Close it when done.
 */
export async function createFakeQdrant({ apiKey, port }: FakeQdrantOptions = {}): Promise<FakeQdrant> {
  const requests: QdrantRequest[] = []
  const faults = createFaultQueue<QdrantFault>()
  const collections = new Map<string, Collection>()
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = (await readBody(request)).toString()
    const { method = '', url = '' } = request
    const path = url.split('?')[0] ?? ''
    const body: unknown = text === '' ? {} : JSON.parse(text)
    requests.push({ method, path, body })
    const fault = faults.take()
    if (fault) return send(response, { status: fault.status, error: 'Service internal error' })
    if (apiKey !== undefined && request.headers['api-key'] !== apiKey)
      return void response.writeHead(401).end('Must provide an API key or an Authorization bearer token')
    send(response, answer(collections, { method, path, body }))
  }
  const server = await startLocalServer(handle, port)
  return { url: server.url, requests, inject: (fault) => faults.inject(fault), close: () => server.close() }
}

function send(response: ServerResponse, { status, result = null, error }: Reply): void {
  const body = { result, status: error === undefined ? 'ok' : { error }, time: 0.000_1 }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const DONE: Reply = { status: 200, result: { operation_id: 1, status: 'completed' } }

function answer(collections: Map<string, Collection>, { method, path, body }: QdrantRequest): Reply {
  const [, , encoded = '', ...rest] = path.split('/')
  const name = decodeURIComponent(encoded)
  const route = `${method} ${rest.join('/')}`
  const found = collections.get(name)
  if (!path.startsWith('/collections/')) return { status: 404, error: 'Not found' }
  if (route === 'GET exists') return { status: 200, result: { exists: found !== undefined } }
  if (route === 'PUT ') return create(collections, name, body)
  if (!found) return { status: 404, error: `Not found: Collection \`${name}\` doesn't exist!` }
  if (route === 'GET ') return { status: 200, result: describe(found) }
  if (route === 'DELETE ') return { status: 200, result: collections.delete(name) }
  return ROUTES[route]?.(found, body) ?? { status: 404, error: 'Not found' }
}

const ROUTES: Readonly<Record<string, (collection: Collection, body: unknown) => Reply>> = {
  'PUT index': (collection, body) => {
    const { field_name: field, field_schema: schema } = body as { field_name: string; field_schema: unknown }
    collection.indexes.set(field, schema)
    return DONE
  },
  'PUT points': (collection, body) => {
    const { points } = body as { readonly points: readonly Point[] }
    const wrong = points.find(({ vector }) => vector.length !== collection.size)
    if (wrong)
      return {
        status: 400,
        error: `Wrong input: Vector dimension error: expected dim: ${collection.size}, got ${wrong.vector.length}`,
      }
    for (const point of points) collection.points.set(String(point.id), point)
    return DONE
  },
  'POST points/delete': (collection, body) => {
    const { filter, points } = body as { filter?: QdrantFilter; points?: readonly (number | string)[] }
    for (const [id, point] of collection.points)
      if (points?.map(String).includes(id) || (filter && matches(filter, point.payload)))
        collection.points.delete(id)
    return DONE
  },
  'POST points/payload': (collection, body) => {
    const { filter, payload } = body as { readonly filter: QdrantFilter; readonly payload: Point['payload'] }
    for (const [id, point] of collection.points)
      if (matches(filter, point.payload))
        collection.points.set(id, { ...point, payload: { ...point.payload, ...payload } })
    return DONE
  },
  'POST points/query': (collection, body) => {
    const {
      query,
      filter = {},
      limit = 10,
    } = body as {
      readonly query: readonly number[]
      readonly filter?: QdrantFilter
      readonly limit?: number
    }
    if (query.length !== collection.size)
      return {
        status: 400,
        error: `Wrong input: Vector dimension error: expected dim: ${collection.size}, got ${query.length}`,
      }
    const points = [...collection.points.values()]
      .filter(({ payload }) => matches(filter, payload))
      .map(({ id, vector }) => ({ id, version: 0, score: product(vector, query) }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit)
    return { status: 200, result: { points } }
  },
}

function create(collections: Map<string, Collection>, name: string, body: unknown): Reply {
  if (collections.has(name))
    return { status: 409, error: `Wrong input: Collection \`${name}\` already exists!` }
  const { vectors } = body as { readonly vectors: { readonly size: number; readonly distance: string } }
  collections.set(name, { ...vectors, points: new Map(), indexes: new Map() })
  return { status: 200, result: true }
}

function describe({ size, distance, points, indexes }: Collection): object {
  return {
    status: 'green',
    optimizer_status: 'ok',
    points_count: points.size,
    segments_count: 1,
    config: { params: { vectors: { size, distance }, shard_number: 1, replication_factor: 1 } },
    payload_schema: Object.fromEntries([...indexes].map(([field, params]) => [field, { params }])),
  }
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}
