import type { Config } from './config.ts'

/** The providers a model string can begin with, in the order in which their keys are looked for. */
export const PROVIDERS = [
  { name: 'openai', key: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL', model: 'OPENAI_MODEL' },
  { name: 'cohere', key: 'COHERE_API_KEY', baseUrl: 'COHERE_BASE_URL', model: 'COHERE_MODEL' },
  { name: 'anthropic', key: 'ANTHROPIC_API_KEY', baseUrl: 'ANTHROPIC_BASE_URL', model: 'ANTHROPIC_MODEL' },
  { name: 'grok', key: 'XAI_API_KEY', baseUrl: 'XAI_BASE_URL', model: 'GROK_MODEL' },
] as const

/** The model string of bots that name none: MODEL, else LLM_PROVIDER's, else the first provider with a key, else `offline`. */
export function defaultModelOf(config: Config): string {
  if (config.MODEL) return config.MODEL
  const provider = config.LLM_PROVIDER
    ? PROVIDERS.find(({ name }) => name === config.LLM_PROVIDER)
    : PROVIDERS.find(({ key }) => config[key])
  return provider ? `${provider.name}/${config[provider.model]}` : 'offline'
}
