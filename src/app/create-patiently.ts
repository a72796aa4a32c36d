import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { addHealthRoutes } from '../http/health.ts'
import { createHttpServer } from '../http/http-server.ts'
import type { Log } from '../observe/log.ts'
import { readVersion } from '../version.ts'
import { toHttpOptions } from './http-options.ts'

export interface PatientOptions {
  readonly config: Config
  readonly log: Log
  /** Ends the waiting; default: never. */
  readonly signal?: AbortSignal
}

/** Between two attempts, in milliseconds. */
const PAUSE_MS = 2_000
const PROBES = new Set(['/livez', '/readyz', '/health'])

/**
 * Creates what needs the database. While that is away, or not migrated, and `DATABASE_REQUIRED_ON_STARTUP` is false, the
 * port is listened on all the same: probes say what is missing, everything else gets a 503, and it is tried again. Throws
 * what `create` throws otherwise.
 */
export async function createPatiently<Created>(
  create: () => Promise<Created>,
  { config, log, signal }: PatientOptions,
): Promise<Created> {
  try {
    return await create()
  } catch (error) {
    if (config.DATABASE_REQUIRED_ON_STARTUP || !isAboutDatabase(error)) throw error
    log.warn({ err: error }, 'the server starts without its database, and serves as soon as that is there')
    const waiting = await listenMeanwhile(error, config, log)
    try {
      return await createAgain(create, signal)
    } finally {
      waiting.server.closeAllConnections()
      await waiting.close()
    }
  }
}

async function createAgain<Created>(create: () => Promise<Created>, signal?: AbortSignal): Promise<Created> {
  for (;;) {
    await delay(PAUSE_MS, undefined, signal && { signal })
    try {
      return await create()
    } catch (error) {
      if (!isAboutDatabase(error)) throw error
    }
  }
}

/** What cannot be opened is told as a wrong setting, since at a start it mostly is one. */
function isAboutDatabase(error: unknown): error is AppError {
  if (!(error instanceof AppError)) return false
  const unopened = error.code === 'invalid_configuration' && error.message.startsWith('DATABASE_URL:')
  return unopened || error.code === 'database_unavailable' || error.code === 'migrations_pending'
}

async function listenMeanwhile(problem: AppError, config: Config, log: Log): Promise<FastifyInstance> {
  const version = readVersion()
  const server = await createHttpServer({
    log,
    version,
    ...toHttpOptions(config),
    isDraining: () => false,
  })
  // Which server it is, is not for everybody to read.
  const refusal =
    problem.code === 'migrations_pending'
      ? problem
      : new AppError('database_unavailable', { cause: problem, retryAfterMs: PAUSE_MS })
  server.addHook('onRequest', async (request) => {
    if (!PROBES.has(request.url.split('?')[0] ?? '')) throw refusal
  })
  addHealthRoutes(server, {
    version,
    okWord: config.HEALTH_OK_WORD,
    isDraining: () => false,
    checks: { database: () => Promise.reject(refusal) },
  })
  await server.listen({ host: config.HOST, port: config.PORT })
  return server
}
