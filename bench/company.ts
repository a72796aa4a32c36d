/**
 * What the bot `company` costs beside the services it asks: `/health`, `/start` and a whole check, on Telegram and on the
 * web, against local twins of Telegram, DaData and OpenAI that take a known time.
 *
 *   node --conditions=botyard-source bench/company.ts
 *   … --checks 20
 *
 * Writes bench/company.md; exits 1 when a goal is missed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createFakeDaData, type FakeDaData } from '../src/fakes/dadata.ts'
import type { FakeModelServer } from '../src/fakes/fake-model-server.ts'
import { createFakeOpenAI } from '../src/fakes/openai.ts'
import { createFakeTelegram, type FakeTelegram } from '../src/fakes/telegram.ts'
import { freePort } from '../src/drill/free-port.ts'
import { percentile } from './measure.ts'

/** How long the twins take: two lookups and the model's first word. */
const LOOKUP_MS = 100
const MODEL_MS = 300
const OUTSIDE_MS = 2 * LOOKUP_MS + MODEL_MS
const ANALYSIS = Array.from({ length: 40 }, () => 'Компания действующая. Задолженности по налогам нет.').join(
  ' ',
)

interface Parts {
  readonly telegram: FakeTelegram
  readonly dadata: FakeDaData
  readonly openai: FakeModelServer
  readonly url: string
}

interface Row {
  readonly what: string
  readonly times: readonly number[]
  readonly goalMs: number
}

async function startServer(
  parts: Omit<Parts, 'url'>,
  folder: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const cli = join(import.meta.dirname, '../src/cli/from-source.js')
  const child = spawn(process.execPath, ['--conditions=botyard-source', cli, 'start'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'error',
      DATA_DIR: join(folder, 'data'),
      TELEGRAM_BOT: 'company',
      TELEGRAM_BOT_TOKEN: parts.telegram.token,
      TELEGRAM_API_ROOT: parts.telegram.url,
      DADATA_API_KEY: parts.dadata.apiKey,
      DADATA_BASE_URL: parts.dadata.url,
      COMPANY_CACHE_HOURS: '0',
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: parts.openai.url,
    },
  })
  for (let tries = 0; ; tries++) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.ok) break
    if (tries > 300 || child.exitCode !== null) throw new Error('the server did not start')
    await delay(100)
  }
  return {
    url,
    stop: async () => {
      const over = once(child, 'exit')
      child.kill('SIGTERM')
      await over
    },
  }
}

async function repeat(
  times: number,
  measure: (round: number) => Promise<number>,
): Promise<readonly number[]> {
  // The first ones load code and open connections.
  for (let round = 0; round < 3; round++) await measure(-1 - round)
  const measured: number[] = []
  for (let round = 0; round < times; round++) measured.push(await measure(round))
  return measured
}

async function timeHealth({ url }: Parts): Promise<number> {
  const began = performance.now()
  const reply = await fetch(`${url}/health`)
  await reply.text()
  if (!reply.ok) throw new Error(`/health answers ${reply.status}`)
  return performance.now() - began
}

/** From what a person sends to the whole answer standing in the chat; each time in a new chat. */
async function timeTelegram({ telegram }: Parts, text: string, done: RegExp): Promise<number> {
  const chat = ++chats
  const began = performance.now()
  telegram.say(chat, text, { from: { id: chat, is_bot: false, first_name: 'Ann', language_code: 'ru' } })
  while (performance.now() - began < 30_000) {
    if (telegram.sent(chat).some((message) => done.test(message.text))) return performance.now() - began
    await delay(1)
  }
  throw new Error(`no answer to ${text}`)
}

let chats = 1_000

async function timeWeb({ url }: Parts): Promise<number> {
  const began = performance.now()
  const reply = await fetch(`${url}/api/chat/query/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chatbotId: 'company', query: '7701000019' }),
  })
  const text = await reply.text()
  if (!text.includes('event: complete')) throw new Error(`the check failed: ${text.slice(-300)}`)
  return performance.now() - began
}

async function measure(parts: Parts, checks: number): Promise<readonly Row[]> {
  const beyond = (time: Promise<number>): Promise<number> => time.then((ms) => ms - OUTSIDE_MS)
  const health = await repeat(checks * 5, () => timeHealth(parts))
  const start = await repeat(checks, () => timeTelegram(parts, '/start', /Привет/))
  parts.dadata.inject({ kind: 'slow', ms: LOOKUP_MS })
  parts.openai.inject({ kind: 'slow-headers', ms: MODEL_MS })
  const web = await repeat(checks, () => beyond(timeWeb(parts)))
  const telegram = await repeat(checks, () =>
    beyond(timeTelegram(parts, '7701000019', /АНАЛИЗ[^]*налогам нет\.$/)),
  )
  return [
    { what: '`/health`', times: health, goalMs: 100 },
    { what: '`/start` on Telegram, answer in the chat', times: start, goalMs: 500 },
    { what: 'full check on the web, beyond DaData and the model', times: web, goalMs: 200 },
    { what: 'full check on Telegram, beyond DaData and the model', times: telegram, goalMs: 200 },
  ]
}

function render(rows: readonly Row[], load: number): string {
  const lines = rows.map(({ what, times, goalMs }) => {
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(times, share).toFixed(1))
    return `| ${what} | ${times.length} | ${p50} | ${p95} | ${goalMs} |`
  })
  return `# What a company check costs

${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, load ${load.toFixed(1)} when it began, Node ${process.version}; the server, its
embedded database and the twins share them. Milliseconds, one after another. A full check makes two lookups of
${LOOKUP_MS} ms and asks a model that takes ${MODEL_MS} ms to begin; those ${OUTSIDE_MS} ms are taken off. On Telegram the answer counts when it stands
in the chat.

| what | times | p50 | p95 | goal |
| --- | --: | --: | --: | --: |
${lines.join('\n')}
`
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { checks: { type: 'string', default: '40' }, smoke: { type: 'boolean', default: false } },
  })
  const load = loadavg()[0] ?? 0
  const folder = mkdtempSync(join(tmpdir(), 'botyard-company-'))
  const telegram = await createFakeTelegram()
  const dadata = await createFakeDaData({ perSecond: 1_000 })
  const openai = await createFakeOpenAI({ replies: [ANALYSIS] })
  try {
    const server = await startServer({ telegram, dadata, openai }, folder)
    const parts = { telegram, dadata, openai, url: server.url }
    let rows: readonly Row[]
    try {
      rows = await measure(parts, values.smoke ? 5 : Number(values.checks))
    } finally {
      await server.stop()
    }
    const report = render(rows, load)
    process.stdout.write(report)
    if (!values.smoke) writeFileSync(join(import.meta.dirname, 'company.md'), report)
    return rows.some(({ times, goalMs }) => percentile(times, 0.95) >= goalMs) ? 1 : 0
  } finally {
    await Promise.all([telegram.close(), dadata.close(), openai.close()])
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exit(await main())
