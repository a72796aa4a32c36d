import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Command, ExitCode } from '../command.ts'

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

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
      },
    )
    const forward = (signal: NodeJS.Signals): boolean => child.kill(signal)
    for (const signal of FORWARDED_SIGNALS) process.on(signal, forward)
    return exitCodeOf(once(child, 'exit')).finally(() => {
      for (const signal of FORWARDED_SIGNALS) process.off(signal, forward)
    })
  },
}

/** A watcher that was told to stop did what it should. */
async function exitCodeOf(exited: Promise<readonly unknown[]>): Promise<ExitCode> {
  const [code] = await exited
  return typeof code === 'number' ? code : 0
}
