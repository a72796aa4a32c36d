import type { ContentCache } from '../cache/cache.ts'
import type { Config } from '../config.ts'
import { createRememberingModel } from '../models/remembering-model.ts'
import type { CacheStates } from '../observe/cache-states.ts'
import type { ServedBot } from '../served-bot.ts'
import type { HostOptions } from '../turn/conversation-host.ts'

interface RememberedParts {
  readonly config: Config
  readonly content: ContentCache
  readonly caches: CacheStates
}

/** The same choice of a bot, with a model that remembers its answers for `LLM_CACHE_TTL`. */
export function rememberAnswers(
  choose: HostOptions['choose'],
  { config, content: memory, caches }: RememberedParts,
): HostOptions['choose'] {
  if (config.LLM_CACHE_TTL === 0) return choose
  const counters = { hits: 0, misses: 0 }
  caches.add('llm', counters)
  const options = { memory, lifetimeMs: config.LLM_CACHE_TTL * 1_000, counters }
  const wrap = (served: ServedBot | undefined): ServedBot | undefined =>
    served && {
      ...served,
      model: createRememberingModel(served.model, { ...options, revision: served.revision }),
    }
  return (request) => {
    const chosen = choose(request)
    return chosen instanceof Promise ? chosen.then(wrap) : wrap(chosen)
  }
}
