import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import type { Probe } from '../observe/probes.ts'

interface ListOfModels {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * How each provider is asked for the list of its models: free of charge, and refused with a wrong key. Source: API
 * references of OpenAI, Cohere (v1), Anthropic (2023-06-01), xAI and Poe.
 */
const LISTS: Readonly<Record<string, (config: Config) => ListOfModels>> = {
  openai: (config) => ({ url: `${config.OPENAI_BASE_URL}/models`, headers: bearer(config.OPENAI_API_KEY) }),
  cohere: (config) => ({
    url: `${config.COHERE_BASE_URL}/v1/models`,
    headers: bearer(config.COHERE_API_KEY),
  }),
  anthropic: (config) => ({
    url: `${config.ANTHROPIC_BASE_URL}/v1/models`,
    headers: { 'x-api-key': config.ANTHROPIC_API_KEY ?? '', 'anthropic-version': '2023-06-01' },
  }),
  grok: (config) => ({ url: `${config.XAI_BASE_URL}/models`, headers: bearer(config.XAI_API_KEY) }),
  poe: (config) => ({ url: `${config.POE_BASE_URL}/v1/models`, headers: bearer(config.POE_API_KEY) }),
}

/** The probe of each provider whose models answer; `ids` are the ids of models. */
export function probeModels(ids: readonly string[], config: Config): ReadonlyMap<string, Probe> {
  const providers = new Set(ids.map((id) => id.split('/')[0] ?? id))
  return new Map([...providers].map((provider) => [provider, probeProvider(provider, config)]))
}

function probeProvider(provider: string, config: Config): Probe {
  const list = LISTS[provider]
  if (!list) return async () => 'not asked: it runs in this process, or is judged by its answers'
  const { url, headers } = list(config)
  return async (signal) => {
    const reply = await fetch(url, { headers, signal, redirect: 'manual' }).catch((cause: unknown) => {
      throw new AppError('model_unavailable', { cause })
    })
    await reply.body?.cancel()
    if (reply.status === 401 || reply.status === 403) throw new AppError('model_unauthorized')
    if (reply.status >= 500) throw new AppError('model_unavailable')
    return reply.ok ? 'the key is accepted' : `answers with status ${reply.status}`
  }
}

function bearer(key: string | undefined): Readonly<Record<string, string>> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}
