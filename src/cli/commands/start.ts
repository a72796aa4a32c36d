import { toSentence } from '../../config.ts'
import { toAppError } from '../../errors.ts'
import type { Command, ExitCode, Terminal } from '../command.ts'
import { loadProject } from '../load-project.ts'
import { printStart } from '../print-start.ts'
import { runReported, type ServerStart } from '../run-reported.ts'

export const start: Command = {
  name: 'start',
  summary: 'Serve the bots of this folder',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['botyard start', 'NODE_ENV=production PORT=8080 botyard start'],
  run: ({ terminal }) => runReported(terminal.env, (starting) => serveFolder(starting, terminal)),
}

async function serveFolder(
  { config, log, pretty, warnings }: ServerStart,
  { cwd, stdout }: Terminal,
): Promise<ExitCode> {
  const project = await loadProject(cwd)
  const { serve } = await import('../../serve.ts')
  try {
    return await serve({
      config,
      project,
      log,
      onListening: (started) => {
        if (pretty) return printStart({ ...started, warnings }, stdout)
        for (const warning of warnings) log.warn(toSentence(warning))
        log.info(started, 'listening')
      },
    })
  } catch (error) {
    if (pretty) throw error
    // Whoever collects the log of a server gets one line in its format, not text for people.
    log.fatal({ err: error }, toAppError(error).message)
    return 1
  }
}
