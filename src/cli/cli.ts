#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'

const OLDEST_NODE = [24, 9] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  const remedy = 'Install it, or give your project its own: npm install --save-dev node@24'
  process.stderr.write(
    `Botyard needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.version}. ${remedy}\n`,
  )
  process.exit(1)
}

// What is loaded from here on is kept compiled; an older Node could not even load this.
const { keepCompiled } = await import('./keep-compiled.ts')
keepCompiled()
const { processEnvironment } = await import('../config.ts')
const { runCommandLine } = await import('./command-line.ts')
const { loadEnvFile } = await import('./env-file.ts')

// Whoever has read enough and left, as `head` does, is no reason to fail.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

const cwd = process.cwd()
const file = join(cwd, '.env')
// Into the process, not only into the config: tools of the project's bots read variables of their own.
// `dev` leaves it to the server it starts, which reads it anew each time.
if (process.argv[2] !== 'dev' && existsSync(file))
  for (const line of loadEnvFile(file))
    process.stderr.write(`.env: line ${line} is not read; write NAME=value, or # before a remark.\n`)

const code = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: processEnvironment(),
  cwd,
})

// What a project leaves open, such as a timer or a pool of a database, must not keep the process alive.
await Promise.all([flush(process.stdout), flush(process.stderr)])
process.exit(code)

/** Resolves when everything written so far has been handed over, or nobody reads it any more. */
function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
