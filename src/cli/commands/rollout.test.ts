import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeFolder, runCommand, type CommandRun, type TestFolder } from '../../../test/run-command.ts'
import { testDatabases } from '../../../test/test-databases.ts'

const ID = crypto.randomUUID()
const ACME = { chatbotId: ID, name: 'Acme', instructions: 'Answer about Acme.', model: 'offline' }
const PROJECT = `
import { defineBot, defineConfig } from 'botyard'
const define = (name, instructions) => defineBot({ name, instructions, model: 'offline' })
export default defineConfig({
  bots: [define('support', 'Help.'), define('sales', 'Sell.')],
  candidates: [define('support', 'Help kindly.')],
})`

describe('botyard rollout', () => {
  let folder: TestFolder
  let database: Awaited<ReturnType<ReturnType<typeof testDatabases>[number]['create']>>
  beforeAll(async () => {
    folder = await makeFolder({
      'botyard.config.ts': PROJECT,
      'acme.json': JSON.stringify(ACME),
      'second.json': JSON.stringify({ ...ACME, instructions: 'Be short.' }),
    })
    database = await testDatabases().at(-1)!.create()
    await run('migrate', 'up')
  })
  afterAll(async () => {
    await database.remove()
    await folder[Symbol.asyncDispose]()
  })
  const run = (...words: string[]): Promise<CommandRun> =>
    runCommand(words, { cwd: folder.path, env: { ...database.env, LOG_LEVEL: 'silent' } })

  test('says which bots there are when the one it was given is none of them', async () => {
    const err =
      'There is no bot "suport": it is none of the bots in code (support, sales), and not the id of a published chatbot.\n'
    expect(await run('rollout', 'start', 'suport')).toEqual({ code: 1, out: '', err })
    expect(await run('rollout', 'pause', 'suport')).toEqual({ code: 1, out: '', err })
  })

  test('says how to begin where a bot has no rollout', async () => {
    const err = 'The bot "sales" has no rollout yet. Begin one with `botyard rollout start sales`.\n'
    expect(await run('rollout', 'pause', 'sales')).toEqual({ code: 1, out: '', err })
  })

  test('tells what can be done next, and that a reason is missing', async () => {
    expect((await run('rollout', 'start', 'support', '--reason', 'kinder')).out).not.toContain('--reason')
    const { code, out } = await run('rollout', 'pause', 'support')
    expect(code).toBe(0)
    expect(out).toMatch(/^support: paused at 1 %\n/)
    expect(out).toContain('\nnext          `botyard rollout resume support` goes on, ')
    expect(out).toMatch(/\n {2}the record holds no reason; --reason "…" would put one there\n$/)
  })

  test('takes a chatbot by its id, with another of its published revisions', async () => {
    await run('chatbots', 'create', 'acme.json', '--publish')
    await run('chatbots', 'edit', ID, 'second.json', '--publish')
    const revisions = await run('chatbots', 'revisions', ID, '--json')
    const [, first] = JSON.parse(revisions.out) as { readonly hash: string }[]
    const started = await run('rollout', 'start', ID, '--revision', first?.hash ?? '')
    expect(started).toMatchObject({ code: 0, out: expect.stringContaining(`candidate     ${first?.hash}`) })
  })
})

test.each([
  [
    ['pause'],
    'Say of which bot: botyard rollout pause <bot>. `botyard rollout status` lists the rollouts.\n',
  ],
  [['pasue', 'support'], 'Unknown action "pasue" of botyard rollout. Did you mean "pause"?\n'],
])('%j is not understood', async (words, err) => {
  expect(await runCommand(['rollout', ...words])).toEqual({ code: 2, out: '', err })
})
