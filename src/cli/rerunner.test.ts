import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Rerunner } from './rerunner.ts'

/** Asks the address in its environment for its own word, and stays. */
const SCRIPT = `import { word } from './word.mjs'
await fetch(process.env.REPORT_TO + '/' + word)
process.on('SIGTERM', () => process.exit())`

let folder: string
let reports: Server
let rerunner: Rerunner
let said: EventEmitter
let running: Promise<void>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'botyard-rerunner-'))
  await writeFile(join(folder, 'script.mjs'), SCRIPT)
  reports = createServer((_request, response) => response.end()).listen(0, '127.0.0.1')
  await once(reports, 'listening')
  const { port } = reports.address() as { readonly port: number }
  said = new EventEmitter()
  rerunner = new Rerunner({
    script: join(folder, 'script.mjs'),
    arguments: [],
    cwd: folder,
    env: { REPORT_TO: `http://127.0.0.1:${port}` },
    alsoWatch: [join(folder, '.env')],
    say: (sentence) => said.emit('sentence', sentence),
  })
})

afterEach(async () => {
  rerunner.stop()
  await running
  reports.close()
  await rm(folder, { recursive: true })
})

/** Puts a new file in the place of the old one, as many editors do. */
async function replaceWord(word: string): Promise<void> {
  await writeFile(join(folder, 'new'), `export const word = '${word}'`)
  await rename(join(folder, 'new'), join(folder, 'word.mjs'))
}

async function nextReport(): Promise<string> {
  const [request] = await once(reports, 'request')
  return request.url
}

test('a file that is replaced again and again is seen each time', async () => {
  await replaceWord('first')
  running = rerunner.run()
  expect(await nextReport()).toBe('/first')
  for (const word of ['second', 'third', 'fourth']) {
    await replaceWord(word)
    expect(await nextReport()).toBe(`/${word}`)
  }
})

test('a script that cannot be run is run again when the file is mended', async () => {
  await writeFile(join(folder, 'word.mjs'), 'export const word = process.exit(1)')
  const ended = once(said, 'sentence')
  running = rerunner.run()
  expect(await ended).toEqual(['Waiting for a file to change before starting again.'])
  await replaceWord('mended')
  expect(await nextReport()).toBe('/mended')
})

test('a file that nothing imports counts when it is named, and need not be there at first', async () => {
  await replaceWord('word')
  running = rerunner.run()
  await nextReport()
  await writeFile(join(folder, '.env'), 'A=1')
  expect(await nextReport()).toBe('/word')
})
