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

/** A probe may cost something on the other side; everybody who asks within this time is told the same. */
const REMEMBERED_MS = 15_000
/** Services that answer later do not answer. */
const DEADLINE_MS = 3_000

/** The probes of a server by the names of what they ask. */
export class Probes {
  readonly #probes = new Map<string, CachedProbe>()

  add(name: string, probe: Probe): void {
    this.#probes.set(name, new CachedProbe(probe))
  }

  /** Asks all of them at once; takes no longer than the slowest may. */
  async run(): Promise<ReadonlyMap<string, ProbeResult>> {
    const results = [...this.#probes].map(async ([name, probe]) => [name, await probe.run()] as const)
    return new Map(await Promise.all(results))
  }
}

class CachedProbe {
  readonly #probe: Probe
  #answer: Promise<ProbeResult> | undefined
  #askedAt = 0

  constructor(probe: Probe) {
    this.#probe = probe
  }

  run(): Promise<ProbeResult> {
    const now = performance.now()
    if (this.#answer && now - this.#askedAt < REMEMBERED_MS) return this.#answer
    this.#askedAt = now
    this.#answer = ask(this.#probe)
    return this.#answer
  }
}

async function ask(probe: Probe): Promise<ProbeResult> {
  const checkedAt = new Date()
  const begun = performance.now()
  const over = new AbortController()
  const late = delay(DEADLINE_MS, undefined, { signal: over.signal, ref: false }).then(
    () => Promise.reject(new Error('late')),
    () => new Promise<never>(() => undefined),
  )
  const result = await Promise.race([probe(AbortSignal.timeout(DEADLINE_MS)), late]).then(
    (detail) =>
      detail === null
        ? ({ status: 'skip', detail: 'not in use' } as const)
        : ({ status: 'pass', detail } as const),
    (error: unknown) => ({ status: 'fail', detail: describeFailure(error, begun) }) as const,
  )
  over.abort()
  return { ...result, ms: Math.round(performance.now() - begun), checkedAt }
}

/** Only the sentences of the table are safe to show; others may hold addresses with passwords. */
function describeFailure(error: unknown, begun: number): string {
  if (performance.now() - begun >= DEADLINE_MS - 50) return `no answer within ${DEADLINE_MS / 1_000} seconds`
  const known = toAppError(error)
  return known.code === 'internal' ? 'it could not be reached' : known.message
}
