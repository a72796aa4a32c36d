import { loadConfig, secretsOf } from '../../config.ts'
import { toAppError } from '../../errors.ts'
import { createLog } from '../../observe/log.ts'
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
    const log = createLog({ level: config.LOG_LEVEL, pretty, secrets: secretsOf(config) })
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
  },
}
