import { setTimeout as delay } from 'node:timers/promises'
import { lookAtServer, type Finding, type LookOptions } from './look-at-server.ts'
import { sendAlert, type AlertMessage, type AlertTargets } from './send-alert.ts'

/** The door of the watch room: looks at a server as Prometheus would, and tells somebody. */
export interface WatchOptions extends LookOptions {
  readonly targets: AlertTargets
  /** Between two looks, in milliseconds. Undefined: one look. */
  readonly intervalMs: number | undefined
  /** Told of each look. */
  readonly onLook: (look: Look) => void
}

export interface Look {
  readonly findings: readonly Finding[]
  /** What was told just now: problems that are new or last, or that all is well again. Undefined: nothing. */
  readonly told: string | undefined
  /** What kept somebody from being told. */
  readonly failures: readonly string[]
}

/** A problem that lasts is told again after this long, in milliseconds. */
const REMIND_MS = 3_600_000

/**
 * Looks until `signal` aborts, or once. Tells of every change, of what lasts each hour, and when all is well again.
 * Resolves with true when all was well at the last look and everybody who was to be told has been.
 */
export async function watchServer(options: WatchOptions): Promise<boolean> {
  let before: Told = { alerts: '', at: 0 }
  while (true) {
    const findings = await lookAtServer(options).catch(() => undefined)
    if (findings === undefined) return before.alerts === ''
    const message = toMessage(options.url, findings, before)
    const failures = message ? await sendAlert(message, options.targets) : []
    options.onLook({ findings, told: message?.subject, failures })
    // What nobody heard is told again at the next look.
    if (failures.length === 0 && message) before = { alerts: namesOf(findings), at: performance.now() }
    const well = findings.length === 0 && failures.length === 0
    if (options.intervalMs === undefined) return well
    const ended = await delay(options.intervalMs, false, { signal: options.signal }).catch(() => true)
    if (ended) return well
  }
}

interface Told {
  readonly alerts: string
  /** Of `performance.now()`. */
  readonly at: number
}

function toMessage(url: string, findings: readonly Finding[], before: Told): AlertMessage | undefined {
  const alerts = namesOf(findings)
  const lasts = alerts !== '' && performance.now() - before.at > REMIND_MS
  if (alerts === before.alerts && !lasts) return undefined
  if (findings.length === 0)
    return { subject: `Botyard at ${url} is well again`, text: `Over: ${before.alerts}`, findings }
  const worst = findings.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning'
  return {
    subject: `Botyard at ${url}: ${worst}`,
    text: findings.map(({ alert, problem }) => `${alert}: ${problem}`).join('\n'),
    findings,
  }
}

function namesOf(findings: readonly Finding[]): string {
  return findings.map(({ alert }) => alert).join(', ')
}
