import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../src/drill/free-port.ts'
import { pin } from './pin.ts'
import type { Relay } from './relays.ts'

const BOOT_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 10_000
const KEPT_OUTPUT = 2_000

export interface RunningRelay {
  readonly url: string
  readonly pid: number
  /** From spawn to the first 200 of `/readyz`, in milliseconds. */
  readonly bootMs: number
  /** The last lines it wrote. */
  output(): string
  /** SIGTERM, after ten seconds SIGKILL. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly root: string
  readonly emulatorUrl: string
}

/** Starts a relay as a user would and waits until it is ready. */
export async function startRelay(relay: Relay, { root, emulatorUrl }: StartOptions): Promise<RunningRelay> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const startedAt = performance.now()
  const child = spawn(process.execPath, relay.arguments, {
    cwd: relay.folder ?? root,
    env: {
      ...cleanEnvironment(),
      ...relay.environment,
      PORT: `${port}`,
      OPENAI_BASE_URL: `${emulatorUrl}/v1`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  child.once('exit', () => process.off('exit', killWithUs))
  const output = keepOutput(child)
  try {
    await waitUntilReady(url, child)
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`${relay.name} did not get ready: ${String(error)}\n${output()}`, { cause: error })
  }
  const bootMs = performance.now() - startedAt
  pin(child.pid ?? 0, 'relay')
  return { url, pid: child.pid ?? 0, bootMs, output, stop: async () => stopChild(child) }
}

/** The environment without what would set the relays up differently on another desk. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env
  return { PATH, HOME, TMPDIR, LANG }
}

function keepOutput(child: ChildProcess): () => string {
  let kept = ''
  const keep = (chunk: Buffer) => (kept = (kept + chunk.toString()).slice(-KEPT_OUTPUT))
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => kept
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const until = performance.now() + BOOT_LIMIT_MS
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`)
    if ((await statusOf(`${url}/readyz`)) === 200) return
    await delay(3)
  }
  throw new Error(`no 200 from /readyz within ${BOOT_LIMIT_MS / 1_000} s`)
}

async function statusOf(url: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const call = get(url, { agent: false, timeout: 2_000 }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  call.on('error', () => resolve(0)).on('timeout', () => call.destroy())
  return promise
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  child.kill('SIGTERM')
  await once(child, 'exit')
  clearTimeout(kill)
}
