import { AppError } from '../../errors.ts'
import type { Reranker } from './embedder.ts'
import { toServer, type HttpServerOptions } from './http-embedder.ts'
import { postJson, RefusedCall } from './post-json.ts'

/** How a server of rerankings is spoken to. */
interface RerankProtocol {
  readonly path: string
  readonly mostTexts: number
  readonly toBody: (query: string, texts: readonly string[]) => object
}

interface Ranked {
  readonly index: number
  readonly score?: number
  readonly relevance_score?: number
}

/** Reranking by the `ml-api` service of guide 003, which takes 100 texts a call. */
export function createMlApiReranker(options: HttpServerOptions): Reranker {
  return createHttpReranker(
    'ml-api',
    {
      path: '/rerank',
      mostTexts: 100,
      toBody: (query, documents) => ({ query, documents, top_k: documents.length }),
    },
    options,
  )
}

/** Reranking by Cohere's API v2; `model` such as `rerank-v3.5`. */
export function createCohereReranker({
  model,
  ...options
}: HttpServerOptions & { readonly model: string }): Reranker {
  return createHttpReranker(
    `cohere/${model}`,
    {
      path: '/v2/rerank',
      mostTexts: 1_000,
      toBody: (query, documents) => ({ model, query, documents, top_n: documents.length }),
    },
    options,
  )
}

function createHttpReranker(id: string, protocol: RerankProtocol, options: HttpServerOptions): Reranker {
  const server = toServer(options)
  return {
    id,
    rerank: async (query, texts, { signal }) => {
      const asked = texts.slice(0, protocol.mostTexts)
      if (asked.length === 0) return []
      const scores = texts.map(() => -Infinity)
      const body = protocol.toBody(query, asked)
      for (const { index, ...row } of await call(server, { path: protocol.path, body, signal }))
        if (index in scores) scores[index] = row.score ?? row.relevance_score ?? -Infinity
      return scores
    },
  }
}

async function call(...args: Parameters<typeof postJson>): Promise<readonly Ranked[]> {
  try {
    const { results } = (await postJson(...args)) as { readonly results?: readonly Ranked[] }
    if (Array.isArray(results)) return results
    throw new RefusedCall(200, 'the reply has no results')
  } catch (thrown) {
    throw thrown instanceof RefusedCall ? new AppError('embeddings_rejected', { cause: thrown }) : thrown
  }
}
