import { createHash } from 'node:crypto'
import type { EndedTurn, Latency } from '../store/store.ts'
import { hitRate, type CacheCounters, type CacheStates } from './cache-states.ts'
import { groupErrors } from './error-groups.ts'
import type { Snapshot } from './fleet-numbers.ts'
import type { ProcessLoad } from './process-metrics.ts'

/** What speech has to say of itself, as guide 002 shows it. */
export interface VoiceState {
  readonly cacheEnabled: boolean
  readonly voicesSupported: number
  readonly defaultVoice: string | null
  /** Sentences that this process could not speak. */
  readonly failures: number
}

export interface DescribedState {
  readonly snapshot: Snapshot
  readonly caches: CacheStates
  readonly load: ProcessLoad
  readonly voice: VoiceState
  /** Of this process, in seconds. */
  readonly uptime: number
}

/** `/api/metrics/streaming` as guide 002 shows it. */
export function describeNumbers({ snapshot, caches, load, voice, uptime }: DescribedState): object {
  const { totals, latencies, recent, activity, successRate, averageSize } = snapshot
  const { completed, stopped, failed, interrupted } = totals.outcomes
  const successful = completed + stopped
  const lost = failed + interrupted
  const others = [...caches.list()].filter(([name]) => !['knowledge_base', 'tts'].includes(name))
  return {
    uptime: Math.floor(uptime),
    uptimeFormatted: formatUptime(uptime),
    requests: {
      total: successful + lost + activity.running,
      successful,
      failed: lost,
      active: activity.running,
      successRate: round(successRate),
    },
    users: { activeUnique: activity.people, totalSessions: totals.conversations },
    latency: {
      firstToken: describeLatency(latencies.firstToken),
      firstAudio: describeLatency(latencies.firstAudio),
      complete: describeLatency(latencies.complete),
    },
    recent: { ended: recent.ended, failed: recent.failed, firstToken: describeLatency(recent.firstToken) },
    cache: {
      kb: describeCache(caches.of('knowledge_base')),
      tts: describeCache(caches.of('tts')),
      ...Object.fromEntries(others.map(([name, counters]) => [name, describeCache(counters)])),
    },
    errors: describeErrors(totals.errors, { lost, unspoken: voice.failures }),
    resources: {
      avgResponseSize: Math.round(averageSize),
      totalTokens: totals.inputTokens + totals.outputTokens,
      inputTokens: totals.inputTokens,
      outputTokens: totals.outputTokens,
      totalAudioChunks: totals.audioChunks,
      memoryPercent: round(load.memoryPercent),
      cpuPercent: round(load.cpuPercent),
      eventLoopDelayMs: round(load.eventLoopDelayMs),
    },
    streaming: {
      totalStreams: successful + lost + activity.running,
      activeCount: activity.running,
      completedCount: successful,
      errorCount: lost,
    },
    queue: {
      waiting: activity.waiting,
      oldestWaitMs: Math.round(activity.oldestWaitMs),
      dead: activity.dead,
    },
    voice,
  }
}

/** `/api/metrics/streaming/summary` as guide 002 shows it. */
export function summarizeNumbers({ snapshot, caches, uptime }: DescribedState): object {
  const { totals, latencies, activity, successRate } = snapshot
  const { completed, stopped, failed, interrupted } = totals.outcomes
  return {
    uptime: formatUptime(uptime),
    totalRequests: completed + stopped + failed + interrupted + activity.running,
    successRate: round(successRate),
    activeStreams: activity.running,
    avgFirstTokenLatency: rounded(latencies.firstToken.avg),
    avgCompleteLatency: rounded(latencies.complete.avg),
    cacheHitRate: {
      kb: round(hitRate(caches.of('knowledge_base'))),
      tts: round(hitRate(caches.of('tts'))),
    },
    errorCount: failed + interrupted,
  }
}

/** An event of `/api/metrics/streaming/events`: what the guide's code sends (`data`) and what its page says. */
export function describeEvent(turn: EndedTurn): object {
  const success = turn.outcome === 'completed' || turn.outcome === 'stopped'
  const { bot, channel, revision, model, turnId, outcome, errorCode, firstTokenMs, durationMs, words } = turn
  const metrics = { firstTokenLatency: firstTokenMs, duration: durationMs, wordCount: words }
  return {
    type: success ? 'success' : 'error',
    timestamp: turn.endedAt.getTime(),
    clientId: nameOf(turnId),
    chatbotId: bot,
    metrics,
    data: { ...metrics, channel, revision, model, outcome, ...(errorCode && { errorCode }) },
  }
}

/** Tells turns apart. Their ids open what was answered, which is nothing for who reads the numbers. */
function nameOf(turnId: string): string {
  return createHash('sha256').update(turnId).digest('base64url').slice(0, 22)
}

function describeLatency({ avg, p50, p95, p99 }: Latency): object {
  return { avg: rounded(avg), p50, p95, p99 }
}

function describeCache(counters: CacheCounters): object {
  const { hits, misses } = counters
  return { hits, misses, hitRate: round(hitRate(counters)), total: hits + misses }
}

interface Losses {
  /** Turns that failed. */
  readonly lost: number
  /** Sentences that could not be spoken; their answers are there. */
  readonly unspoken: number
}

function describeErrors(codes: Readonly<Record<string, number>>, { lost, unspoken }: Losses): object {
  const failed = groupErrors(codes)
  const breakdown = Object.entries(failed).map(([name, count]) => [
    name,
    lost === 0 ? 0 : round((count / lost) * 100),
  ])
  return {
    ...failed,
    tts: failed.tts + unspoken,
    total: lost,
    breakdown: Object.fromEntries(breakdown),
    codes,
  }
}

function formatUptime(seconds: number): string {
  const whole = Math.floor(seconds)
  const parts = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ]
  const named = parts.map((part, index) => `${part}${'dhms'[index]}`)
  const first = parts.findIndex((part) => part > 0)
  return named.slice(first === -1 ? 3 : first).join(' ')
}

function rounded(value: number | null): number | null {
  return value === null ? null : round(value)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
