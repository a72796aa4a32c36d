import { expect, test } from 'vitest'
import { lendDatabase } from '../../../test/lent-databases.ts'
import { makeFolder, runCommand, type CommandRun } from '../../../test/run-command.ts'
import { testDatabases } from '../../../test/test-databases.ts'

const ID = crypto.randomUUID()
const ACME = { chatbotId: ID, name: 'Acme', instructions: 'Answer about Acme.', model: 'offline' }

test('botyard chatbots makes, changes and publishes from files', async () => {
  await using folder = await makeFolder({
    'acme.json': JSON.stringify(ACME),
    'second.json': JSON.stringify({ ...ACME, instructions: 'Be short.' }),
  })
  // Opening a server costs little; opening the embedded database is most of what a command does.
  const lent = await lendDatabase(testDatabases().at(-1)?.name ?? 'embedded')
  const env = { ...lent.env, NODE_ENV: 'test', LOG_LEVEL: 'silent' }
  const run = (...words: string[]): Promise<CommandRun> =>
    runCommand(['chatbots', ...words], { cwd: folder.path, stdin: '', env })
  expect((await run('create', 'acme.json', '--publish')).out).toBe(
    `${ID}  Acme: version 2, revision 1 is published\n`,
  )
  expect((await run('edit', ID, 'second.json', '--publish')).out).toContain(
    'version 4, revision 2 is published',
  )
  expect((await run('revisions', ID)).out).toMatch(/^number +hash +publishedBy +publishedAt +from\n2 .*\n1 /)
})

test.each([
  [['publish'], 'Usage: botyard chatbots publish <id>'],
  [['publishh', ID], 'Unknown action "publishh" of botyard chatbots. Did you mean "publish"?'],
])('%j says how it is written', async (words, sentence) => {
  const { code, err } = await runCommand(['chatbots', ...words], { stdin: '' })
  expect([code, err]).toEqual([2, expect.stringContaining(sentence)])
})
