import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { bearerOf, isOneOf } from '../../http/bearer.ts'
import { fromThrown } from '../../http/problem.ts'
import { TermReader } from '../search/terms.ts'
import type { Embedder, Reranker } from './embedder.ts'

export interface EmbedRouteOptions {
  readonly embedder: Embedder
  readonly reranker: Reranker
  /** Keys that callers may use; absent: nobody needs one. */
  readonly apiKeys: readonly string[] | undefined
  readonly maxBodyBytes: number
}

/** The limits of the `ml-api` service of guide 003. */
const MOST_TEXTS = 128
const MOST_DOCUMENTS = 100
/** OpenAI's limit. */
const MOST_INPUTS = 2_048

const EmbedRequest = z.object({
  text: z.union([z.string(), z.array(z.string())]),
  is_query: z.boolean().default(false),
})

const RerankRequest = z.object({
  query: z.string(),
  documents: z.array(z.string()),
  top_k: z.int().positive().default(10),
})

const EmbeddingsRequest = z.object({
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(MOST_INPUTS)]),
  model: z.string().optional(),
  encoding_format: z.enum(['float', 'base64']).default('float'),
})

/** The wire of guide 003's `ml-api` (`/embed`, `/rerank`, `/health`) and OpenAI's `/v1/embeddings`. */
export function addEmbedRoutes(server: FastifyInstance, options: EmbedRouteOptions): void {
  addHealth(server, options)
  void server.register(async (scope) => {
    scope.addHook('onRequest', async (request) => requireKey(request, options.apiKeys))
    scope.setErrorHandler(async (thrown, request, reply) => {
      const error = fromThrown(thrown, options)
      if (error.status >= 500) request.log.error({ err: error }, 'request failed')
      const { message, code, status } = error
      return reply.code(status).send({ detail: message, error: { message, type: code, param: null, code } })
    })
    addMlApiRoutes(scope, options)
    addOpenAIRoute(scope, options)
  })
}

function requireKey(request: FastifyRequest, apiKeys: readonly string[] | undefined): void {
  if (apiKeys && !isOneOf(bearerOf(request) ?? '', apiKeys)) throw new AppError('unauthorized')
}

function addHealth(server: FastifyInstance, { embedder, reranker }: EmbedRouteOptions): void {
  const part = (model: string) => ({ model, device: 'cpu', precision: 'fp32', ready: true })
  const state = {
    status: 'healthy',
    models: { embedding: part(embedder.id), reranker: part(reranker.id) },
  }
  for (const path of ['/health', '/readyz', '/livez'])
    server.get(path, { logLevel: 'warn', schema: { tags: ['health'] } }, async () => state)
}

function addMlApiRoutes(scope: FastifyInstance, { embedder, reranker }: EmbedRouteOptions): void {
  const routes = scope.withTypeProvider<ZodTypeProvider>()
  const reader = new TermReader()
  routes.post(
    '/embed',
    { schema: { tags: ['embed'], summary: 'Vectors of texts', body: EmbedRequest } },
    async (request) => {
      const began = performance.now()
      const { text, is_query: isQuery } = request.body
      const texts = [text].flat()
      if (texts.length === 0 || texts.some((each) => each.trim() === ''))
        throw invalid('Input text cannot be empty.')
      if (texts.length > MOST_TEXTS) throw invalid(`Too many texts. Max: ${MOST_TEXTS}, got: ${texts.length}`)
      const purpose = isQuery ? 'query' : 'passage'
      const vectors = await embedder.embed(texts, { purpose, signal: request.signal })
      return {
        dense_vecs: vectors.map((vector) => [...vector]),
        sparse_vecs: texts.map((each) => toSparse(reader, each)),
        ...toFacts(began, texts.length),
      }
    },
  )
  routes.post(
    '/rerank',
    { schema: { tags: ['embed'], summary: 'Texts by how well they answer', body: RerankRequest } },
    async (request) => {
      const began = performance.now()
      const { query, documents, top_k: most } = request.body
      if (documents.length === 0) throw invalid('Documents list cannot be empty')
      if (documents.length > MOST_DOCUMENTS) throw invalid(`Maximum ${MOST_DOCUMENTS} documents per request`)
      const scores = await reranker.rerank(query, documents, { signal: request.signal })
      const results = documents
        .map((document, index) => ({ index, score: scores[index] ?? 0, document }))
        .toSorted((a, b) => b.score - a.score)
        .slice(0, most)
      return { results, ...toFacts(began, documents.length) }
    },
  )
}

function addOpenAIRoute(scope: FastifyInstance, { embedder }: EmbedRouteOptions): void {
  scope
    .withTypeProvider<ZodTypeProvider>()
    .post(
      '/v1/embeddings',
      { schema: { tags: ['embed'], summary: 'Vectors as OpenAI gives them', body: EmbeddingsRequest } },
      async (request) => {
        const { input, encoding_format: format } = request.body
        const texts = [input].flat()
        const vectors = await embedder.embed(texts, { purpose: 'passage', signal: request.signal })
        const data = vectors.map((vector, index) => ({
          object: 'embedding',
          index,
          embedding:
            format === 'base64'
              ? Buffer.from(new Float32Array(vector).buffer).toString('base64')
              : [...vector],
        }))
        const tokens = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / 4)
        const usage = { prompt_tokens: tokens, total_tokens: tokens }
        return { object: 'list', data, model: embedder.id, usage }
      },
    )
}

function invalid(problem: string): AppError {
  return new AppError('invalid_request', { params: { problem } })
}

function toFacts(began: number, size: number) {
  return { latency_ms: Math.round((performance.now() - began) * 100) / 100, batch_size: size }
}

/** Words by their numbers, with what repetition still adds. */
function toSparse(reader: TermReader, text: string): Readonly<Record<string, number>> {
  const { stems } = reader.read(text)
  return Object.fromEntries([...stems].map(([stem, times]) => [stem, 1 + Math.log(times)]))
}
