import { ALERTS, type WatchedNumbers } from '../observe/alerts.ts'

/** Something that is not well. */
export interface Finding {
  /** The name of the alert, such as `BotyardErrorRate`. */
  readonly alert: string
  readonly severity: 'warning' | 'critical'
  readonly problem: string
}

export interface LookOptions {
  /** Of the server, without a slash at the end. */
  readonly url: string
  /** `METRICS_TOKEN`, or the token of an operator; not needed at the server's own computer in development. */
  readonly token: string | undefined
  readonly signal: AbortSignal
}

/** How long a server may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000

/** Looks at a server once, as the rules for Prometheus do. Empty when all is well; a server that is away is a finding. */
export async function lookAtServer(options: LookOptions): Promise<readonly Finding[]> {
  try {
    const health = await read(options, '/api/metrics/health/streaming', [200, 503])
    const { metrics } = await read(options, '/api/metrics/streaming', [200])
    const numbers = { health, metrics } as unknown as WatchedNumbers
    return ALERTS.flatMap(({ name, severity, check }) => {
      const problem = check?.(numbers)
      return problem === undefined ? [] : [{ alert: name, severity, problem }]
    })
  } catch (error) {
    options.signal.throwIfAborted()
    return [{ alert: 'BotyardDown', severity: 'critical', problem: describe(error) }]
  }
}

async function read(
  { url, token, signal }: LookOptions,
  path: string,
  statuses: readonly number[],
): Promise<Readonly<Record<string, unknown>>> {
  const reply = await fetch(url + path, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  })
  const body = await reply.text()
  if (reply.status === 401 || reply.status === 403)
    throw new WatchFailure(`${path} refuses the token: set METRICS_TOKEN to that of the server`)
  if (!statuses.includes(reply.status)) throw new WatchFailure(`${path} answers with status ${reply.status}`)
  return parse(body, path)
}

function parse(body: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(body) as Record<string, unknown>
    // A 503 of a proxy, or of a server that cannot read its database, says nothing of the numbers.
    if (value['checks'] !== undefined || value['metrics'] !== undefined) return value
  } catch {
    // It is none of ours.
  }
  throw new WatchFailure(`${path} does not answer as Botyard does`)
}

class WatchFailure extends Error {}

function describe(error: unknown): string {
  if (error instanceof WatchFailure) return error.message
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as { readonly code?: unknown }).code
  return `nobody answers${typeof code === 'string' ? ` (${code})` : ''}`
}
