/**
 * How fast an update of Telegram is taken: one process, 50 connections, beside the Chat SDK's echo bot in the same run.
 * Writes bench/accept.md.
 *
 *   node --conditions=botyard-source bench/accept.ts
 *   … --rounds 3 --updates 3000 --only Botyard
 *
 * TEST_DATABASE_URL adds PostgreSQL; `npm ci` in bench/peers and a `redis-server` add the peers. Linux only.
 */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort } from '../src/drill/free-port.ts'
import { Client } from 'pg'
import { summarize } from '../src/drill/latencies.ts'
import type { AcceptCommand, AcceptEvent, FloodResult, IdleResult } from './accept-load.ts'
import { listAcceptServers, type AcceptServer } from './accept-servers.ts'
import { cpuMicros } from './measure.ts'
import { createScratchDatabase } from './scratch-database.ts'
import { startScratchRedis } from './scratch-redis.ts'

const ROOT = join(import.meta.dirname, '..')
const CONNECTIONS = 50
const IDLE_UPDATES = 100
const WARM_UP = 200
const BOOT_LIMIT_MS = 60_000
const ANSWER_PATIENCE_MS = 60_000
const TARGETS = { perSecond: 1_000, p99Ms: 100, startMs: 10 } as const

interface Run {
  readonly flood: FloodResult
  readonly idle: IdleResult
  /** Of the server process while it took the updates, in microseconds an update. */
  readonly cpuMicros: number
}

interface Around {
  readonly databaseUrl: string | undefined
  readonly updates: number
}

/** Starts a server and Telegram's side afresh, so that no round feels the one before. */
async function measure(server: AcceptServer, around: Around): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'botyard-bench-accept-'))
  const load = fork(join(import.meta.dirname, 'accept-load.ts'), { execArgv: [] })
  const database =
    server.name.includes('PostgreSQL') && around.databaseUrl
      ? await createScratchDatabase(around.databaseUrl)
      : undefined
  const redis = server.name.includes('Redis') ? await startScratchRedis(folder) : undefined
  let child: ChildProcess | undefined
  try {
    const { port: telegramPort } = await nextEvent(load, 'listening')
    const port = await freePort()
    const places = {
      port,
      telegramUrl: `http://127.0.0.1:${telegramPort}`,
      databaseUrl: database?.url,
      redisUrl: redis?.url,
      folder,
    }
    const webhook = nextEvent(load, 'webhook')
    child = await startServer(server, places)
    await webhook
    await ask(load, flood(WARM_UP))
    const before = cpuMicros(child.pid ?? 0)
    const { result } = await ask(load, flood(around.updates))
    const cpu = (cpuMicros(child.pid ?? 0) - before) / around.updates
    const idle = await ask(load, { type: 'idle', updates: IDLE_UPDATES })
    return { flood: result, idle: idle.result, cpuMicros: cpu }
  } finally {
    await end(child)
    load.kill('SIGKILL')
    await database?.close()
    await redis?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

function flood(updates: number): AcceptCommand & { type: 'flood' } {
  return { type: 'flood', connections: CONNECTIONS, updates, patienceMs: ANSWER_PATIENCE_MS }
}

async function startServer(
  server: AcceptServer,
  places: Parameters<AcceptServer['command']>[0],
): Promise<ChildProcess> {
  const [program, ...words] = server.command(places)
  const logFile = join(places.folder, 'log')
  const log = openSync(logFile, 'a')
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...server.env(places) }
  const child = spawn(program, words, { cwd: server.cwd(places), env, stdio: ['ignore', log, log] })
  const deadline = Date.now() + BOOT_LIMIT_MS
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${places.port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return child
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`${server.name} does not start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`)
    await delay(50)
  }
}

async function ask<C extends AcceptCommand>(
  load: ChildProcess,
  command: C,
): Promise<Extract<AcceptEvent, { type: C['type'] extends 'flood' ? 'flooded' : 'idled' }>> {
  const answer = nextEvent(load, command.type === 'flood' ? 'flooded' : 'idled')
  load.send(command)
  return (await answer) as never
}

function nextEvent<T extends AcceptEvent['type']>(
  load: ChildProcess,
  type: T,
): Promise<Extract<AcceptEvent, { type: T }>> {
  return new Promise((resolve) => {
    const listen = (event: AcceptEvent): void => {
      if (event.type !== type) return
      load.off('message', listen)
      resolve(event as Extract<AcceptEvent, { type: T }>)
    }
    load.on('message', listen)
  })
}

interface Figures {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly idleAck: number
  readonly start: number
  readonly answeredPerSecond: number
  readonly lost: number
  readonly cpu: number
}

function toFigures({ flood, idle, cpuMicros }: Run): Figures {
  const acknowledged = summarize(flood.acknowledgedMs)
  return {
    perSecond: flood.acknowledgedMs.length / flood.seconds,
    p50: acknowledged.p50,
    p99: acknowledged.p99,
    idleAck: summarize(idle.acknowledgedMs).p50,
    start: summarize(idle.handlerStartMs).p50,
    answeredPerSecond: flood.answered / flood.answeredSeconds,
    lost: flood.acknowledgedMs.length - flood.answered,
    cpu: cpuMicros,
  }
}

function medians(runs: readonly Run[]): Figures {
  const all = runs.map(toFigures)
  const median = (name: keyof Figures): number =>
    all.map((figures) => figures[name]).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
  return {
    perSecond: median('perSecond'),
    p50: median('p50'),
    p99: median('p99'),
    idleAck: median('idleAck'),
    start: median('start'),
    answeredPerSecond: median('answeredPerSecond'),
    lost: Math.max(...all.map(({ lost }) => lost)),
    cpu: median('cpu'),
  }
}

function toRow(name: string, figures: Figures): string {
  const cells = [
    name,
    figures.perSecond.toFixed(0),
    `${figures.p50.toFixed(0)} ms`,
    `${figures.p99.toFixed(0)} ms`,
    `${figures.idleAck.toFixed(1)} ms`,
    `${figures.start.toFixed(1)} ms`,
    figures.answeredPerSecond.toFixed(0),
    figures.lost,
    `${(figures.cpu / 1_000).toFixed(2)} ms`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** What keeps PostgreSQL from losing what it has committed. */
async function readDurability(url: string | undefined): Promise<string> {
  if (url === undefined) return 'without PostgreSQL'
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(
      "select current_setting('server_version') v, current_setting('fsync') f, current_setting('synchronous_commit') s",
    )
    return `PostgreSQL ${rows[0].v} with fsync ${rows[0].f} and synchronous_commit ${rows[0].s}`
  } finally {
    await client.end()
  }
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    updates: { type: 'string', default: '3000' },
    only: { type: 'string', default: '' },
  },
})
const rounds = Number(values.rounds)
const updates = Number(values.updates)
const databaseUrl = process.env['TEST_DATABASE_URL']
const peers = existsSync(join(ROOT, 'bench/peers/node_modules/chat'))
const servers = listAcceptServers({ databaseUrl, redis: haveRedis(), peers }).filter(({ name }) =>
  name.startsWith(values.only),
)
const runs = new Map<AcceptServer, Run[]>()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
for (let round = 1; round <= rounds; round++) await runRound(round)

function haveRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

async function runRound(round: number): Promise<void> {
  for (const server of servers.filter(({ missing }) => missing === undefined)) {
    process.stderr.write(`round ${round} of ${rounds}: ${server.name}\n`)
    const run = await measure(server, { databaseUrl, updates })
    process.stderr.write(`${JSON.stringify(toFigures(run))}\n`)
    runs.set(server, [...(runs.get(server) ?? []), run])
  }
}

const figures = new Map([...runs].map(([server, own]) => [server, medians(own)]))
const page = `# How fast an update is taken

One server process, ${CONNECTIONS} connections, ${updates} updates of Telegram from as many chats; each is answered with an echo
while the next ones come in. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}),
${await readDurability(databaseUrl)}; medians of ${rounds} rounds, load average at the end ${loadavg()[0]?.toFixed(1)}.

| server | acknowledged a second | p50 | p99 | idle: acknowledged p50 | idle: handler start p50 | answers a second | never answered | CPU an update |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${[...figures].map(([{ name }, one]) => toRow(name, one)).join('\n')}
${servers.flatMap(({ name, missing }) => (missing === undefined ? [] : [`\n${name}: not run, ${missing}.`])).join('\n')}
- Botyard acknowledges when the update is committed; the Chat SDK when it is in the memory of its process.
- Idle: one update at a time. Handler start is counted from the acknowledgement to the first line of the bot's own code:
  the handler of the Chat SDK, the model of Botyard, which comes after the turn has been stored.
- CPU is that of the server process over the flood, its answers included as far as they were given meanwhile.
- Telegram's side is a process of its own on the same cores.

Made by \`node --conditions=botyard-source bench/accept.ts\`.
`
process.stdout.write(page)
if (values.only === '') writeFileSync(join(ROOT, 'bench/accept.md'), page)
const { perSecond, p99Ms, startMs } = TARGETS
for (const [{ name, durable }, one] of figures) {
  if (!durable) continue
  const missed = [
    ...(one.perSecond < perSecond ? [`${one.perSecond.toFixed(0)} a second, wanted ${perSecond}`] : []),
    ...(one.p99 >= p99Ms ? [`p99 ${one.p99.toFixed(0)} ms, wanted below ${p99Ms}`] : []),
    ...(one.start >= startMs ? [`handler start ${one.start.toFixed(1)} ms, wanted below ${startMs}`] : []),
    ...(one.lost > 0 ? [`${one.lost} updates without an answer`] : []),
  ]
  for (const line of missed) process.stderr.write(`MISSED ${name}: ${line}\n`)
}
