import OpenAI from 'openai'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbedServer } from '../../app/create-embed-server.ts'
import { loadConfig } from '../../config.ts'
import { createLog } from '../../observe/log.ts'
import { createMlApiReranker } from './http-reranker.ts'
import { createMlApiEmbedder } from './ml-api-embedder.ts'
import { createOpenAIEmbedder } from './openai-embedder.ts'

const KEY = 'a-key-for-the-embeddings'
const signal = new AbortController().signal
let url: string
let close: () => Promise<unknown>

beforeEach(async () => {
  const config = loadConfig({ NODE_ENV: 'test', API_KEYS: KEY })
  const log = createLog({ level: 'silent', pretty: false, secrets: [] })
  const { server } = await createEmbedServer(config, log)
  await server.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  close = () => server.close()
})
afterEach(() => close())

function post(path: string, body: object, key = KEY): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
}

test('says what it serves with, to anybody', async () => {
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({
    status: 'healthy',
    models: { embedding: { model: 'hash/1', ready: true }, reranker: { ready: true } },
  })
})

test('speaks the wire of ml-api', async () => {
  const embedded = (await (await post('/embed', { text: ['one', 'two words'] })).json()) as {
    dense_vecs: number[][]
  }
  expect(embedded).toMatchObject({ batch_size: 2, latency_ms: expect.any(Number), sparse_vecs: [{}, {}] })
  expect(embedded.dense_vecs[1]).toHaveLength(384)
  const documents = ['Our shop opens at nine.', 'Delivery is free.', 'Nothing']
  const ranked = await (await post('/rerank', { query: 'free delivery', documents, top_k: 1 })).json()
  expect(ranked).toMatchObject({ results: [{ index: 1, document: documents[1] }], batch_size: 3 })
})

test.each([
  ['/embed', { text: [] }, 'Input text cannot be empty.'],
  ['/embed', { text: Array(129).fill('a') }, 'Too many texts. Max: 128, got: 129'],
  ['/rerank', { query: 'q', documents: [] }, 'Documents list cannot be empty'],
  ['/rerank', { query: 'q', documents: Array(101).fill('a') }, 'Maximum 100 documents per request'],
])('%s refuses %o', async (path, body, detail) => {
  const reply = await post(path, body)
  expect(reply.status).toBe(400)
  expect(await reply.json()).toMatchObject({ detail: expect.stringContaining(detail) })
})

test('is open to its keys alone', async () => {
  expect((await post('/embed', { text: 'a' }, 'another-key')).status).toBe(401)
})

test('gives the official client of OpenAI what /embed gives, as numbers and in base64', async () => {
  const client = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1` })
  const coded = await client.embeddings.create({ model: 'any', input: ['some words'] })
  const plain = await client.embeddings.create({
    model: 'any',
    input: 'some words',
    encoding_format: 'float',
  })
  expect(coded.data[0]?.embedding).toEqual(plain.data[0]?.embedding)
  expect(coded.data[0]?.embedding).toHaveLength(384)
})

test('serves the embedders and the reranker of another Botyard', async () => {
  const texts = ['Our shop opens at nine.', 'Delivery is free.']
  const options = { purpose: 'passage', signal } as const
  const [one, two] = await Promise.all([
    createMlApiEmbedder({ baseUrl: url, apiKey: KEY }).embed(texts, options),
    createOpenAIEmbedder({ model: 'hash', baseUrl: `${url}/v1`, apiKey: KEY }).embed(texts, options),
  ])
  expect(one[1]?.[7]).toBeCloseTo(two[1]?.[7] ?? 1, 5)
  const scores = await createMlApiReranker({ baseUrl: url, apiKey: KEY }).rerank('delivery', texts, {
    signal,
  })
  expect(scores[1]).toBeGreaterThan(scores[0] ?? 9)
})
