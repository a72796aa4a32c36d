import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { DrilledServer } from '../src/drill/drilled-server.ts'
import type { DrillReport, MessageDrill } from '../src/drill/drill.ts'
import { reportLines, verdictLine } from '../src/drill/print-report.ts'
import { runMessageDrill } from '../src/drill/run-message-drill.ts'
import { useEmbeddedDatabase } from '../src/drill/scratch-database.ts'
import { makeFolder } from './run-command.ts'
import { CLI } from './server-process.ts'

/** Answers as many a webhook bot does: it says 200 at once and works on what it only remembers. */
const NAIVE_BOT = `
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
const { PORT, API_ROOT, MODEL, PUBLIC_URL } = process.env
const post = (url, body) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const answer = async ({ message }) => {
  await delay(Math.random() * 200)
  const reply = await post(MODEL + '/chat/completions', { model: 'x', messages: [{ role: 'user', content: message.text }] })
  const { choices } = await reply.json()
  await post(API_ROOT + '/sendMessage', { chat_id: message.chat.id, text: choices[0].message.content })
}
createServer(async (request, response) => {
  if (request.url === '/readyz') return void response.end('ok')
  let body = ''
  for await (const chunk of request) body += chunk
  response.end()
  answer(JSON.parse(body)).catch(() => undefined)
}).listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
await post(API_ROOT + '/setWebhook', { url: PUBLIC_URL })
`

const SHORT = ['--messages', '40', '--chats', '10', '--kill-every', '1s', '--seed', '11']
const DATABASE_URL = process.env['TEST_DATABASE_URL']

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'botyard-drill-test-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** Ids of the processes that one has started and that still run. */
async function descendantsOf(id: number): Promise<readonly string[]> {
  const tasks = await readdir(`/proc/${id}/task`).catch(() => [])
  const lists = tasks.map((task) => readFile(`/proc/${id}/task/${task}/children`, 'utf8').catch(() => ''))
  return (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean))
}

/** How many answers the logs of the replicas know of. */
async function countAnswers(parent: string): Promise<number> {
  const [drill = ''] = await readdir(parent)
  const log = await readFile(join(parent, drill, 'replica-1.log'), 'utf8').catch(() => '')
  return log.split('\n').filter((line) => line.includes('"turn"')).length
}

function isAlive(id: string): Promise<boolean> {
  return stat(`/proc/${id}`).then(
    () => true,
    () => false,
  )
}

function drillOf(server: DrilledServer, more: Partial<MessageDrill> = {}): Promise<DrillReport> {
  return runMessageDrill({
    server,
    folder,
    database: useEmbeddedDatabase(),
    messages: 80,
    chats: 8,
    duplicates: 0.3,
    faults: 0,
    longAnswers: 0,
    killEveryMs: 700,
    replicas: 2,
    seed: 5,
    patienceMs: 3_000,
    signal: new AbortController().signal,
    ...more,
  })
}

async function naiveServer(): Promise<DrilledServer & AsyncDisposable> {
  const bot = await makeFolder({ 'bot.mjs': NAIVE_BOT })
  return {
    name: 'naive',
    command: [process.execPath, join(bot.path, 'bot.mjs')],
    folder: bot.path,
    environment: ({ port, publicUrl, telegram, models }) => ({
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      API_ROOT: `${telegram?.apiRoot}/bot${telegram?.token}`,
      MODEL: models.openai,
    }),
    [Symbol.asyncDispose]: () => bot[Symbol.asyncDispose](),
  }
}

/** `botyard drill messages …`, as a person runs it, with `folder` for its files. */
function startDrill(words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...CLI, 'drill', 'messages', ...words], {
    cwd: join(import.meta.dirname, '../bench/bot'),
    env: { PATH: process.env['PATH'], TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function finish(child: ChildProcess): Promise<{ readonly code: number | null; readonly out: string }> {
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out: chunks.join('') }
}

describe('botyard drill messages', () => {
  const backends = [
    { name: 'the embedded database, one replica', words: [] },
    { name: 'Bitrix24, fetched', words: ['--channel', 'bitrix24', '--messages', '20', '--chats', '5'] },
    ...(DATABASE_URL
      ? [{ name: 'PostgreSQL, two replicas', words: ['--replicas', '2', '--database-url', DATABASE_URL] }]
      : []),
  ]

  test.each(backends)(
    'finds nothing wrong on $name',
    async ({ words }) => {
      const { code, out } = await finish(startDrill([...SHORT, ...words]))
      expect(out).toMatch(/\nlost 0 · answered twice 0 · out of order 0 · ambiguous \d+ \(reported\)\n/)
      expect(out).toMatch(/\n[1-9]\d* kills?, /)
      expect(code).toBe(0)
      expect(await readdir(folder)).toEqual([])
    },
    300_000,
  )

  test('takes everything away when it is interrupted', async () => {
    // Killed every second, no replica of a busy machine lives to answer.
    const long = ['--messages', '400', '--chats', '10', '--kill-every', '5s', '--seed', '11']
    const child = startDrill([...long, '--json'])
    onTestFinished(() => void child.kill('SIGINT'))
    const done = finish(child)
    await expect.poll(() => countAnswers(folder), { timeout: 60_000 }).toBeGreaterThan(5)
    const servers = await descendantsOf(child.pid ?? 0)
    child.kill('SIGINT')
    expect(await done).toEqual({ code: 130, out: '' })
    expect(await Promise.all(servers.map(isAlive))).toEqual(servers.map(() => false))
    expect(await readdir(folder)).toEqual([])
  }, 120_000)
})

test('a bot that acknowledges before it stores loses messages, answers twice and out of order', async () => {
  await using server = await naiveServer()
  const report = await drillOf(server)
  const { verdict } = report
  expect(report.passed).toBe(false)
  expect(Math.min(verdict.lost, verdict.twice, verdict.outOfOrder)).toBeGreaterThan(0)
  const lines = reportLines(report)
  expect(lines).toContain(verdictLine(verdict))
  expect(lines.filter((line) => /^lost: update \d+, question \d+, chat \d+: /.test(line))).not.toEqual([])
}, 60_000)

test('the same seed asks, copies and kills alike', async () => {
  await using server = await naiveServer()
  const calm = { killEveryMs: 0, replicas: 1, messages: 40, chats: 4, patienceMs: 500 } as const
  const [first, second] = [await drillOf(server, calm), await drillOf(server, calm)]
  expect(first.duplicates).toBeGreaterThan(5)
  expect(second.duplicates).toBe(first.duplicates)
}, 60_000)

test('a server that cannot start is shown with the end of its log', async () => {
  await using bot = await makeFolder({ 'bot.mjs': "throw new Error('no such table: lanes')" })
  const command = [process.execPath, join(bot.path, 'bot.mjs')] as const
  const server = { name: 'broken', command, folder: bot.path, environment: () => ({}) }
  await expect(drillOf(server)).rejects.toThrow(/replica-1 ended while it started:[^]*no such table: lanes/)
})

test('an interrupted drill leaves no process behind', async () => {
  await using server = await naiveServer()
  const stop = new AbortController()
  const before = await descendantsOf(process.pid)
  const seen: string[] = []
  const onProgress = async (): Promise<void> => {
    seen.push(...(await descendantsOf(process.pid)).filter((id) => !before.includes(id)))
    if (seen.length >= 2) stop.abort(new Error('interrupted'))
  }
  await expect(
    drillOf(server, { signal: stop.signal, onProgress: () => void onProgress() }),
  ).rejects.toThrow()
  expect(seen.length).toBeGreaterThanOrEqual(2)
  expect((await descendantsOf(process.pid)).filter((id) => seen.includes(id))).toEqual([])
}, 60_000)
