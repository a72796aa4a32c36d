import { expect, test } from 'vitest'
import { bots } from '../../bots/index.ts'
import { makeFolder } from '../../test/run-command.ts'
import { loadProject } from './load-project.ts'

const PROJECT = `
import { defineBot, defineConfig } from 'botyard'
export default defineConfig({ bots: [defineBot({ name: 'greeter', instructions: 'Greet.' })] })
`

test('without a project file the ready-made bots are served', async () => {
  await using folder = await makeFolder()
  expect((await loadProject(folder.path)).bots).toEqual(bots)
})

test.each(['botyard.config.ts', 'botyard.config.mts', 'botyard.config.js', 'botyard.config.mjs'])(
  '%s is found',
  async (file) => {
    await using folder = await makeFolder({ [file]: PROJECT })
    expect((await loadProject(folder.path)).defaultBot.name).toBe('greeter')
  },
)

test.each([
  ['imports what is not there', "import './missing.ts'", /botyard\.config\.ts cannot be loaded\. .*missing/s],
  [
    'Node.js takes for CommonJS',
    "throw new SyntaxError('Cannot use import statement outside a module')",
    /outside a module\. Node\.js takes it for CommonJS: run `npm pkg set type=module`/,
  ],
  [
    'throws',
    "\n\nthrow new Error('no luck')",
    /botyard\.config\.ts cannot be loaded\. Error: no luck \(botyard\.config\.ts:3\)$/,
  ],
  [
    'defines a bot that cannot work',
    PROJECT.replace('instructions', 'instruction'),
    /loaded\. defineBot: `instruction` of "greeter" does not exist.*\(botyard\.config\.ts:3\)$/,
  ],
  [
    'exports nothing',
    'export const bots = []',
    /botyard\.config\.ts has to export what defineConfig\(\) returns/,
  ],
  ['defines no bots', PROJECT.replace(/\[.*\]/, '[]'), /defineConfig: `bots` is empty/],
])('a project file that %s is named with what is wrong', async (_, content, problem) => {
  await using folder = await makeFolder({ 'botyard.config.ts': content })
  await expect(loadProject(folder.path)).rejects.toMatchObject({
    code: 'invalid_configuration',
    message: expect.stringMatching(problem),
  })
})
