import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../src/drill/free-port.ts'

/** A real server in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Everything it has printed. */
  readonly output: readonly string[]
  /** Sends the signal and resolves with the exit code, null when the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

const ROOT = join(import.meta.dirname, '..')

/** What node is given to run a server with the channel of `wire-channel.ts`. */
export const INBOX_SERVER: readonly string[] = [
  '--conditions=botyard-source',
  join(ROOT, 'test/inbox-server.ts'),
]

/** What node is given to run the command line from its source. */
export const CLI: readonly string[] = ['--conditions=botyard-source', join(ROOT, 'src/cli/from-source.js')]

/**
 * Starts a server in a folder and resolves when `/readyz` says 200. Throws with its output when it leaves before
 * that.
 */
export async function startServerProcess(
  env: Readonly<Record<string, string>>,
  cwd = ROOT,
  command: readonly string[] = [...CLI, 'start'],
): Promise<ServerProcess> {
  const host = env['HOST'] ?? '127.0.0.1'
  const port = env['PORT'] ?? String(await freePort())
  const child = spawn(process.execPath, command, {
    cwd,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env, HOST: host, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => output.push(line))
  // Not `exit`, which may come before the last of the output.
  const gone = once(child, 'close').then(([code]) => code as number | null)
  const url = `http://${host}:${port}`
  const left = new AbortController()
  const giveUp = (): void => left.abort()
  gone.then(giveUp, giveUp)
  if (!(await untilReady(url, left.signal)))
    throw new Error(`the server left with code ${await gone}:\n${output.join('\n')}`)
  return {
    url,
    child,
    output,
    end: (signal) => {
      child.kill(signal)
      return gone
    },
  }
}

/** Resolves with true when `/readyz` says 200, with false when the signal aborts before that. */
export async function untilReady(url: string, signal?: AbortSignal): Promise<boolean> {
  while (!(await isReady(url))) {
    if (signal?.aborted) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok
  } catch {
    return false
  }
}
