import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { rssBytes } from './measure.ts'
import type { LoadCommand, LoadReply, Phase, PhaseResult } from './phase.ts'
import type { Plan } from './phases.ts'
import { startRelay, type RunningRelay } from './relay-process.ts'
import type { Relay } from './relays.ts'

export interface Harness {
  readonly root: string
  readonly emulatorUrl: string
  readonly emulatorPid: number
  readonly load: ChildProcess
}

/** One relay in one round. */
export interface RelayRun {
  readonly relay: string
  readonly bootMs: number
  readonly idleBytes: number
  readonly phases: Readonly<Record<string, PhaseResult>>
  /** What the bare relay did during those of them that it carried too. */
  readonly bare: Readonly<Record<string, PhaseResult>>
  /** What broke, one sentence each. */
  readonly failures: readonly string[]
}

/** A relay that is being measured. */
export class MeasuredRelay {
  readonly #relay: Relay
  readonly #harness: Harness
  readonly #phases: Record<string, PhaseResult> = {}
  readonly #bare: Record<string, PhaseResult> = {}
  readonly #failures: string[] = []
  #running: RunningRelay | undefined
  #idleBytes = Number.NaN

  constructor(relay: Relay, harness: Harness) {
    this.#relay = relay
    this.#harness = harness
  }

  get name(): string {
    return this.#relay.name
  }

  /** Starts it and reads its memory when it has been idle for a moment. */
  async start({ settleMs }: Plan): Promise<void> {
    await this.#attempt(async () => {
      this.#running = await startRelay(this.#relay, this.#harness)
      await delay(settleMs)
      this.#idleBytes = rssBytes(this.#running.pid)
    })
  }

  /** Alone, or beside a bare relay when the phase says so. Does nothing once something has failed. */
  async measure(phase: Phase, bare?: MeasuredRelay): Promise<void> {
    const running = this.#running
    if (!running || this.#failures.length > 0) return
    const beside = phase.besideBare && bare !== this ? bare : undefined
    await this.#attempt(async () => {
      const [own, other] = await Promise.all([this.#carry(phase), beside ? beside.#carry(phase) : undefined])
      if (own) this.#phases[phase.name] = own
      if (other) this.#bare[phase.name] = other
    })
    if (this.#failures.length > 0) this.#failures.push(`last output: ${running.output() || 'none'}`)
  }

  async #carry(phase: Phase): Promise<PhaseResult | undefined> {
    if (!this.#running) return undefined
    const result = await askLoad(this.#running, phase, this.#harness)
    this.#failures.push(...result.failures.map((failure) => `${phase.name}: ${failure}`))
    return result
  }

  async stop(): Promise<RelayRun> {
    await this.#running?.stop()
    return {
      relay: this.#relay.name,
      bootMs: this.#running?.bootMs ?? Number.NaN,
      idleBytes: this.#idleBytes,
      phases: this.#phases,
      bare: this.#bare,
      failures: this.#failures,
    }
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#failures.push(String(error))
    }
  }
}

let commands = 0

async function askLoad({ url, pid }: RunningRelay, phase: Phase, harness: Harness): Promise<PhaseResult> {
  const { emulatorUrl, emulatorPid, load } = harness
  const id = ++commands
  const target = { relayUrl: url, relayPid: pid, emulatorUrl, emulatorPid }
  const { promise, resolve, reject } = Promise.withResolvers<PhaseResult>()
  const onExit = () => reject(new Error('the load client ended'))
  const onReply = (reply: LoadReply): void => {
    if (reply.id !== id) return
    if ('error' in reply) reject(new Error(`the load client failed: ${reply.error}`))
    else resolve(reply.result)
  }
  load.once('exit', onExit).on('message', onReply)
  load.send({ id, phase, target } satisfies LoadCommand)
  return promise.finally(() => load.off('exit', onExit).off('message', onReply))
}
