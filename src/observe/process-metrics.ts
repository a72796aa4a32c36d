import { monitorEventLoopDelay } from 'node:perf_hooks'
import { totalmem } from 'node:os'
import type { Registry } from 'prom-client'
import { addCounter, addGauge, addReading } from './add-metric.ts'

/** How loaded this process is. */
export interface ProcessLoad {
  /** Of the memory this process may have, in percent. */
  readonly memoryPercent: number
  /** Of one core, in percent; a process of Node.js does most of its work on one. */
  readonly cpuPercent: number
  /** The delay that 99 of 100 turns of the event loop stay below, in milliseconds. */
  readonly eventLoopDelayMs: number
}

/** Between two samples of the event loop, in milliseconds. Each wakes the process, which an idle one pays for. */
const RESOLUTION_MS = 200
/** What was longer ago than this, at most, says nothing of now. */
const DELAY_WINDOW_MS = 60_000
/** CPU time over less than this says nothing. */
const SHORTEST_SAMPLE_MS = 1_000
const NANOSECONDS = 1e9

/** What the process costs, in the names of Prometheus and of guide 002. */
export class ProcessMetrics {
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>
  #sampledAt = performance.now()
  #sampledCpu = process.cpuUsage()
  #cpuPercent = 0
  #delaySince = performance.now()

  constructor(registry: Registry) {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    this.#delay.enable()
    this.#addOwn(registry)
    this.#addGuides(registry)
  }

  load(): ProcessLoad {
    return {
      memoryPercent: (process.memoryUsage.rss() / memoryLimit()) * 100,
      cpuPercent: this.#sampleCpu(),
      eventLoopDelayMs: this.#delayOf(99) * 1_000,
    }
  }

  close(): void {
    this.#delay.disable()
  }

  /** Over at least a second since the last sample. */
  #sampleCpu(): number {
    const now = performance.now()
    const passedMs = now - this.#sampledAt
    if (passedMs < SHORTEST_SAMPLE_MS) return this.#cpuPercent
    const { user, system } = process.cpuUsage(this.#sampledCpu)
    this.#cpuPercent = ((user + system) / 1_000 / passedMs) * 100
    this.#sampledAt = now
    this.#sampledCpu = process.cpuUsage()
    return this.#cpuPercent
  }

  /** In seconds, above the resolution that every sample has. */
  #delayOf(percentile: number): number {
    if (performance.now() - this.#delaySince > DELAY_WINDOW_MS) {
      this.#delaySince = performance.now()
      this.#delay.reset()
    }
    return Math.max(0, this.#delay.percentile(percentile) / NANOSECONDS - RESOLUTION_MS / 1_000)
  }

  #addOwn(registry: Registry): void {
    const delayOf = (percentile: number): number => this.#delayOf(percentile)
    const startedAt = Date.now() / 1_000 - process.uptime()
    addCounter(registry, {
      name: 'process_cpu_seconds_total',
      help: 'CPU time of this process',
      collect() {
        const { user, system } = process.cpuUsage()
        this.reset()
        this.inc((user + system) / 1e6)
      },
    })
    addReading(registry, {
      name: 'process_resident_memory_bytes',
      help: 'Memory of this process',
      read: () => process.memoryUsage.rss(),
    })
    addReading(registry, {
      name: 'process_memory_limit_bytes',
      help: 'Memory this process may have',
      read: memoryLimit,
    })
    addReading(registry, {
      name: 'process_start_time_seconds',
      help: 'When this process began',
      read: () => startedAt,
    })
    addGauge(registry, {
      name: 'nodejs_eventloop_delay_seconds',
      help: 'How late the event loop was within the last minute',
      labelNames: ['percentile'],
      collect() {
        for (const percentile of [50, 99]) this.set({ percentile: `p${percentile}` }, delayOf(percentile))
      },
    })
  }

  #addGuides(registry: Registry): void {
    addGauge(registry, {
      name: 'nodejs_memory_usage_bytes',
      help: 'Memory of Node.js by its kind',
      labelNames: ['type'],
      collect() {
        const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
        this.set({ type: 'rss' }, rss)
        this.set({ type: 'heap_total' }, heapTotal)
        this.set({ type: 'heap_used' }, heapUsed)
        this.set({ type: 'external' }, external)
      },
    })
    addReading(registry, {
      name: 'nodejs_heap_usage_percent',
      help: 'The used part of the heap',
      read: () => {
        const { heapTotal, heapUsed } = process.memoryUsage()
        return (heapUsed / heapTotal) * 100
      },
    })
    addReading(registry, {
      name: 'process_uptime_seconds',
      help: 'How long this process runs',
      read: () => process.uptime(),
    })
  }
}

/** The limit of the container when it has one, else all of this computer's. */
function memoryLimit(): number {
  const all = totalmem()
  const constrained = process.constrainedMemory()
  return constrained > 0 && constrained < all ? constrained : all
}
