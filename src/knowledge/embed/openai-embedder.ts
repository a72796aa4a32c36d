import type { Embedder } from './embedder.ts'
import { createHttpEmbedder, type HttpServerOptions } from './http-embedder.ts'
import { toNumbers } from './read-vectors.ts'

export interface OpenAIEmbedderOptions extends HttpServerOptions {
  /** Such as `text-embedding-3-small`. */
  readonly model: string
}

/** OpenAI allows 2,048 texts and 300,000 tokens a call; 256 chunks are about 100,000. */
const MOST_TEXTS = 256

/**
 * Embeddings by OpenAI or a server of the same API: TEI, Ollama, vLLM, another Botyard. Vectors come as base64
 * (little-endian float32) where the server knows that, and as numbers where it does not.
 */
export function createOpenAIEmbedder({ model, ...options }: OpenAIEmbedderOptions): Embedder {
  const protocol = {
    path: '/embeddings',
    mostTexts: MOST_TEXTS,
    toBody: (input: readonly string[]) => ({ model, input, encoding_format: 'base64' }),
    toVectors: (reply: unknown) => {
      const { data = [] } = reply as { readonly data?: readonly EmbeddingRow[] }
      return data
        .toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0))
        .map(({ embedding }) => toNumbers(embedding))
    },
  }
  return createHttpEmbedder(`openai/${model}`, protocol, options)
}

interface EmbeddingRow {
  readonly index?: number
  readonly embedding?: unknown
}
