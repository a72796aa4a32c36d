import { loadConfig, secretsOf } from '../../config.ts'
import { createLog } from '../../observe/log.ts'
import type { Command } from '../command.ts'
import { loadProject } from '../load-project.ts'

export const start: Command = {
  name: 'start',
  summary: 'Serve the bots of this folder',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['botyard start', 'NODE_ENV=production PORT=8080 botyard start'],
  run: async ({ terminal: { env, cwd } }) => {
    const config = loadConfig(env)
    const project = await loadProject(cwd)
    const pretty = config.NODE_ENV !== 'production'
    const log = createLog({ level: config.LOG_LEVEL, pretty, secrets: secretsOf(config) })
    const { serve } = await import('../../serve.ts')
    return serve({ config, project, log })
  },
}
