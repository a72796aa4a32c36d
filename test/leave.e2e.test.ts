import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { makeFolder } from './run-command.ts'
import { CLI, startServerProcess } from './server-process.ts'

/** A project that keeps a timer running for ever, as a pool of connections would. */
const HOLDING_PROJECT = `
import { defineBot, defineConfig } from 'botyard'
setInterval(() => undefined, 60_000)
export default defineConfig({ bots: [defineBot({ name: 'greeter', instructions: 'Greet.' })] })
`

test('a server prints the address that answers, and leaves with code 0 although its project holds a timer', async () => {
  await using folder = await makeFolder({ 'botyard.config.ts': HOLDING_PROJECT })
  const env = { HOST: '127.0.0.2', NODE_ENV: 'development', DRAIN_LINGER_MS: '0' }
  const server = await startServerProcess(env, folder.path)
  expect(server.output.join('\n')).toContain(`listening at ${server.url}`)
  expect(await server.end('SIGTERM')).toBe(0)
})

test('a command leaves with its whole output although the project holds a timer', async () => {
  await using folder = await makeFolder({ 'botyard.config.ts': HOLDING_PROJECT })
  const child = spawn(process.execPath, [...CLI, 'chat'], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = text(child.stdout)
  child.stdin.end('hello\n')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await said).toContain('Hello!')
})

test('a command whose reader has left, as head does, ends without a word', async () => {
  const child = spawn(process.execPath, [...CLI, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const complaint = text(child.stderr)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await complaint).toBe('')
})
