import type { Embedder } from './embedder.ts'
import { createHttpEmbedder, type HttpServerOptions } from './http-embedder.ts'
import { toVectorList } from './read-vectors.ts'

/** The limit of texts a call that the service of guide 003 keeps. */
const MOST_TEXTS = 128

/** Embeddings by the `ml-api` service of guide 003, or by `botyard serve --role embed`. */
export function createMlApiEmbedder(options: HttpServerOptions): Embedder {
  const protocol = {
    path: '/embed',
    mostTexts: MOST_TEXTS,
    toBody: (text: readonly string[], purpose: 'passage' | 'query') => ({
      text,
      is_query: purpose === 'query',
    }),
    toVectors: (reply: unknown) =>
      toVectorList((reply as { readonly dense_vecs?: unknown } | null)?.dense_vecs),
  }
  return createHttpEmbedder('ml-api', protocol, options)
}
