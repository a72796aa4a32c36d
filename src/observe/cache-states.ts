import type { Registry } from 'prom-client'
import { addCounter, addGauge } from './add-metric.ts'

/** Hits and misses of a cache since the start of the process. */
export interface CacheCounters {
  readonly hits: number
  readonly misses: number
}

/** The caches of this process, by the names guide 002 gives them: `knowledge_base`, `tts`, and others. */
export class CacheStates {
  readonly #caches = new Map<string, CacheCounters>()

  /** The counters are read when somebody asks. */
  add(name: string, counters: CacheCounters): void {
    this.#caches.set(name, counters)
  }

  list(): ReadonlyMap<string, CacheCounters> {
    return this.#caches
  }

  of(name: string): CacheCounters {
    return this.#caches.get(name) ?? { hits: 0, misses: 0 }
  }
}

/** In percent; 0 before anything was asked for. */
export function hitRate({ hits, misses }: CacheCounters): number {
  return hits + misses === 0 ? 0 : (hits / (hits + misses)) * 100
}

/** The caches as guide 002 names them. */
export function addCacheMetrics(registry: Registry, caches: CacheStates): void {
  addGauge(registry, {
    name: 'chatbot_cache_hit_rate',
    help: 'Hits of a cache, in percent',
    labelNames: ['type'],
    collect() {
      for (const [type, counters] of caches.list()) this.set({ type }, hitRate(counters))
    },
  })
  addCounter(registry, {
    name: 'chatbot_cache_operations_total',
    help: 'Hits and misses of caches',
    labelNames: ['type', 'result'],
    collect() {
      this.reset()
      for (const [type, { hits, misses }] of caches.list()) {
        this.inc({ type, result: 'hit' }, hits)
        this.inc({ type, result: 'miss' }, misses)
      }
    },
  })
}
