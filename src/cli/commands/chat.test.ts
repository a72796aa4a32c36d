import { type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runCommand, type CommandRun, type TestFolder } from '../../../test/run-command.ts'
import { startTestApp, type TestApp } from '../../../test/test-app.ts'
import { failing, scriptedModel, text } from '../../../test/scripted-model.ts'

const PROJECT = `
import { defineBot, defineConfig } from 'botyard'
export default defineConfig({ bots: [defineBot({ name: 'test', instructions: 'Not asked.' })] })
`

let folder: TestFolder
let app: TestApp

beforeAll(async () => {
  folder = await makeFolder({ 'botyard.config.ts': PROJECT })
  app = await startTestApp({
    model: scriptedModel(
      text('The server', ' says hello.'),
      failing(new Error('the wire is cut')),
      text('And again.'),
    ),
    env: { DATA_DIR: `${folder.path}/data`, MODEL_RETRIES: '0' },
  })
})

afterAll(async () => {
  await app.close()
  await folder[Symbol.asyncDispose]()
})

function chat(stdin: string, port: number): Promise<CommandRun> {
  const env = { DATA_DIR: `${folder.path}/data`, PORT: String(port) }
  return runCommand(['chat'], { cwd: folder.path, stdin, env })
}

test('beside a server that has the database it talks to that server', async () => {
  const { port } = app.server.server.address() as AddressInfo
  const { code, out, err } = await chat('one\ntwo\nthree\n', port)
  expect(out).toBe('The server says hello.\nAnd again.\n')
  expect(err).toContain('language model')
  expect(code).toBe(1)
})

test('when no server answers it says who has the database', async () => {
  // Port 1 is reserved, and nothing listens there.
  expect(await chat('one\n', 1)).toMatchObject({ code: 1, err: expect.stringContaining('already open') })
})
