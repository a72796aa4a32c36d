import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, runCommand, type CommandRun, type TestFolder } from '../../../test/run-command.ts'
import { testDatabases } from '../../../test/test-store.ts'

const PROJECT = `
import { defineBot, defineConfig, documents } from 'botyard'
export default defineConfig({ bots: [defineBot({ name: 'shop', instructions: 'Help.', knowledge: documents() })] })
`

async function makeProject(): Promise<TestFolder> {
  const folder = await makeFolder({ 'botyard.config.ts': PROJECT, 'secret.txt': 'Outside.' })
  const files = {
    'faq.md': '# Delivery\n\nShipping is free from 50 euros.',
    'more/faq.md': '# Returns\n\nWithin a month.',
    'broken.pdf': '%PDF-1.4 nonsense',
    '.hidden.md': 'Hidden.',
    'node_modules/a/readme.md': 'Not ours.',
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder.path, 'docs', name, '..'), { recursive: true })
    await writeFile(join(folder.path, 'docs', name), content)
  }
  await symlink(join(folder.path, 'secret.txt'), join(folder.path, 'docs', 'link.txt'))
  return folder
}

describe.each(testDatabases())('botyard ingest on $name', (database) => {
  test('takes a folder in, tells what became of each file, and answers from it', async () => {
    await using folder = await makeProject()
    const { env, remove } = await database.create()
    const run = (...words: string[]): Promise<CommandRun> => runCommand(words, { env, cwd: folder.path })
    try {
      const first = await run('ingest', 'docs', '--json')
      expect(first.code).toBe(1)
      expect(JSON.parse(first.out)).toMatchObject({
        new: 2,
        replaced: 0,
        unchanged: 0,
        refused: 1,
        documents: [
          { name: 'broken.pdf', outcome: 'refused', code: 'document_damaged' },
          { name: 'faq.md', outcome: 'new', chunks: 1 },
          { name: 'more/faq.md', outcome: 'new', chunks: 1 },
        ],
      })
      await writeFile(join(folder.path, 'docs', 'faq.md'), '# Delivery\n\nShipping is free from 80 euros.')
      const second = await run('ingest', 'docs', '--bot', 'shop')
      expect(second.out).toBe(
        '✗ broken.pdf: This document is damaged or not what its name says, and cannot be read.\n! 0 new, 1 replaced, 1 unchanged, 1 refused\n',
      )
      expect(second.err).toBe('')
      const answer = await runCommand(['chat', 'shop'], {
        env,
        cwd: folder.path,
        stdin: 'Is shipping free?\n',
      })
      expect(answer.out).toContain('Shipping is free from 80 euros.')
    } finally {
      await remove()
    }
  })
})

test.each([
  [['ingest', 'nowhere'], 'There is no file or folder'],
  [['ingest', 'docs', '--bot', 'shob'], 'There is no bot "shob". Use one of shop.'],
  [['ingest'], 'Usage: botyard ingest <path|url>'],
])('%j is not understood', async (words, sentence) => {
  await using folder = await makeProject()
  const { code, err } = await runCommand(words, { cwd: folder.path })
  expect([code, err]).toEqual([2, expect.stringContaining(sentence)])
})

test('a bot that would not look into its documents is named before they are taken in', async () => {
  const project = PROJECT.replace(', knowledge: documents()', '')
  await using folder = await makeFolder({ 'botyard.config.ts': project, 'faq.md': 'Shipping is free.' })
  const env = { DATA_DIR: join(folder.path, 'data') }
  const { code, out, err } = await runCommand(['ingest', 'faq.md'], { env, cwd: folder.path })
  expect([code, out]).toEqual([0, '✓ 1 new, 0 replaced, 0 unchanged, 0 refused\n'])
  expect(err).toBe(
    '! The bot "shop" does not answer from documents: give it `knowledge: documents()` in botyard.config.ts.\n',
  )
})

test('an address inside our network is refused', async () => {
  await using folder = await makeProject()
  const env = { DATA_DIR: join(folder.path, 'data') }
  const { code, out } = await runCommand(['ingest', 'http://169.254.169.254/latest'], {
    env,
    cwd: folder.path,
  })
  expect([code, out]).toEqual([1, expect.stringContaining('a network that is not public')])
})
