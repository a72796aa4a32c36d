import {
  checkConfig,
  loadConfig,
  secretsOf,
  type Config,
  type ConfigProblem,
  type Environment,
} from '../config.ts'
import { openErrorReports, type ErrorReports } from '../observe/error-reports.ts'
import { createLog, type Log } from '../observe/log.ts'
import { createScrubber } from '../observe/scrub.ts'
import { workFields } from '../tracing.ts'
import { readVersion } from '../version.ts'
import type { ExitCode } from './command.ts'
import { reportCrashes } from './report-crashes.ts'

/** What a server is run with. */
export interface ServerStart {
  readonly config: Config
  readonly log: Log
  /** Whether people read what it prints, rather than a collector of logs. */
  readonly pretty: boolean
  /** What the environment probably does not mean. */
  readonly warnings: readonly ConfigProblem[]
}

/**
 * Runs a server so that errors of its log, and whatever ends it, are reported (`SENTRY_DSN`) before the process leaves.
 * Throws what `run` throws, and `invalid_configuration`.
 */
export async function runReported(
  env: Environment,
  run: (start: ServerStart) => Promise<ExitCode>,
): Promise<ExitCode> {
  const reports = await openReports(env)
  const stop = reports && reportCrashes(reports)
  try {
    const config = loadConfig(env)
    const pretty = config.NODE_ENV !== 'production'
    const { warnings } = checkConfig(env)
    return await run({ config, pretty, warnings, log: createServerLog(config, { pretty, reports }) })
  } catch (error) {
    reports?.reportCrash(error, {})
    throw error
  } finally {
    stop?.()
    await reports?.close()
  }
}

interface ServerLog {
  readonly pretty: boolean
  readonly reports: ErrorReports | undefined
}

function createServerLog(config: Config, { pretty, reports }: ServerLog): Log {
  return createLog({
    level: config.LOG_LEVEL,
    pretty,
    secrets: secretsOf(config),
    ...(reports && {
      onError: (error, message, isFatal) =>
        isFatal ? reports.reportCrash(error, workFields()) : reports.report(error, message, workFields()),
    }),
  })
}

/** An environment that cannot be used keeps the server from starting: that is reported as well, if it can be. */
async function openReports(env: Environment): Promise<ErrorReports | undefined> {
  const { config, readable } = checkConfig(env)
  const { SENTRY_DSN, SENTRY_ENVIRONMENT, NODE_ENV } = readable
  const opened = openErrorReports({
    dsn: SENTRY_DSN,
    release: readVersion(),
    environment: SENTRY_ENVIRONMENT ?? NODE_ENV,
    scrub: createScrubber(secretsOf(readable)),
  })
  return config ? opened : opened.catch(() => undefined)
}
