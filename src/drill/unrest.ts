import { setTimeout as delay } from 'node:timers/promises'
import type { Fleet } from './fleet.ts'
import type { MessengerMethods } from './messenger.ts'
import type { Passing } from './passing.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'

/** A moment in the life of a message at which a replica is killed. */
interface Phase {
  readonly name: string
  readonly matches: (passing: Passing) => boolean
}

const at =
  (service: Passing['service'], stage: Passing['stage'], method = /^/) =>
  (passing: Passing): boolean =>
    passing.service === service && passing.stage === stage && method.test(passing.method)

const isModel = ({ service }: Passing): boolean => service !== 'webhook' && service !== 'messenger'

function phasesOf({ send, edit, fetch }: MessengerMethods): readonly Phase[] {
  const coming: readonly Phase[] = fetch
    ? [
        { name: 'messages asked for', matches: at('messenger', 'going', fetch) },
        { name: 'messages fetched, not stored', matches: at('messenger', 'returning', fetch) },
      ]
    : [
        { name: 'update handed over', matches: at('webhook', 'going') },
        { name: 'update acknowledged', matches: at('webhook', 'returning') },
      ]
  return [
    ...coming,
    { name: 'model asked', matches: (passing) => isModel(passing) && passing.stage === 'going' },
    { name: 'answer streaming', matches: (passing) => isModel(passing) && passing.stage === 'returning' },
    { name: 'message about to be sent', matches: at('messenger', 'going', send) },
    { name: 'message sent, reply on its way', matches: at('messenger', 'returning', send) },
    { name: 'edit about to be sent', matches: at('messenger', 'going', edit) },
    { name: 'edit done, reply on its way', matches: at('messenger', 'returning', edit) },
  ]
}

const LOOK_MS = 20
const ANY_MOMENT = 'any moment'
/** One in so many is a SIGTERM instead of a SIGKILL. */
const DRAIN_EVERY = 4

export interface UnrestOptions {
  readonly fleet: Fleet
  /** On average, in milliseconds, from when a replica is ready; 0: never. */
  readonly killEveryMs: number
  readonly seed: number
  readonly methods: MessengerMethods
}

/**
 * Kills and drains replicas: at any moment, or at the moment when something of a message passes next. What is drawn
 * depends on the seed alone.
 */
export class Unrest {
  /** How often at which phase. */
  readonly phases: Record<string, number> = {}
  readonly #options: UnrestOptions
  readonly #random: SeededRandom
  readonly #phases: readonly Phase[]
  readonly #stop = new AbortController()
  #armed: { readonly phase: Phase; readonly fire: (replica: string) => void } | undefined
  #lastAt = 0

  constructor(options: UnrestOptions) {
    this.#options = options
    this.#random = createSeededRandom(options.seed, 'unrest')
    this.#phases = phasesOf(options.methods)
  }

  /** Resolves when `stop` was called. */
  async run(): Promise<void> {
    const { killEveryMs } = this.#options
    if (killEveryMs === 0) return
    for (let blow = 1; !this.#stop.signal.aborted; blow++) {
      const pause = killEveryMs * (0.5 + this.#random.next())
      const phase = this.#random.whole(0, this.#phases.length)
      const draw = this.#random.next()
      await this.#untilReady()
      await delay(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      if (this.#stop.signal.aborted) return
      await (blow % DRAIN_EVERY === 0 ? this.#drain(draw) : this.#kill(this.#phases[phase], draw))
    }
  }

  /** When a replica was last killed or drained. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** What passes may be what a kill waits for. */
  consider(passing: Passing): void {
    if (this.#armed?.phase.matches(passing)) this.#armed.fire(passing.replica)
  }

  stop(): void {
    this.#stop.abort()
  }

  /** When the moment does not come, any moment is as good. */
  async #kill(phase: Phase | undefined, draw: number): Promise<void> {
    const { fleet, killEveryMs } = this.#options
    const armed = phase && (await this.#waitFor(phase, killEveryMs))
    const replica = armed ?? this.#anyReplica(draw)
    if (replica === undefined || this.#stop.signal.aborted) return
    if (armed === undefined && !fleet.kill(replica)) return
    this.#note((armed && phase?.name) ?? ANY_MOMENT)
  }

  /** On a slow machine a server would otherwise spend its life starting. */
  async #untilReady(): Promise<void> {
    while (this.#options.fleet.ready().length === 0 && !this.#stop.signal.aborted)
      await delay(LOOK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }

  #drain(draw: number): Promise<void> {
    const replica = this.#anyReplica(draw)
    if (replica !== undefined && this.#options.fleet.drain(replica)) this.#note('asked to stop')
    return Promise.resolve()
  }

  /** The replica that was killed at that moment. */
  async #waitFor(phase: Phase, patienceMs: number): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string>()
    const fire = (replica: string): void => {
      if (!this.#options.fleet.kill(replica)) return
      this.#armed = undefined
      resolve(replica)
    }
    this.#armed = { phase, fire }
    const tooLate = delay(patienceMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    const replica = await Promise.race([promise, tooLate])
    this.#armed = undefined
    return replica ?? undefined
  }

  #anyReplica(draw: number): string | undefined {
    const ready = this.#options.fleet.ready()
    return ready[Math.floor(draw * ready.length)]?.name
  }

  #note(phase: string): void {
    this.#lastAt = Date.now()
    this.phases[phase] = (this.phases[phase] ?? 0) + 1
  }
}
