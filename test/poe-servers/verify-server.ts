import { POE_LIMITS, type PoeLimits } from '../../src/checks/poe/exchange.ts'
import type { PoeResult } from '../../src/checks/poe/poe-check.ts'
import { POE_CHECKS } from '../../src/checks/poe/poe-checks.ts'
import { runPoeChecks } from '../../src/checks/poe/run-poe-checks.ts'
import { EVERY_QUESTION } from './answer-right.ts'
import { KEY, startPoeServer, type Behaviour } from './poe-server.ts'

export interface VerifyOptions {
  /** Which checks; default all. */
  readonly only?: readonly string[]
  readonly limits?: Partial<PoeLimits>
  readonly timeoutMs?: number
  readonly key?: string
  readonly questions?: readonly [string, ...string[]]
}

/** Runs the suite against a server that is broken in one way, or in none. */
export async function verifyServer(
  broken: Partial<Behaviour>,
  options: VerifyOptions = {},
): Promise<readonly PoeResult[]> {
  await using server = await startPoeServer(broken)
  return await verifyUrl(server.url, { key: broken.key ?? KEY, ...options })
}

/** Runs the suite against whatever is there. */
export async function verifyUrl(url: URL, options: VerifyOptions): Promise<readonly PoeResult[]> {
  const { only, limits, timeoutMs = 10_000, questions = EVERY_QUESTION } = options
  const checks = POE_CHECKS.filter(({ id }) => only?.includes(id) ?? true)
  const run = runPoeChecks({
    url,
    key: options.key,
    checks,
    questions,
    timeoutMs,
    limits: { ...POE_LIMITS, ...limits },
  })
  return await Array.fromAsync(run)
}
