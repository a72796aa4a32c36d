import { join } from 'node:path'
import type { Command } from '../command.ts'
import { PROJECT_FILES } from '../load-project.ts'
import { Rerunner } from '../rerunner.ts'

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const dev: Command = {
  name: 'dev',
  summary: 'Serve the bots of this folder and restart when a file changes',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['botyard dev', 'PORT=3000 botyard dev'],
  run: async ({ terminal: { env, cwd, stderr } }) => {
    const server = new Rerunner({
      script: process.argv[1] ?? '',
      arguments: ['start'],
      cwd,
      env: { ...env, NODE_ENV: 'development' },
      alsoWatch: ['.env', ...PROJECT_FILES].map((name) => join(cwd, name)),
      say: (sentence) => stderr.write(`\n${sentence}\n`),
    })
    const stop = (): void => server.stop()
    for (const signal of STOP_SIGNALS) process.on(signal, stop)
    try {
      await server.run()
      return 0
    } finally {
      for (const signal of STOP_SIGNALS) process.off(signal, stop)
    }
  },
}
