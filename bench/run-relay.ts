import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { rssBytes } from './measure.ts'
import type { LoadCommand, Phase, PhaseResult } from './phase.ts'
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
  /** What broke, one sentence each. */
  readonly failures: readonly string[]
}

/** A relay that is being measured. */
export class MeasuredRelay {
  readonly #relay: Relay
  readonly #harness: Harness
  readonly #phases: Record<string, PhaseResult> = {}
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

  /** Does nothing once something has failed. */
  async measure(phase: Phase): Promise<void> {
    const running = this.#running
    if (!running || this.#failures.length > 0) return
    await this.#attempt(async () => {
      const result = await askLoad(running, phase, this.#harness)
      this.#phases[phase.name] = result
      this.#failures.push(...result.failures.map((failure) => `${phase.name}: ${failure}`))
    })
    if (this.#failures.length > 0) this.#failures.push(`last output: ${running.output() || 'none'}`)
  }

  async stop(): Promise<RelayRun> {
    await this.#running?.stop()
    return {
      relay: this.#relay.name,
      bootMs: this.#running?.bootMs ?? Number.NaN,
      idleBytes: this.#idleBytes,
      phases: this.#phases,
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

async function askLoad({ url, pid }: RunningRelay, phase: Phase, harness: Harness): Promise<PhaseResult> {
  const { emulatorUrl, emulatorPid, load } = harness
  const command: LoadCommand = { phase, target: { relayUrl: url, relayPid: pid, emulatorUrl, emulatorPid } }
  const { promise, resolve, reject } = Promise.withResolvers<PhaseResult>()
  const onExit = () => reject(new Error('the load client ended'))
  load.once('exit', onExit)
  load.once('message', (message: { result?: PhaseResult; error?: string }) => {
    if (message.result === undefined) reject(new Error(`the load client failed: ${message.error}`))
    else resolve(message.result)
  })
  load.send(command)
  return promise.finally(() => load.off('exit', onExit))
}
