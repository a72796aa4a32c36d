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

/** Starts the relay, runs every phase against it in turn and stops it. The first phase that fails is the last. */
export async function runRelay(relay: Relay, plan: Plan, harness: Harness): Promise<RelayRun> {
  const running = await startRelay(relay, harness)
  const phases: Record<string, PhaseResult> = {}
  const failures: string[] = []
  let idleBytes = Number.NaN
  try {
    await delay(plan.settleMs)
    idleBytes = rssBytes(running.pid)
    for (const phase of plan.phases) {
      if (failures.length > 0) break
      const result = await runPhase(phase, running, harness)
      phases[phase.name] = result
      failures.push(...result.failures.map((failure) => `${phase.name}: ${failure}`))
    }
  } catch (error) {
    failures.push(String(error))
  } finally {
    await running.stop()
  }
  if (failures.length > 0) failures.push(`last output: ${running.output() || 'none'}`)
  return { relay: relay.name, bootMs: running.bootMs, idleBytes, phases, failures }
}

async function runPhase(phase: Phase, { url, pid }: RunningRelay, harness: Harness): Promise<PhaseResult> {
  const { emulatorUrl, emulatorPid, load } = harness
  return askLoad(load, { phase, target: { relayUrl: url, relayPid: pid, emulatorUrl, emulatorPid } })
}

async function askLoad(load: ChildProcess, command: LoadCommand): Promise<PhaseResult> {
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
