import OpenAI from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { createFakeCohere } from '../../fakes/cohere.ts'
import type { FakeModelOptions, FakeModelServer } from '../../fakes/fake-model-server.ts'
import { readBody, startLocalServer } from '../../fakes/local-server.ts'
import { createFakeMlApi } from '../../fakes/ml-api.ts'
import { createFakeOpenAI } from '../../fakes/openai.ts'
import { createCohereEmbedder } from './cohere-embedder.ts'
import type { Embedder, Reranker } from './embedder.ts'
import { createHashEmbedder } from './hash-embedder.ts'
import type { HttpServerOptions } from './http-embedder.ts'
import { createCohereReranker, createMlApiReranker } from './http-reranker.ts'
import { createMlApiEmbedder } from './ml-api-embedder.ts'
import { createOpenAIEmbedder } from './openai-embedder.ts'
import { rememberQueries } from './remembering-embedder.ts'

interface Provider {
  readonly name: string
  readonly start: (options?: FakeModelOptions) => Promise<FakeModelServer>
  readonly embedder: (options: HttpServerOptions) => Embedder
  readonly mostTexts: number
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'OpenAI',
    start: createFakeOpenAI,
    embedder: (options) => createOpenAIEmbedder({ model: 'm', ...options }),
    mostTexts: 256,
  },
  {
    name: 'Cohere',
    start: createFakeCohere,
    embedder: (options) => createCohereEmbedder({ model: 'm', ...options }),
    mostTexts: 96,
  },
  { name: 'ml-api', start: createFakeMlApi, embedder: createMlApiEmbedder, mostTexts: 128 },
]

const signal = new AbortController().signal
const PASSAGE = { purpose: 'passage', signal } as const
const QUERY = { purpose: 'query', signal } as const
const TEXTS = Array.from({ length: 300 }, (_, place) => `text number ${place}`)

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function keep<Server extends { close(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting
  open.push(server)
  return server
}

function nearest(to: Float32Array | undefined, vectors: readonly Float32Array[]): number {
  const scores = vectors.map((vector) => vector.reduce((sum, value, at) => sum + value * (to?.[at] ?? 0), 0))
  return scores.indexOf(Math.max(...scores))
}

describe.each(PROVIDERS)('embeddings by $name', ({ start, embedder, mostTexts }) => {
  test('come in the order of the texts, of length 1, in as few calls as the server allows', async () => {
    const server = await keep(start())
    const own = embedder({ baseUrl: server.url })
    const vectors = await own.embed(TEXTS, PASSAGE)
    const [asked] = await own.embed(['text number 217'], QUERY)
    expect(nearest(asked, vectors)).toBe(217)
    expect(Math.hypot(...(vectors[3] ?? []))).toBeCloseTo(1, 5)
    expect(server.requests).toHaveLength(Math.ceil(TEXTS.length / mostTexts) + 1)
  })

  test('are asked for again after a failure that may pass', async () => {
    const server = await keep(start({ fault: { kind: 'status', status: 503, failTimes: 1 } }))
    expect(await embedder({ baseUrl: server.url }).embed(['a'], PASSAGE)).toHaveLength(1)
    expect(server.requests).toHaveLength(2)
  })

  test('are not asked for again when the key is wrong, and the key is not told', async () => {
    const server = await keep(start({ apiKey: 'the-right-key' }))
    const failed = embedder({ baseUrl: server.url, apiKey: 'sk-a-wrong-secret-key' }).embed(['a'], PASSAGE)
    const error = await failed.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'embeddings_rejected' })
    expect(String((error as Error).cause)).not.toContain('a-wrong-secret-key')
    expect(server.requests).toHaveLength(1)
  })

  test('fail after the time limit, and at once when nobody waits any more', async () => {
    const server = await keep(start({ fault: { kind: 'hang-before-headers' } }))
    const own = embedder({ baseUrl: server.url, timeoutMs: 50 })
    await expect(own.embed(['a'], PASSAGE)).rejects.toMatchObject({ code: 'embeddings_unavailable' })
    const left = new AbortController()
    const waiting = embedder({ baseUrl: server.url }).embed(['a'], { ...PASSAGE, signal: left.signal })
    left.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
  })
})

/** Answers every call for embeddings by the function. */
async function serve(answer: (texts: readonly string[]) => { status: number; body: object }) {
  const calls: number[] = []
  const server = await keep(
    startLocalServer(async (request, response) => {
      const { input } = JSON.parse((await readBody(request)).toString()) as { input: readonly string[] }
      calls.push(input.length)
      const { status, body } = answer(input)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }),
  )
  return { calls, embedder: createOpenAIEmbedder({ model: 'm', baseUrl: server.url }) }
}

test('a server that takes fewer texts is asked in smaller parts, then and later', async () => {
  const { calls, embedder } = await serve((texts) =>
    texts.length > 32
      ? { status: 413, body: { error: `batch size ${texts.length} > maximum allowed batch size 32` } }
      : { status: 200, body: { data: texts.map((text, index) => ({ index, embedding: [text.length, 1] })) } },
  )
  expect(await embedder.embed(TEXTS.slice(0, 64), PASSAGE)).toHaveLength(64)
  expect(calls).toEqual([64, 32, 32])
  await embedder.embed(TEXTS.slice(0, 64), PASSAGE)
  expect(calls.slice(3)).toEqual([32, 32])
})

test.each([
  ['of another dimension than before', [1, 2, 3]],
  ['with something that is no number', [1, null]],
  ['that is missing', undefined],
])('a vector %s is refused', async (_, embedding) => {
  let first = true
  const { embedder } = await serve(() => {
    const data = [{ index: 0, embedding: first ? [1, 2] : embedding }]
    first = false
    return { status: 200, body: { data } }
  })
  await embedder.embed(['a'], PASSAGE)
  await expect(embedder.embed(['b'], PASSAGE)).rejects.toMatchObject({ code: 'embeddings_rejected' })
})

test('the official client reads embeddings of the fake, in base64 and as numbers', async () => {
  const server = await keep(createFakeOpenAI())
  const client = new OpenAI({ apiKey: 'any', baseURL: server.url })
  const ask = { model: 'text-embedding-3-small', input: ['one', 'two'] }
  const coded = await client.embeddings.create(ask)
  const plain = await client.embeddings.create({ ...ask, encoding_format: 'float' })
  expect(server.requests[0]?.body['encoding_format']).toBe('base64')
  expect(coded.data[1]?.embedding).toEqual(plain.data[1]?.embedding)
  expect(coded.data[1]?.embedding).toHaveLength(64)
})

test.each<[string, () => Promise<FakeModelServer>, (options: HttpServerOptions) => Reranker]>([
  ['ml-api', createFakeMlApi, createMlApiReranker],
  ['Cohere', createFakeCohere, (options) => createCohereReranker({ model: 'rerank-v3.5', ...options })],
])('%s scores each text in its place', async (_, start, create) => {
  const server = await keep(start())
  const reranker = create({ baseUrl: server.url })
  const scores = await reranker.rerank('free delivery', ['returns', 'delivery is free', 'delivery'], {
    signal,
  })
  expect(scores).toEqual([0, 1, 0.5])
  expect(await reranker.rerank('anything', [], { signal })).toEqual([])
})

test('a question asked again costs no call', async () => {
  const server = await keep(createFakeOpenAI())
  const embedder = rememberQueries(createOpenAIEmbedder({ model: 'm', baseUrl: server.url }), 1)
  const ask = (text: string) => embedder.embed([text], QUERY)
  const [first] = await ask('one')
  expect((await ask(' one '))[0]).toBe(first)
  await ask('two')
  await ask('one')
  expect(embedder.counters).toEqual({ hits: 1, misses: 3 })
  expect(server.requests).toHaveLength(3)
})

test.each([
  ['a typing error', 'When is delivrey free?', 'Delivery is free from 50 euros.'],
  ['another form', 'бесплатная доставка', 'От 50 евро мы доставляем бесплатно.'],
])('hashed vectors find %s', async (_, question, answer) => {
  const embedder = createHashEmbedder()
  const others = ['Our shop opens at nine.', 'Parcels can be returned.', 'Магазин открыт с девяти.']
  const [asked] = await embedder.embed([question], QUERY)
  expect(nearest(asked, await embedder.embed([...others, answer], PASSAGE))).toBe(3)
})
