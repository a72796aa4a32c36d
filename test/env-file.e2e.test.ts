import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { makeFolder } from './run-command.ts'
import { CLI } from './server-process.ts'

const FILE = [
  '# what the server is',
  'SITE_NAME="Two',
  'lines"',
  '',
  'OPENAI_API_KEY: sk-secret',
  'export LOG_LEVEL=debug',
  '  = 8080',
  "TTS_ENABLED='false' # quiet",
  'PORT 8080',
].join('\n')

test.each(['\n', '\r\n'])('lines of .env that Node passes over are told by number, with %j', async (end) => {
  await using folder = await makeFolder({ '.env': FILE.replaceAll('\n', end) })
  const { stderr } = spawnSync(process.execPath, [...CLI, '--version'], {
    cwd: folder.path,
    encoding: 'utf8',
  })
  expect(stderr.match(/(?<=^\.env: line )\d+/gm)).toEqual(['5', '7', '9'])
  expect(stderr).toContain('.env: line 9 is not read; write NAME=value')
  expect(stderr).not.toContain('secret')
})
