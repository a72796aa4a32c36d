import { setTimeout as delay } from 'node:timers/promises'
import { toAppError } from '../errors.ts'

/**
 * Asks one part of the server, or a service it depends on, whether it works. Resolves with a few words for people;
 * with null when the part is not in use. Throws when it does not work; the table's sentence is shown to operators.
 */
export type Probe = (signal: AbortSignal) => Promise<string | null>

export interface ProbeResult {
  readonly status: 'pass' | 'fail' | 'skip'
  readonly detail: string
  readonly ms: number
  /** When it was asked. */
  readonly checkedAt: Date
}

export interface ProbesOptions {
  /** A probe may cost something on the other side; everybody who asks within this time is told the same. Default 15000. */
  readonly rememberedMs?: number
  /** Services that answer later than this, in milliseconds, do not answer. Default 3000. */
  readonly deadlineMs?: number
}

/** The probes of a server by the names of what they ask. */
export class Probes {
  readonly #options: Required<ProbesOptions>
  readonly #probes = new Map<string, CachedProbe>()

  constructor({ rememberedMs = 15_000, deadlineMs = 3_000 }: ProbesOptions = {}) {
    this.#options = { rememberedMs, deadlineMs }
  }

  add(name: string, probe: Probe): void {
    this.#probes.set(name, new CachedProbe(probe, this.#options))
  }

  /** Asks all of them at once; takes no longer than the slowest may. */
  async run(): Promise<ReadonlyMap<string, ProbeResult>> {
    const results = [...this.#probes].map(async ([name, probe]) => [name, await probe.run()] as const)
    return new Map(await Promise.all(results))
  }
}

class CachedProbe {
  readonly #probe: Probe
  readonly #options: Required<ProbesOptions>
  #answer: Promise<ProbeResult> | undefined
  #askedAt = 0

  constructor(probe: Probe, options: Required<ProbesOptions>) {
    this.#probe = probe
    this.#options = options
  }

  run(): Promise<ProbeResult> {
    const now = performance.now()
    if (this.#answer && now - this.#askedAt < this.#options.rememberedMs) return this.#answer
    this.#askedAt = now
    this.#answer = ask(this.#probe, this.#options.deadlineMs)
    return this.#answer
  }
}

async function ask(probe: Probe, deadlineMs: number): Promise<ProbeResult> {
  const checkedAt = new Date()
  const begun = performance.now()
  const over = new AbortController()
  const late = delay(deadlineMs, undefined, { signal: over.signal, ref: false }).then(
    () => Promise.reject(new LateError()),
    () => new Promise<never>(() => undefined),
  )
  const result = await Promise.race([probe(AbortSignal.timeout(deadlineMs)), late]).then(
    (detail) =>
      detail === null
        ? ({ status: 'skip', detail: 'not in use' } as const)
        : ({ status: 'pass', detail } as const),
    (error: unknown) => ({ status: 'fail', detail: describeFailure(error, deadlineMs) }) as const,
  )
  over.abort()
  return { ...result, ms: Math.round(performance.now() - begun), checkedAt }
}

class LateError extends Error {}

/** Only the sentences of the table are safe to show; others may hold addresses with passwords. */
function describeFailure(error: unknown, deadlineMs: number): string {
  const late = error instanceof LateError || (error instanceof Error && error.name === 'TimeoutError')
  if (late) return `no answer within ${deadlineMs / 1_000} seconds`
  const known = toAppError(error)
  return known.code === 'internal' ? 'it could not be reached' : known.message
}
