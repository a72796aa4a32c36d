import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Command, ExitCode } from '../command.ts'

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const dev: Command = {
  name: 'dev',
  summary: 'Serve the bots of this folder and restart when a file changes',
  usage: '',
  arity: [0, 0],
  options: {},
  examples: ['botyard dev', 'PORT=3000 botyard dev'],
  run: ({ terminal: { env, cwd } }) => {
    const script = process.argv[1] ?? ''
    const child = spawn(
      process.execPath,
      [...process.execArgv, '--watch', '--watch-preserve-output', script, 'start'],
      {
        cwd,
        env: { ...env, NODE_ENV: 'development' },
        stdio: 'inherit',
        // A group of its own: Ctrl-C would reach the server twice, and the second signal ends it at once.
        detached: true,
      },
    )
    const stop = (): boolean => child.kill('SIGTERM')
    for (const signal of STOP_SIGNALS) process.on(signal, stop)
    return exitCodeOf(once(child, 'exit')).finally(() => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop)
    })
  },
}

/** A watcher that was told to stop did what it should. */
async function exitCodeOf(exited: Promise<readonly unknown[]>): Promise<ExitCode> {
  const [code] = await exited
  return typeof code === 'number' ? code : 0
}
