import type { Target } from './balancer.ts'
import { Replica, type ReplicaLaunch } from './replica.ts'

/** How long a load balancer takes to see that a replica is leaving. */
const NOTICE_MS = 250

/** All replicas of the server; what is ended is started again. */
export class Fleet {
  kills = 0
  drains = 0
  /** What should not have happened: processes that left by themselves, drains that did not end with code 0. */
  readonly faults: string[] = []
  readonly #replicas: readonly Replica[]
  readonly #restarts = new Map<Replica, Promise<void>>()
  #ending = false

  constructor(launches: readonly ReplicaLaunch[]) {
    this.#replicas = launches.map((launch) => new Replica(launch))
    for (const replica of this.#replicas)
      replica.onCrash = (description) => {
        this.faults.push(description)
        this.#startAgain(replica, Promise.resolve())
      }
  }

  /** One after the other: the first one may have to migrate the database. */
  async start(): Promise<void> {
    for (const replica of this.#replicas) await replica.start()
  }

  /** Those that take requests. */
  ready(): readonly Target[] {
    return this.#replicas.flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }]))
  }

  /** SIGKILL now, and a new process. False when it was ending anyway. */
  kill(name: string): boolean {
    const replica = this.#find(name)
    if (!replica) return false
    this.kills++
    this.#startAgain(replica, replica.kill())
    return true
  }

  /** SIGTERM, and a new process when the old one has left. False when it was ending anyway. */
  drain(name: string): boolean {
    const replica = this.#find(name)
    if (!replica) return false
    this.drains++
    this.#startAgain(replica, this.#drainOf(replica, NOTICE_MS))
    return true
  }

  /** Waits for what is starting, then asks all to leave. */
  async stop(): Promise<void> {
    await Promise.all(this.#restarts.values())
    this.#ending = true
    await Promise.all(this.#replicas.map((replica) => this.#drainOf(replica, 0)))
  }

  /** Ends all at once. */
  async killAll(): Promise<void> {
    this.#ending = true
    await Promise.all(this.#replicas.map((replica) => replica.kill()))
  }

  /** For the last moment of this process. */
  killNow(): void {
    this.#ending = true
    for (const replica of this.#replicas) replica.killNow()
  }

  /** A replica that takes requests and is not on its way out. */
  #find(name: string): Replica | undefined {
    if (this.#ending) return undefined
    const named = this.#replicas.find((replica) => replica.name === name && replica.url !== undefined)
    return named && !this.#restarts.has(named) ? named : undefined
  }

  async #drainOf(replica: Replica, noticeMs: number): Promise<void> {
    const how = await replica.drain(noticeMs)
    if (how !== 0) this.faults.push(`${replica.name} ended with ${how} when asked to stop`)
  }

  #startAgain(replica: Replica, gone: Promise<void>): void {
    const restart = gone
      .then(() => (this.#ending ? undefined : replica.start()))
      .catch((error: unknown) => {
        if (!this.#ending) this.faults.push(error instanceof Error ? error.message : String(error))
      })
      .finally(() => this.#restarts.delete(replica))
    this.#restarts.set(replica, restart)
  }
}
