import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { CLI } from './server-process.ts'

/** Loaded before the command line: Node.js then says that it is another version. */
function pretendToBe(version: string): string {
  const versions = `{ value: { ...process.versions, node: '${version}' } }`
  const script = `Object.defineProperties(process, { version: { value: 'v${version}' }, versions: ${versions} })`
  return `data:text/javascript,${encodeURIComponent(script)}`
}

test.each([
  ['22.20.0', 1, 'Botyard needs Node.js 24.9 or newer; this is v22.20.0.'],
  ['24.8.0', 1, 'Botyard needs Node.js 24.9 or newer; this is v24.8.0.'],
  ['24.9.0', 0, ''],
  ['25.0.0', 0, ''],
])('on Node.js %s the command line leaves with %i', (version, code, sentence) => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', pretendToBe(version), ...CLI, '--version'],
    {
      encoding: 'utf8',
    },
  )
  expect([status, stderr.startsWith(sentence), stderr === '']).toEqual([code, true, code === 0])
})
