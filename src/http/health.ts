import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { AppError, toAppError } from '../errors.ts'
import { retryAfterSeconds } from './problem.ts'

export interface HealthOptions {
  readonly version: string
  /** The word `/health` uses when all is well; guides 000 and 001 read `healthy`, 002 and 004 read `ok`. */
  readonly okWord: string
  readonly isDraining: () => boolean
  /** Each throws an `AppError` when its part cannot serve. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>
  /** What is configured, shown by `/health` among the checks and beside them; no such flag makes it fail. Default: none. */
  readonly flags?: () => Readonly<Record<string, boolean>>
  /** What is not well with each channel, by its name; such a replica still serves. Default: nothing. */
  readonly channelProblems?: () => Readonly<Record<string, string>>
}

/** Loose: flags are told at the top, too, where older monitors look for them. */
const State = z.looseObject({
  status: z.string(),
  version: z.string(),
  timestamp: z.string(),
  checks: z.record(z.string(), z.boolean()),
  problems: z.record(z.string(), z.string()).optional(),
  channels: z.record(z.string(), z.string()).optional(),
})

/**
 * `/livez`: the process answers; asks nothing else, since a restart would not mend a database. `/readyz`: this
 * replica can take a turn now. `/health`: both in the shape of the guides.
 */
export function addHealthRoutes(server: FastifyInstance, options: HealthOptions): void {
  const tags = ['health']
  // Probes come every few seconds; only what goes wrong is worth a line.
  const logLevel = 'warn'
  server.get('/livez', { logLevel, schema: { tags, summary: 'The process runs' } }, async () => ({
    status: 'ok',
  }))
  for (const [path, summary] of [
    ['/readyz', 'This replica can take a turn'],
    ['/health', 'State of the server and its parts'],
  ] as const)
    server.get(
      path,
      { logLevel, schema: { tags, summary, response: { 200: State, 503: State } } },
      async (_request, reply) => {
        const state = await readState(options, path === '/health' ? options.flags?.() : undefined)
        if (state.retryAfter !== undefined) reply.header('retry-after', state.retryAfter)
        return reply
          .header('cache-control', 'no-store')
          .code(state.ok ? 200 : 503)
          .send(state.body)
      },
    )
}

interface HealthState {
  readonly ok: boolean
  readonly body: z.infer<typeof State>
  readonly retryAfter: number | undefined
}

async function readState(
  { version, okWord, isDraining, checks, channelProblems }: HealthOptions,
  flags: Readonly<Record<string, boolean>> = {},
): Promise<HealthState> {
  const failures = new Map<string, AppError>()
  const passed: Record<string, boolean> = {}
  for (const [name, failure] of await Promise.all(
    Object.entries(checks).map(async ([name, run]) => [name, await failureOf(run)] as const),
  )) {
    passed[name] = failure === undefined
    if (failure) failures.set(name, failure)
  }
  if (isDraining()) failures.set('process', new AppError('draining', { retryAfterMs: 5_000 }))
  const ok = failures.size === 0
  const channels = channelProblems?.() ?? {}
  const problems = Object.fromEntries([...failures].map(([name, { message }]) => [name, message]))
  return {
    ok,
    retryAfter: [...failures.values()].map(retryAfterSeconds).find((seconds) => seconds !== undefined),
    body: {
      status: ok ? okWord : 'unhealthy',
      version,
      timestamp: new Date().toISOString(),
      checks: { ...passed, ...flags },
      ...flags,
      ...(!ok && { problems }),
      ...(Object.keys(channels).length > 0 && { channels }),
    },
  }
}

async function failureOf(run: () => Promise<void>): Promise<AppError | undefined> {
  try {
    await run()
    return undefined
  } catch (thrown) {
    return toAppError(thrown)
  }
}
