#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { processEnvironment } from '../config.ts'
import { runCommandLine } from './command-line.ts'

const cwd = process.cwd()
const file = join(cwd, '.env')
// Into the process, not only into the config: tools of the project's bots read variables of their own.
if (existsSync(file)) process.loadEnvFile(file)

process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: processEnvironment(),
  cwd,
})
