import { describe, expect, test } from 'vitest'
import { makeFolder, runCommand, type CommandRun } from '../../../test/run-command.ts'

/** Its model repeats the last message and says how many it was given. */
const ECHO_PROJECT = `
import { defineBot, defineConfig } from 'botyard'
const model = {
  id: 'echo',
  async *stream({ messages }) {
    const { text } = messages.at(-1)
    if (text === 'break') throw new Error('the wire is cut')
    yield { type: 'text', text: messages.length + ': ' + text }
    yield { type: 'finish', reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
  },
}
export default defineConfig({ bots: ['echo', 'other'].map((name) => defineBot({ name, instructions: 'Echo.', model })) })
`

async function runIn(words: readonly string[], stdin = ''): Promise<CommandRun> {
  await using folder = await makeFolder({ 'botyard.config.ts': ECHO_PROJECT })
  return await runCommand(words, {
    cwd: folder.path,
    stdin,
    env: { DATA_DIR: `${folder.path}/data`, MODEL_RETRIES: '0' },
  })
}

describe('chat', () => {
  test('answers each line that is piped in, in one conversation', async () => {
    expect(await runIn(['chat'], 'one\ntwo\n')).toEqual({ code: 0, out: '1: one\n3: two\n', err: '' })
  })

  test('/new starts over and /exit leaves', async () => {
    const { out } = await runIn(['chat', 'other'], 'one\n/new\n  \ntwo\n/exit\nthree')
    expect(out).toBe('1: one\n1: two\n')
  })

  test('a message that is not answered shows the sentence and fails a script', async () => {
    const { code, out, err } = await runIn(['chat'], 'break\ngo on\n')
    expect(code).toBe(1)
    expect(out).toContain('go on')
    expect(err).not.toContain('    at ')
  })

  test('a bot that does not exist is not understood', async () => {
    expect(await runIn(['chat', 'ecko'])).toMatchObject({
      code: 2,
      err: 'There is no bot "ecko". Did you mean "echo"?\n',
    })
    expect(await runIn(['chat', 'x'])).toMatchObject({
      err: 'There is no bot "x". Choose one of echo, other.\n',
    })
  })
})

test('migrations go up, are verified, and come down', async () => {
  await using folder = await makeFolder()
  const migrate = (...words: string[]): Promise<CommandRun> =>
    runCommand(['migrate', ...words], { env: { DATA_DIR: `${folder.path}/data` } })
  expect(await migrate('up')).toMatchObject({ code: 0, err: '' })
  expect(await migrate('verify')).toMatchObject({
    code: 0,
    out: 'the tables are as this version expects, and its queries use their indexes\n',
  })
  const undone = (await migrate('down')).out.replace('undone ', '').trim()
  const { code, out } = await migrate('status', '--json')
  expect({ code, pending: JSON.parse(out).pending }).toEqual({ code: 1, pending: [undone] })
}, 60_000)

test('the steps of a migration down are read before the database is opened', async () => {
  const run = await runCommand(['migrate', 'down', '--steps', 'all'], { env: { DATA_DIR: '/dev/null/data' } })
  expect(run).toEqual({ code: 2, out: '', err: '--steps takes a whole number above 0.\n' })
})

test.each([
  ['up', '--to', '0002-lane', 'There is no migration "0002-lane". Did you mean "0002-lanes"?\n'],
  ['up', '--to', 'nowhere', 'There is no migration "nowhere". `botyard migrate status` lists them.\n'],
  ['down', '--to', '0002-lanes', '--to is for `migrate up`; `migrate down` takes --steps.\n'],
  ['up', '--steps', '2', '--steps is for `migrate down`; `migrate up` takes --to.\n'],
])('migrate %s %s %s is not understood', async (...words) => {
  const err = words.pop()
  const run = await runCommand(['migrate', ...words], { env: { DATA_DIR: '/dev/null/data' } })
  expect(run).toEqual({ code: 2, out: '', err })
})

test('a command on a database without its tables says what to run', async () => {
  await using folder = await makeFolder()
  const env = { DATA_DIR: `${folder.path}/data`, PORT: '0' }
  await runCommand(['migrate', 'down', '--steps', '99'], { env })
  const { code, err } = await runCommand(['feedback'], { env })
  expect(code).toBe(1)
  expect(err).toMatch(/^The database is not migrated: [^\n]+ Run `botyard migrate up`\.\n$/)
  const doctor = await runCommand(['doctor', '--json'], { env })
  expect(JSON.parse(doctor.out)).toContainEqual(
    expect.objectContaining({ id: 'live.schema', status: 'skip' }),
  )
})

test('the doctor passes on a healthy computer', async () => {
  await using folder = await makeFolder()
  const env = { DATA_DIR: `${folder.path}/data`, PORT: '0' }
  const { code, out, err } = await runCommand(['doctor', '--json'], { env })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const statuses = JSON.parse(out).map(({ id, status }: Record<string, string>) => `${id} ${status}`)
  expect(statuses).toContain('live.database pass')
  expect(statuses).toContain('live.model pass')
  expect(statuses).toContain('live.schema pass')
})

test('the doctor names a data folder that cannot be written', async () => {
  await using folder = await makeFolder({ data: 'a file where a folder should be' })
  const { code, out } = await runCommand(['doctor'], { env: { DATA_DIR: `${folder.path}/data`, PORT: '0' } })
  expect(code).toBe(1)
  expect(out).toContain('✗ Data folder: ')
})
