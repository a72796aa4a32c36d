import { POE_LIMITS, type PoeLimits } from './exchange.ts'
import { createKeyHider } from './hide-key.ts'
import { PoeBot } from './poe-bot.ts'
import { broken, skip, type PoeCheck, type PoeResult, type Verdict } from './poe-check.ts'

/** The whole run sends nothing more after so many answers' time. */
const BUDGET_IN_TIMEOUTS = 10

export interface PoeRunOptions {
  readonly url: URL
  /** Without one, requests go out without `Authorization`, and the rules about keys are skipped. */
  readonly key: string | undefined
  readonly checks: readonly PoeCheck[]
  /** Messages to send: the first is the plain question, the others are asked once and their answers reviewed as well. */
  readonly questions: readonly [string, ...string[]]
  /** A whole answer is awaited so long, in ms. */
  readonly timeoutMs: number
  /** Default: those of the protocol. */
  readonly limits?: PoeLimits
}

/**
 * Looks at every check and yields the results, those with requests of their own first, each as soon as it and those
 * before it are known. Bounded in time by ten times `timeoutMs`; never throws; no text contains the key.
 */
export async function* runPoeChecks(options: PoeRunOptions): AsyncGenerator<PoeResult> {
  const { url, key, checks, questions, timeoutMs, limits = POE_LIMITS } = options
  const bot = new PoeBot({ url, key, limits, timeoutMs }, questions, timeoutMs * BUDGET_IN_TIMEOUTS)
  const hide = createKeyHider(key)
  const finish = (check: PoeCheck, verdict: Verdict): PoeResult => toResult(check, verdict, hide)
  if (checks.some((check) => 'review' in check))
    await Promise.all([bot.settings(), bot.plain(), bot.others()])
  const asked = checks.flatMap((check) =>
    'ask' in check ? [{ check, verdict: lookAt(() => check.ask(bot)) }] : [],
  )
  for (const { check, verdict } of asked) yield finish(check, await verdict)
  for (const check of checks) {
    if ('review' in check) yield finish(check, await lookAt(async () => check.review(bot.exchanges, bot)))
    if ('skip' in check) yield finish(check, skip(check.skip))
  }
}

async function lookAt(look: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await look()
  } catch (error) {
    return broken(`the check failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function toResult(check: PoeCheck, { status, seen }: Verdict, hide: (text: string) => string): PoeResult {
  const { id, title, severity, expected, source, remedy } = check
  const weighed = status === 'fail' && severity === 'should' ? 'warn' : status
  return { id, title, severity, status: weighed, expected, seen: hide(seen), source, remedy }
}
