import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, runCommand, type CommandRun, type TestFolder } from '../../../test/run-command.ts'
import { migrateUp } from '../../store/migrate.ts'
import { openStore, type OpenStore } from '../../store/open-store.ts'

let folder: TestFolder
let dead: string
let answered: string
const stuck = 'stuck on the wire'

beforeAll(async () => {
  folder = await makeFolder()
  const store = await openStore({ dataDir: `${folder.path}/data` })
  await migrateUp(store.db)
  dead = await endOne(store, 'poison', { outcome: 'dead', error: stuck })
  answered = await endOne(store, 'Hello', { outcome: 'answered', error: null })
  await accept(store, 'Anybody?\n\u001B[31mred')
  await store.close()
})

afterAll(() => folder[Symbol.asyncDispose]())

async function accept(store: OpenStore, text: string): Promise<void> {
  const conversation = { channel: 'wire', bot: 'helper', key: text.slice(0, 3) }
  await store.inbox.accept([{ conversation, externalId: text, subject: 'ada', text, detail: { chat: 7 } }])
}

async function endOne(
  store: OpenStore,
  text: string,
  end: Parameters<OpenStore['inbox']['finish']>[2],
): Promise<string> {
  await accept(store, text)
  const [lane] = await store.lanes.claim({ queue: 'inbox', limit: 1, leaseMs: 60_000 })
  const [message] = await store.inbox.waiting(lane!.key, 1)
  const part = { hold: lane!, messageId: message!.id, part: 0 }
  // Once by a worker that died.
  for (let attempt = 0; attempt < 2; attempt++) await store.deliveries.beginPlacing(part)
  await store.deliveries.placed(part, '77')
  await store.deliveries.beginFilling(part, { text: 'Hello to you' })
  await store.inbox.finish(lane!, [message!.id], end)
  return message!.id
}

const run = (...words: string[]): Promise<CommandRun> =>
  runCommand(words, { env: { DATA_DIR: `${folder.path}/data` } })

test('list shows what waits and what is dead, and nothing a terminal obeys', async () => {
  const { code, out, err } = await run('inbox', 'list')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^id +state +accepted/)
  expect(out).toMatch(new RegExp(`${dead}  dead .* wire +helper +1 +${stuck}\n`))
  expect(out).toContain('Anybody? red\n')
  expect(out).not.toContain(answered)
})

test('show has the lines of a message, and nothing a terminal obeys', async () => {
  const waiting = JSON.parse((await run('inbox', 'list', '--json')).out) as { id: string; state: string }[]
  const { id = '' } = waiting.find(({ state }) => state === 'waiting') ?? {}
  const { code, out } = await run('inbox', 'show', id)
  expect(code).toBe(0)
  expect(out).toMatch(/text +Anybody\?\nred\n/)
  expect(out).not.toContain('\u001B')
})

test('list filters', async () => {
  const ids = async (...words: string[]): Promise<unknown> =>
    JSON.parse((await run('inbox', 'list', '--json', ...words)).out).map((entry: { id: string }) => entry.id)
  expect(await ids('--dead')).toEqual([dead])
  expect(await ids('--all')).toHaveLength(3)
  expect(await ids('--limit', '1')).toHaveLength(1)
  expect(await ids('--channel', 'telegram')).toEqual([])
  expect(await ids('--bot', 'helper', '--dead')).toEqual([dead])
  expect((await run('inbox', 'list', '--bot', 'none')).out).toBe('no messages\n')
})

test('show tells everything of one message, its deliveries included', async () => {
  const { out } = await run('inbox', 'show', answered)
  expect(out).toContain('state          answered\n')
  expect(out).toContain('delivery       0: sent 77, ambiguous 1\ncontent        {"text":"Hello to you"}\n')
  expect(JSON.parse((await run('inbox', 'show', dead, '--json')).out)).toMatchObject({
    state: 'dead',
    detail: { chat: 7 },
    deliveries: [{ externalId: '77', ambiguous: 1 }],
  })
  expect(await run('inbox', 'show', 'x')).toMatchObject({ code: 1, err: 'There is no message x.\n' })
})

test('deliveries list filters, and retry says why it cannot', async () => {
  const list = async (...words: string[]): Promise<unknown[]> =>
    JSON.parse((await run('deliveries', 'list', '--json', ...words)).out)
  expect(await list('--ambiguous')).toHaveLength(2)
  expect(await list('--refused')).toEqual([])
  expect(await list('--unfinished', '--refused')).toHaveLength(2)
  expect((await run('deliveries', 'list')).out).toContain('77')
  expect(await run('deliveries', 'retry', answered)).toMatchObject({
    code: 1,
    err: `Message ${answered} has no stored answer. A dead letter is answered again by \`botyard inbox retry ${answered}\`.\n`,
  })
  expect(await run('deliveries', 'retry', '7')).toMatchObject({
    code: 1,
    err: 'There is no message 7. `botyard deliveries list` shows the ids.\n',
  })
})

test('retry puts a dead letter back, drop ends it for good and says by whom', async () => {
  expect(await run('inbox', 'retry', dead)).toEqual({
    code: 0,
    out: `${dead} is back in its lane\n`,
    err: '',
  })
  expect(await run('inbox', 'retry', dead)).toEqual({
    code: 1,
    out: '',
    err: `Not a dead letter: ${dead}. \`botyard inbox list --dead\` lists those.\n`,
  })
  expect(await run('inbox', 'drop', dead)).toMatchObject({ code: 0, out: `${dead} is dropped\n` })
  expect(JSON.parse((await run('inbox', 'show', dead, '--json')).out)).toMatchObject({
    state: 'dropped',
    error: expect.stringMatching(/^dropped by \S+/),
  })
  expect(await run('inbox', 'drop', dead, answered)).toMatchObject({ code: 1 })
})

test.each([
  [['inbox', 'lsit'], 'Unknown action "lsit" of botyard inbox. Did you mean "list"?\n'],
  [['inbox', 'retry'], 'Usage: botyard inbox <list|show|retry|drop> [id…]\n'],
  [['inbox', 'list', '--limit', '0'], '--limit takes a whole number from 1 to 10000.\n'],
  [['deliveries', 'retry'], 'Usage: botyard deliveries <list|retry> [message id…]\n'],
])('%j is not understood', async (words, err) => {
  expect(await run(...words)).toEqual({ code: 2, out: '', err })
})
