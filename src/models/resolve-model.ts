import { AppError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { ANTHROPIC_BASE_URL, createAnthropicModel } from './anthropic.ts'
import { COHERE_BASE_URL, createCohereModel } from './cohere.ts'
import { createModelPool } from './http-model.ts'
import type { HttpModelOptions, ModelTimeouts } from './http-model.ts'
import type { Model } from './model.ts'
import { createOpenAIModel, OPENAI_BASE_URL } from './openai.ts'
import { createPoeModel, POE_BASE_URL } from './poe.ts'

/** How one provider is reached. */
export interface ProviderSettings {
  readonly apiKey?: string | undefined
  /** Default: the provider's public address, which needs a key. */
  readonly baseUrl?: string | undefined
}

export interface ModelSettings {
  readonly openai?: ProviderSettings
  readonly cohere?: ProviderSettings
  readonly anthropic?: ProviderSettings
  readonly grok?: ProviderSettings
  readonly poe?: ProviderSettings
  /** Makes the model called `offline`. */
  readonly offline: () => Model
  readonly timeouts?: ModelTimeouts
  /** See `HttpModelOptions.gatherMs`. */
  readonly gatherMs?: number
}

export interface ModelResolver {
  /**
   * The model of a string such as `openai/gpt-4o-mini` or `offline`; the same string gives the same model. Throws
   * `invalid_configuration`, naming the fix, when the provider is unknown or its key is missing.
   */
  resolve(modelString: string): Model
}

type ProviderName = Exclude<keyof ModelSettings, 'offline' | 'timeouts' | 'gatherMs'>

interface Provider {
  readonly create: (options: HttpModelOptions) => Model
  readonly baseUrl: string
  /** The variable that holds the key. */
  readonly keyVariable: string
  /** A key comes with the question, or not at all. */
  readonly keyOptional?: true
  /** Shown when a string lacks the model. */
  readonly example: string
}

/** Every provider a model string can begin with; one more is one more row here and in the settings. */
const PROVIDERS: Readonly<Record<ProviderName, Provider>> = {
  openai: {
    create: createOpenAIModel,
    baseUrl: OPENAI_BASE_URL,
    keyVariable: 'OPENAI_API_KEY',
    example: 'openai/gpt-4o-mini',
  },
  cohere: {
    create: createCohereModel,
    baseUrl: COHERE_BASE_URL,
    keyVariable: 'COHERE_API_KEY',
    example: 'cohere/command-a-03-2025',
  },
  anthropic: {
    create: createAnthropicModel,
    baseUrl: ANTHROPIC_BASE_URL,
    keyVariable: 'ANTHROPIC_API_KEY',
    example: 'anthropic/claude-haiku-5-5',
  },
  grok: {
    create: createOpenAIModel,
    baseUrl: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    example: 'grok/grok-4',
  },
  poe: {
    create: createPoeModel,
    baseUrl: POE_BASE_URL,
    keyVariable: 'POE_API_KEY',
    keyOptional: true,
    example: 'poe/GPT-5',
  },
}

/** Finds models by their strings. All of them share one pool of connections. */
export function createModelResolver(settings: ModelSettings): ModelResolver {
  const dispatcher = createModelPool(settings.timeouts)
  const resolved = new Map<string, Model>()
  const create = (modelString: string): Model => {
    if (modelString === 'offline') return settings.offline()
    const { id, model, provider } = parseModelString(modelString)
    const { apiKey, baseUrl = provider.baseUrl } = settings[id] ?? {}
    if (!apiKey && !provider.keyOptional && baseUrl === provider.baseUrl)
      throw invalid(
        `The model "${modelString}" needs a key: set ${provider.keyVariable}, or use the model "offline".`,
      )
    return provider.create({
      id,
      model,
      baseUrl,
      dispatcher,
      ...(apiKey && { apiKey }),
      ...(settings.timeouts && { timeouts: settings.timeouts }),
      ...(settings.gatherMs !== undefined && { gatherMs: settings.gatherMs }),
    })
  }
  return {
    resolve: (modelString) => {
      const model = resolved.get(modelString) ?? create(modelString)
      resolved.set(modelString, model)
      return model
    },
  }
}

/** The first slash divides: names of models have slashes of their own. */
function parseModelString(text: string): {
  readonly id: ProviderName
  readonly model: string
  readonly provider: Provider
} {
  const slash = text.indexOf('/')
  const id = slash < 0 ? text : text.slice(0, slash)
  if (!isProvider(id)) throw invalid(`The model "${text}" names no provider. ${suggest(id)}`)
  const provider = PROVIDERS[id]
  const model = slash < 0 ? '' : text.slice(slash + 1)
  if (model === '')
    throw invalid(`The model "${text}" names a provider only; write it like "${provider.example}".`)
  return { id, model, provider }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name)
}

function suggest(name: string): string {
  const known = Object.keys(PROVIDERS)
  const close = nearest(name, [...known, 'offline'], () => 2)
  const examples = known.map((provider) => `"${provider}/…"`).join(', ')
  return `${close ? `Did you mean "${close}"? ` : ''}Use "offline" or one of ${examples}.`
}

function invalid(problem: string): AppError {
  return new AppError('invalid_configuration', { params: { problem } })
}
