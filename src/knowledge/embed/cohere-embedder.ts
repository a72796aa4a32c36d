import type { Embedder } from './embedder.ts'
import { createHttpEmbedder, type HttpServerOptions } from './http-embedder.ts'
import { toVectorList } from './read-vectors.ts'

export interface CohereEmbedderOptions extends HttpServerOptions {
  /** Such as `embed-v4.0`. */
  readonly model: string
}

/** Cohere's limit of texts a call. */
const MOST_TEXTS = 96

/** Embeddings by Cohere's API v2. */
export function createCohereEmbedder({ model, ...options }: CohereEmbedderOptions): Embedder {
  const protocol = {
    path: '/v2/embed',
    mostTexts: MOST_TEXTS,
    toBody: (texts: readonly string[], purpose: 'passage' | 'query') => ({
      model,
      texts,
      input_type: purpose === 'query' ? 'search_query' : 'search_document',
      embedding_types: ['float'],
    }),
    toVectors: (reply: unknown) =>
      toVectorList((reply as { readonly embeddings?: { readonly float?: unknown } }).embeddings?.float),
  }
  return createHttpEmbedder(`cohere/${model}`, protocol, options)
}
