import { loadConfig, secretsOf } from '../../config.ts'
import { toAppError } from '../../errors.ts'
import { openErrorReports } from '../../observe/error-reports.ts'
import { createLog } from '../../observe/log.ts'
import { createScrubber } from '../../observe/scrub.ts'
import { workFields } from '../../tracing.ts'
import { readVersion } from '../../version.ts'
import type { Command } from '../command.ts'
import { loadProject } from '../load-project.ts'
import { printStart } from '../print-start.ts'

export const start: Command = {
  name: 'start',
  summary: 'Serve the bots of this folder',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['botyard start', 'NODE_ENV=production PORT=8080 botyard start'],
  run: async ({ terminal: { env, cwd, stdout } }) => {
    const config = loadConfig(env)
    const project = await loadProject(cwd)
    const pretty = config.NODE_ENV !== 'production'
    const secrets = secretsOf(config)
    const reports = await openErrorReports({
      dsn: config.SENTRY_DSN,
      release: readVersion(),
      environment: config.SENTRY_ENVIRONMENT ?? config.NODE_ENV,
      scrub: createScrubber(secrets),
    })
    const log = createLog({
      level: config.LOG_LEVEL,
      pretty,
      secrets,
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
    } finally {
      await reports?.close()
    }
  },
}
