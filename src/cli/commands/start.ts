import { checkConfig, loadConfig, secretsOf, type Environment } from '../../config.ts'
import { toAppError } from '../../errors.ts'
import { openErrorReports, type ErrorReports } from '../../observe/error-reports.ts'
import { createLog } from '../../observe/log.ts'
import { createScrubber } from '../../observe/scrub.ts'
import { workFields } from '../../tracing.ts'
import { readVersion } from '../../version.ts'
import type { Command, ExitCode, Terminal } from '../command.ts'
import { loadProject } from '../load-project.ts'
import { printStart } from '../print-start.ts'
import { reportCrashes } from '../report-crashes.ts'

export const start: Command = {
  name: 'start',
  summary: 'Serve the bots of this folder',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['botyard start', 'NODE_ENV=production PORT=8080 botyard start'],
  run: async ({ terminal }) => {
    const reports = await openReports(terminal.env)
    return reports ? runReported(reports, () => run(terminal, reports)) : run(terminal)
  },
}

async function run({ env, cwd, stdout }: Terminal, reports?: ErrorReports): Promise<ExitCode> {
  const config = loadConfig(env)
  const project = await loadProject(cwd)
  const pretty = config.NODE_ENV !== 'production'
  const log = createLog({
    level: config.LOG_LEVEL,
    pretty,
    secrets: secretsOf(config),
    ...(reports && { onError: (error, message) => reports.report(error, message, workFields()) }),
  })
  const { serve } = await import('../../serve.ts')
  try {
    return await serve({
      config,
      project,
      log,
      onListening: (started) => (pretty ? printStart(started, stdout) : log.info(started, 'listening')),
    })
  } catch (error) {
    if (pretty) throw error
    // Whoever collects the log of a server gets one line in its format, not text for people.
    log.fatal({ err: error }, toAppError(error).message)
    return 1
  }
}

/** Runs the server so that whatever ends it is reported before the process leaves. */
async function runReported(reports: ErrorReports, serveBots: () => Promise<ExitCode>): Promise<ExitCode> {
  const stop = reportCrashes(reports)
  try {
    return await serveBots()
  } catch (error) {
    reports.reportCrash(error, {})
    throw error
  } finally {
    stop()
    await reports.close()
  }
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
