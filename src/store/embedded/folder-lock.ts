import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../errors.ts'

export interface FolderLockOptions {
  /** How often the holder shows that it lives, in milliseconds. Default 2000. */
  readonly heartbeatMs?: number
  /** Called when another process has taken the folder: stop writing at once. */
  readonly onLost: () => void
}

export interface FolderLock {
  release(): Promise<void>
}

const MOST_ATTEMPTS = 20
const ATTEMPT_PAUSE_MS = 50

/** What the lock file says. */
interface Holder {
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Raised with each heartbeat; a change means the holder lives, whatever the clocks say. */
  readonly beat: number
}

/**
 * Makes this process the only one that works in a folder, or throws `data_folder_in_use`. On Linux an abstract
 * socket named by the real path decides: the kernel frees it even after `kill -9`. Processes that do not share
 * it (other containers on one volume, other systems) are told apart by a heartbeat in a lock file.
 */
export async function lockFolder(folder: string, options: FolderLockOptions): Promise<FolderLock> {
  const file = `${folder}.lock`
  const heartbeatMs = options.heartbeatMs ?? 2000
  const socket = process.platform === 'linux' ? await listenPatiently(folder) : null
  try {
    const holder = await readHolder(file)
    const surelyDead = socket !== null && holder?.host === hostname()
    if (!surelyDead && (await isAlive(holder, file, heartbeatMs * 2.5))) throw inUse(folder, holder)
    return await hold(file, socket, { heartbeatMs, onLost: options.onLost })
  } catch (error) {
    socket?.close()
    throw error
  }
}

async function hold(
  file: string,
  socket: Server | null,
  options: Required<FolderLockOptions>,
): Promise<FolderLock> {
  let beat = 0
  const token = randomUUID()
  const write = async (): Promise<void> => {
    const holder: Holder = { token, pid: process.pid, host: hostname(), beat: (beat += 1) }
    // Renamed into place, so that a reader never sees half of it.
    await writeFile(`${file}.${token}`, JSON.stringify(holder), { mode: 0o600 })
    await rename(`${file}.${token}`, file)
  }
  await write()
  let beating = Promise.resolve()
  const timer = setInterval(() => {
    beating = beating
      .then(() => readHolder(file))
      .then((holder) => (holder === null || holder.token === token ? write() : lost()))
      .catch(() => undefined)
  }, options.heartbeatMs).unref()
  const lost = (): void => {
    clearInterval(timer)
    options.onLost()
  }
  return {
    release: async () => {
      clearInterval(timer)
      // A sign of life that is being written would come back after its removal.
      await beating
      removeOwn(file, token)
      await new Promise<void>((resolve) => (socket === null ? resolve() : socket.close(() => resolve())))
    },
  }
}

/** A folder that is taken and says by nobody is being taken, or let go of, at this moment. */
async function listenPatiently(folder: string): Promise<Server | null> {
  const path = await realpath(folder)
  for (let attempt = 1; ; attempt++) {
    const socket = await listenAlone(path)
    if (socket !== 'taken') return socket
    const holder = await readHolder(`${folder}.lock`)
    if (holder || attempt === MOST_ATTEMPTS) throw inUse(folder, holder)
    await delay(ATTEMPT_PAUSE_MS)
  }
}

/** A server on an abstract socket, or `taken`; null where the name space does not exist. */
function listenAlone(path: string): Promise<Server | 'taken' | null> {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 32)
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'taken' : null),
    )
    server.listen({ path: `\0botyard-${name}` }, () => resolve(server.unref()))
  })
}

async function isAlive(holder: Holder | null, file: string, watchMs: number): Promise<boolean> {
  if (holder === null) return false
  if (holder.host === hostname() && !processExists(holder.pid)) return false
  const until = performance.now() + watchMs
  while (performance.now() < until) {
    await delay(Math.min(100, watchMs / 10))
    const current = await readHolder(file)
    if (current === null) return false
    if (current.token !== holder.token || current.beat !== holder.beat) return true
  }
  return false
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function readHolder(file: string): Promise<Holder | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  return text === null ? null : parseHolder(text)
}

function parseHolder(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return null
  }
}

function removeOwn(file: string, token: string): void {
  try {
    if (parseHolder(readFileSync(file, 'utf8'))?.token === token) rmSync(file)
  } catch {
    // Already gone.
  }
}

function inUse(folder: string, holder: Holder | null): AppError {
  const params = { folder, holder: holder === null ? '' : ` (pid ${holder.pid} on ${holder.host})` }
  return new AppError('data_folder_in_use', { params })
}
