import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from '../src/drill/free-port.ts'

export interface ScratchRedis {
  readonly url: string
  close(): Promise<void>
}

const BOOT_LIMIT_MS = 10_000

/** A Redis of its own that keeps what it was told (append-only file). Undefined when there is no redis-server here. */
export async function startScratchRedis(folder: string): Promise<ScratchRedis | undefined> {
  const port = await freePort()
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes']
  const child = spawn('redis-server', settings, { stdio: 'ignore' })
  const failed = new Promise<false>((resolve) => child.once('error', () => resolve(false)))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (!(await Promise.race([untilListening(port), failed]))) return undefined
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  return {
    url: `redis://127.0.0.1:${port}`,
    close: async () => {
      child.kill('SIGTERM')
      await gone
      process.off('exit', killNow)
    },
  }
}

async function untilListening(port: number): Promise<boolean> {
  const deadline = Date.now() + BOOT_LIMIT_MS
  while (Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    const reached = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (reached) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
