import type { Config } from '../../config.ts'
import { createCohereEmbedder } from './cohere-embedder.ts'
import type { Embedder, Reranker } from './embedder.ts'
import { createHashEmbedder } from './hash-embedder.ts'
import type { HttpServerOptions } from './http-embedder.ts'
import { createCohereReranker, createMlApiReranker } from './http-reranker.ts'
import { createMlApiEmbedder } from './ml-api-embedder.ts'
import { createOpenAIEmbedder } from './openai-embedder.ts'

/** The embedder of the settings. Throws `invalid_configuration` when a local model cannot be loaded. */
export async function openEmbedder(config: Config): Promise<Embedder> {
  const { kind, model } = splitName(config.EMBEDDING_MODEL ?? (config.ML_API_URL ? 'ml-api' : 'hash'))
  switch (kind) {
    case 'openai':
      return createOpenAIEmbedder({ model, ...openaiServer(config) })
    case 'cohere':
      return createCohereEmbedder({ model, ...cohereServer(config) })
    case 'ml-api':
      return createMlApiEmbedder(mlApiServer(config))
    case 'local':
      return (await import('./local-embedder.ts')).createLocalEmbedder(model)
    default:
      return createHashEmbedder()
  }
}

/** The reranker of the settings, if there is one. */
export function openReranker(config: Config): Reranker | undefined {
  const { kind, model } = splitName(config.RERANK_MODEL ?? (config.ML_API_URL ? 'ml-api' : 'none'))
  if (kind === 'none') return undefined
  if (kind === 'cohere') return createCohereReranker({ model, ...cohereServer(config) })
  return createMlApiReranker(mlApiServer(config))
}

function splitName(name: string): { readonly kind: string; readonly model: string } {
  const [kind = '', ...rest] = name.split('/')
  return { kind, model: rest.join('/') }
}

/** A key goes to the server it was given for, and to no other. */
function openaiServer(config: Config): HttpServerOptions {
  const { EMBEDDING_BASE_URL: own, EMBEDDING_API_KEY, OPENAI_API_KEY, OPENAI_BASE_URL } = config
  return toOptions(config, own ?? OPENAI_BASE_URL, EMBEDDING_API_KEY ?? (own ? undefined : OPENAI_API_KEY))
}

function cohereServer(config: Config): HttpServerOptions {
  return toOptions(config, config.COHERE_BASE_URL, config.COHERE_API_KEY)
}

function mlApiServer(config: Config): HttpServerOptions {
  return toOptions(config, config.ML_API_URL ?? 'http://localhost:8001', config.EMBEDDING_API_KEY)
}

function toOptions(config: Config, baseUrl: string, apiKey: string | undefined): HttpServerOptions {
  return { baseUrl, timeoutMs: config.HTTP_TIMEOUT * 1_000, ...(apiKey && { apiKey }) }
}
