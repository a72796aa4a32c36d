import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Where ports are looked for: below those that Linux (from 32768), macOS and Windows (from 49152) give by themselves, so
 * that no connection and no other server is given the port before it is used.
 */
const RANGE = { first: 20_000, end: 32_000 } as const

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  let port = 0
  do port = randomInt(RANGE.first, RANGE.end)
  while (!(await isFree(port)))
  return port
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  probe.close()
  await once(probe, 'close')
  return true
}
