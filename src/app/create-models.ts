import type { Config } from '../config.ts'
import { createOfflineModel } from '../models/offline.ts'
import { createModelResolver, type ModelResolver } from '../models/resolve-model.ts'

/** Finds models by their strings; throws `invalid_configuration` when a key is missing. */
export function createModels(config: Config): ModelResolver {
  return createModelResolver({
    openai: provider(config.OPENAI_API_KEY, config.OPENAI_BASE_URL),
    cohere: provider(config.COHERE_API_KEY, config.COHERE_BASE_URL),
    anthropic: provider(config.ANTHROPIC_API_KEY, config.ANTHROPIC_BASE_URL),
    grok: provider(config.XAI_API_KEY, config.XAI_BASE_URL),
    poe: provider(config.POE_API_KEY, config.POE_BASE_URL),
    offline: () => createOfflineModel({ paceMs: config.OFFLINE_PACE_MS }),
    gatherMs: config.MODEL_GATHER_MS,
    timeouts: {
      connectMs: config.MODEL_CONNECT_TIMEOUT_MS,
      firstByteMs: config.MODEL_FIRST_TOKEN_TIMEOUT_MS,
      idleMs: config.MODEL_IDLE_TIMEOUT_MS,
    },
  })
}

function provider(
  apiKey: string | undefined,
  baseUrl: string,
): { readonly apiKey?: string; readonly baseUrl: string } {
  return { baseUrl, ...(apiKey && { apiKey }) }
}
