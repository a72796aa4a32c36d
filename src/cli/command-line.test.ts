import { describe, expect, test } from 'vitest'
import { SETTING_ROWS } from '../settings.ts'
import { COMMANDS } from './command-line.ts'
import { makeFolder, runCommand } from '../../test/run-command.ts'

describe('help', () => {
  test('lists every command', async () => {
    const { code, out } = await runCommand(['--help'])
    expect(code).toBe(0)
    expect(COMMANDS.filter(({ name }) => !out.includes(`\n  ${name} `))).toEqual([])
  })

  test('is what a bare command line gets', async () => {
    expect(await runCommand([])).toEqual(await runCommand(['help']))
  })

  test.each(COMMANDS.map(({ name }) => name))('of %s shows its options and an example', async (name) => {
    const { code, out } = await runCommand([name, '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`\nExamples\n  `)
    for (const option of Object.keys(COMMANDS.find((command) => command.name === name)?.options ?? {}))
      expect(out).toContain(`--${option}`)
  })

  test('has no colours outside a terminal', async () => {
    expect((await runCommand(['--help'])).out).not.toContain('\u001B')
  })
})

test('the version is that of the package', async () => {
  expect((await runCommand(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test.each([
  [['strat'], 'Unknown command "strat". Did you mean "start"?'],
  [['frobnicate'], 'Unknown command "frobnicate". Run `botyard --help` for the list.'],
  [['--verbose'], 'Unknown option "--verbose". Run `botyard --help` for the list.'],
  [['check', '--jsno'], 'Unknown option "--jsno" of botyard check. Did you mean "--json"?'],
  [['check', '-j'], 'Unknown option "-j" of botyard check. Run `botyard check --help` for the list.'],
  [['check', 'everything'], 'Usage: botyard check'],
  [['migrate'], 'Usage: botyard migrate <up|down|status|verify>'],
  [
    ['migrate', 'sideways'],
    'Unknown action "sideways" of botyard migrate. Choose one of up, down, status, verify.',
  ],
  [['migrate', 'up', '--to'], "Option '--to <value>' argument missing"],
])('%j is not understood and says what instead', async (words, message) => {
  expect(await runCommand(words)).toEqual({ code: 2, out: '', err: `${message}\n` })
})

describe('check', () => {
  test('prints every problem at once, with its remedy', async () => {
    const { code, out } = await runCommand(['check'], { env: { PORT: 'x', DATABSE_URL: 'y' } })
    expect(code).toBe(1)
    expect(out).toBe(
      [
        '✗ Server: PORT is "x".',
        '  → Set it to a whole number from 0 to 65535, or remove it to use 5000.',
        '! Environment: DATABSE_URL is not read.',
        '  → Did you mean DATABASE_URL?',
        ...['Project', 'Search in documents', 'Voice', 'Recordings'].map(
          (title) => `- ${title}: the environment has to be right first`,
        ),
        `${SETTING_ROWS.length - 1} passed, 1 with a warning, 1 failed, 4 skipped\n`,
      ].join('\n'),
    )
  })

  test('finds the bot whose model cannot be had', async () => {
    const config = `import { defineBot, defineConfig } from 'botyard'
      const fine = defineBot({ name: 'fine', instructions: 'Be kind.' })
      const keyless = defineBot({ name: 'keyless', instructions: 'Be kind.', model: 'openai/gpt-4o-mini' })
      export default defineConfig({ bots: [fine, keyless] })`
    await using folder = await makeFolder({ 'botyard.config.ts': config })
    const { code, out } = await runCommand(['check', '--all'], { cwd: folder.path })
    expect(code).toBe(1)
    expect(out).toContain('✓ Search in documents: full text, vectors of hash/1 in the embedded database\n')
    expect(out).toMatch(/✗ Project: bot keyless: .*OPENAI_API_KEY/)
    expect(out).not.toContain('fine')
  })

  test('says which ready-made bot lacks what it requires', async () => {
    const { code, out } = await runCommand(['check', '--all'])
    expect(code).toBe(0)
    expect(out).toContain('bot company is off: Missing required configuration: DADATA_API_KEY')
  })

  test('prints JSON for programs', async () => {
    const { code, out } = await runCommand(['check', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toContainEqual({
      id: 'environment.PORT',
      title: 'Server',
      status: 'pass',
      evidence: 'PORT is 5000',
    })
  })
})

test('a configuration that cannot be used fails with every problem', async () => {
  const { code, err } = await runCommand(['start'], { env: { PORT: 'x', LOG_LEVEL: 'loud' } })
  expect(code).toBe(1)
  expect(err).toContain('PORT is "x"')
  expect(err).toContain('LOG_LEVEL is "loud"')
  expect(err).not.toContain('    at ')
})
