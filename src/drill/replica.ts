import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { freePort } from './free-port.ts'

/** How one replica is started. */
export interface ReplicaLaunch {
  readonly name: string
  /** The program and its arguments. */
  readonly command: readonly [string, ...(readonly string[])]
  readonly env: (port: number) => NodeJS.ProcessEnv
  /** The working folder. */
  readonly folder: string
  /** Where it writes; every start adds to it. */
  readonly logFile: string
}

const BOOT_LIMIT_MS = 60_000
const PROBE_PAUSE_MS = 40
/** How long a server may take to leave after SIGTERM before it counts as stuck. */
const LEAVE_LIMIT_MS = 40_000
const LOG_TAIL = 12

/** One server process that is started again and again. It is ready when `/readyz` says 200. */
export class Replica {
  readonly name: string
  readonly #launch: ReplicaLaunch
  #child: ChildProcess | undefined
  #url = ''
  #state: 'down' | 'starting' | 'ready' | 'leaving' = 'down'
  /** Told when the process left though nobody had asked it to. */
  onCrash: (description: string) => void = () => undefined

  constructor(launch: ReplicaLaunch) {
    this.name = launch.name
    this.#launch = launch
  }

  /** Undefined while it takes no requests. */
  get url(): string | undefined {
    return this.#state === 'ready' ? this.#url : undefined
  }

  /** Resolves when it is ready. Throws with the end of its log when it does not become so. */
  async start(): Promise<void> {
    const { command, env, folder, logFile } = this.#launch
    const [program, ...words] = command
    const port = await freePort()
    const log = openSync(logFile, 'a')
    const child = spawn(program, words, { cwd: folder, env: env(port), stdio: ['ignore', log, log] })
    closeSync(log)
    this.#child = child
    this.#url = `http://127.0.0.1:${port}`
    this.#state = 'starting'
    child.once('error', () => undefined)
    child.once('exit', (code, signal) => this.#exited(child, code ?? signal))
    const deadline = Date.now() + BOOT_LIMIT_MS
    while (!(await isReady(this.#url))) {
      if (this.#child !== child) throw await this.#failure('ended while it started')
      if (Date.now() > deadline) throw await this.#failure('was not ready in time')
      await delay(PROBE_PAUSE_MS)
    }
    if (this.#child === child && this.#isStarting()) this.#state = 'ready'
  }

  /** Ends it at once, as a lost machine does; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    this.#state = 'leaving'
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /**
   * Asks it to leave, as an upgrade does, and takes requests away from it `noticeMs` later, as a load balancer that
   * looks at `/readyz` does. Returns how it left: an exit code, a signal, or `stuck` when it had to be killed.
   */
  async drain(noticeMs = 0): Promise<number | string> {
    const child = this.#child
    if (!child) return 0
    const gone = once(child, 'exit') as Promise<[number | null, string | null]>
    this.#leavesLater(child, noticeMs)
    child.kill('SIGTERM')
    const timer = new AbortController()
    const late = delay(LEAVE_LIMIT_MS, undefined, { signal: timer.signal, ref: false }).catch(() => undefined)
    const outcome = await Promise.race([gone, late])
    timer.abort()
    if (outcome) return outcome[0] ?? outcome[1] ?? 0
    await this.kill()
    return 'stuck'
  }

  /** For the last moment of this process: nothing is waited for. */
  killNow(): void {
    this.#child?.kill('SIGKILL')
  }

  #asked = new WeakSet<ChildProcess>()

  #leavesLater(child: ChildProcess, noticeMs: number): void {
    this.#asked.add(child)
    const leave = (): void => {
      if (this.#child === child) this.#state = 'leaving'
    }
    if (noticeMs === 0) leave()
    else setTimeout(leave, noticeMs)
  }

  #isStarting(): boolean {
    return this.#state === 'starting'
  }

  #exited(child: ChildProcess, how: number | string | null): void {
    if (this.#child !== child) return
    const expected = this.#state === 'leaving' || this.#asked.has(child)
    const wasReady = this.#state === 'ready'
    this.#child = undefined
    this.#state = 'down'
    if (!expected && wasReady) this.onCrash(`${this.name} left by itself (${how ?? 'unknown'})`)
  }

  /** With the end of its log, which says why. */
  async #failure(what: string): Promise<AppError> {
    const text = await readFile(this.#launch.logFile, 'utf8').catch(() => '')
    const tail = text.trimEnd().split('\n').slice(-LOG_TAIL).join('\n')
    return new AppError('invalid_configuration', { params: { problem: `${this.name} ${what}:\n${tail}` } })
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) })
    await reply.body?.cancel()
    return reply.ok
  } catch {
    return false
  }
}
