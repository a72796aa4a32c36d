import { secretsOf, type Config } from '../config.ts'
import { createLog, type Log } from '../observe/log.ts'
import type { Terminal } from './command.ts'

/** The log of a command that prints its own outcome: errors only, as text, beside what it prints. */
export function createQuietLog(config: Config, { stderr }: Terminal): Log {
  return createLog({ level: 'error', pretty: true, secrets: secretsOf(config), destination: stderr })
}
