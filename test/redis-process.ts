import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { freePort } from '../src/drill/free-port.ts'

/** A Redis of the test's own, without a disk. */
export interface RedisProcess {
  readonly url: string
  /** It goes on holding its connections and answers nothing. */
  freeze(): void
  thaw(): void
  /** Gone at once, as when its machine dies. */
  kill(): Promise<void>
  /** Starts anew at the same address, empty. */
  restart(): Promise<void>
}

/** Why there is no Redis to test with; undefined when there is one. */
export function redisMissing(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter)
  const found = places.some((place) => {
    try {
      accessSync(join(place, 'redis-server'), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (found) return undefined
  const reason = 'redis-server is not installed (apt-get install redis-server): tests with Redis are skipped'
  console.warn(reason)
  return reason
}

export async function startRedis(): Promise<RedisProcess> {
  const port = await freePort()
  let child = await launch(port)
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: async () => {
      const over = once(child, 'exit')
      child.kill('SIGKILL')
      await over
    },
    restart: async () => {
      child = await launch(port)
    },
  }
}

async function launch(port: number) {
  const child = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ])
  for await (const lines of child.stdout) if (String(lines).includes('Ready to accept connections')) break
  // Left unread, its pipe would fill.
  child.stdout.resume()
  return child
}
