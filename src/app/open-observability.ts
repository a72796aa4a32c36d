import type { FastifyInstance } from 'fastify'
import type { Access } from '../accounts/open-access.ts'
import type { Channel } from '../channels/channel.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { createOperatorGuard } from '../http/operator-guard.ts'
import type { Gate } from '../http/principal.ts'
import { addDetailedHealth } from '../observe/detailed-health.ts'
import { Metrics } from '../observe/metrics.ts'
import { addNumberRoutes } from '../observe/number-routes.ts'
import { openTracing, type Tracing } from '../observe/open-tracing.ts'
import { Probes } from '../observe/probes.ts'
import { addScrapeRoutes } from '../observe/scrape-routes.ts'
import { readVersion } from '../version.ts'
import type { OpenVoice } from '../voice/open-voice.ts'
import type { AppParts } from './app-parts.ts'
import type { OpenLibrary } from './open-library.ts'
import { probeModels } from './probe-models.ts'

/** What counts and follows the work of a server. */
export interface Observability {
  readonly metrics: Metrics
  readonly tracing: Tracing
  close(): Promise<void>
}

export async function openObservability(config: Config): Promise<Observability> {
  const tracing = await openTracing({
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS ?? [],
    serviceName: config.OTEL_SERVICE_NAME,
    version: readVersion(),
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  })
  const metrics = new Metrics({ replica: config.REPLICA, maxRunningTurns: config.MAX_RUNNING_TURNS })
  return {
    metrics,
    tracing,
    close: async () => {
      metrics.close()
      await tracing.close()
    },
  }
}

interface ObservedParts extends AppParts {
  readonly gate: Gate | undefined
  readonly access: Access
  readonly voice: OpenVoice
  readonly library: OpenLibrary
  readonly running: () => number
  readonly channels: () => readonly Channel[]
}

/** Adds the routes that tell how the server is; closed with the server. */
export function addObservability(server: FastifyInstance, parts: ObservedParts): void {
  const { config, store, observability, gate, access, library, voice } = parts
  const { metrics } = observability
  server.addHook('onClose', () => observability.close())
  const guard = createOperatorGuard({
    gate,
    token: config.METRICS_TOKEN,
    allowed: config.METRICS_ALLOWED_IPS ?? [],
    open: config.NODE_ENV !== 'production',
  })
  for (const [name, counters] of [
    ['knowledge_base', library.counters.found],
    ['embedding', library.counters.questions],
    ['shared', access.cache.counters],
    ...(voice.speech ? ([['tts', voice.speech.counters]] as const) : []),
  ] as const)
    metrics.caches.add(name, counters)
  metrics.addGauge('chat_active_turns', 'Turns that run in this process', parts.running)
  metrics.addGauge('redis_away', '1 while Redis is configured and does not answer', () =>
    redisState(access) === 'away' ? 1 : 0,
  )
  const fleet = metrics.addStore(store.numbers, () => store.poolState())
  addScrapeRoutes(server, metrics, guard)
  addNumberRoutes(server, {
    guard,
    metrics,
    fleet,
    numbers: store.numbers,
    redis: () => redisState(access),
    voice: () => ({
      cacheEnabled: voice.speech !== undefined && config.TTS_CACHE_TTL > 0,
      voicesSupported: voice.speech ? 1 : 0,
      defaultVoice: voice.speech ? voice.speaks.detail : null,
      failures: voice.speech?.counters.failures ?? 0,
    }),
    maxRunningTurns: config.MAX_RUNNING_TURNS,
    production: config.NODE_ENV === 'production',
  })
  const probes = createProbes(parts)
  addDetailedHealth(server, { probes, guard, version: readVersion(), essential: ['database'] })
}

function redisState({ redis }: Access): 'connected' | 'away' | 'not configured' {
  if (!redis) return 'not configured'
  return redis.status === 'ready' ? 'connected' : 'away'
}

/** Channels that are asked by their own word; the others work whenever the server does. */
const PROBED_CHANNELS = ['telegram', 'bitrix24'] as const

function createProbes({ config, bots, store, access, voice, channels }: ObservedParts): Probes {
  const probes = new Probes()
  probes.add('database', async () => {
    await store.check()
    return store.describe()
  })
  probes.add('redis', async () => {
    if (!access.redis) return null
    await access.redis.ping()
    return 'answers'
  })
  for (const [name, probe] of probeModels(
    bots.list().map(({ model }) => model.id),
    config,
  ))
    probes.add(name, probe)
  probes.add('speech', async () => (voice.speech ? voice.speaks.detail : null))
  for (const name of PROBED_CHANNELS)
    probes.add(name, async () => {
      const channel = channels().find((one) => one.name === name)
      const problem = channel?.health?.() ?? null
      if (problem !== null) throw new AppError('channel_unavailable', { cause: new Error(problem) })
      return channel ? 'works' : null
    })
  return probes
}
