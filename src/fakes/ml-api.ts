import { startFakeModelServer } from './fake-model-server.ts'
import type { FakeModelOptions, FakeModelServer, FakeProvider, PlainReply } from './fake-model-server.ts'
import type { RequestBody } from './fake-reply.ts'
import { fakeVector } from './fake-vectors.ts'
import { scoreByWords } from './score-by-words.ts'

/**
 * A local twin of the `ml-api` service of guide 003: `/embed` (vectors of 1,024 numbers, at most 128 texts) and
 * `/rerank` (at most 100). Close it when done.
 *
 * @example
 * const mlApi = await createFakeMlApi()
 * // … ML_API_URL=mlApi.url …
 */
export function createFakeMlApi(options: FakeModelOptions = {}): Promise<FakeModelServer> {
  return startFakeModelServer(ML_API, options)
}

const DIMENSIONS = 1_024
const MOST_TEXTS = 128
const MOST_DOCUMENTS = 100

const ML_API: FakeProvider = {
  basePath: '',
  chatPath: '/chat',
  headers: { server: 'uvicorn' },
  keyOf: (headers) => headers.authorization?.replace(/^Bearer /, ''),
  errorBody: (status, { message }) => ({
    detail: message ?? (status === 404 ? 'Not Found' : 'Models not loaded'),
  }),
  errorEvent: '',
  callId: String,
  findProblem: () => ({ status: 404, body: { detail: 'Not Found' } }),
  answerOther: (path) =>
    path === '/health'
      ? {
          status: 200,
          body: {
            status: 'healthy',
            models: {
              embedding: { model: 'BAAI/bge-m3', device: 'cuda', precision: 'fp16', ready: true },
              reranker: { model: 'BAAI/bge-reranker-v2-m3', device: 'cuda', precision: 'fp16', ready: true },
            },
          },
        }
      : undefined,
  answerCall: (path, body) => answerEmbed(path, body) ?? answerRerank(path, body),
  toEvents: () => [],
  toWhole: () => ({}),
}

function answerEmbed(path: string, { text }: RequestBody): PlainReply | undefined {
  if (path !== '/embed') return undefined
  const texts = Array.isArray(text) ? text.map(String) : typeof text === 'string' ? [text] : []
  if (texts.length === 0 || texts.some((each) => each.trim() === ''))
    return refuse('Input text cannot be empty.')
  if (texts.length > MOST_TEXTS) return refuse(`Too many texts. Max: ${MOST_TEXTS}, got: ${texts.length}`)
  return {
    status: 200,
    body: {
      dense_vecs: texts.map((each) => fakeVector(each, DIMENSIONS)),
      sparse_vecs: texts.map(() => ({})),
      latency_ms: 1.5,
      batch_size: texts.length,
    },
  }
}

function answerRerank(
  path: string,
  { query, documents, top_k: most = 10 }: RequestBody,
): PlainReply | undefined {
  if (path !== '/rerank') return undefined
  const texts = Array.isArray(documents) ? documents.map(String) : []
  if (texts.length === 0) return refuse('Documents list cannot be empty')
  if (texts.length > MOST_DOCUMENTS) return refuse(`Maximum ${MOST_DOCUMENTS} documents per request`)
  const results = scoreByWords(String(query), texts)
    .slice(0, Number(most))
    .map(({ index, score }) => ({ index, score, document: texts[index] }))
  return { status: 200, body: { results, latency_ms: 2.5, batch_size: texts.length } }
}

function refuse(detail: string): PlainReply {
  return { status: 400, body: { detail } }
}
