/**
 * How fast a person's conversations are read over REST: PostgreSQL with 100,000 messages, 100 connections, with and
 * without Redis.
 *
 *   TEST_DATABASE_URL=postgresql://… node --conditions=botyard-source bench/rest.ts
 *
 * Takes a minute and a half. Writes bench/rest.md; exits 1 when a p95 of the paced load is not below 20 ms.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Tokens } from '../src/accounts/tokens.ts'
import { migrateUp } from '../src/store/migrate.ts'
import { openStore } from '../src/store/open-store.ts'
import { verifyPlans } from '../src/store/verify-plans.ts'
import { percentile } from './measure.ts'
import { createScratchDatabase } from './scratch-database.ts'
import { startScratchRedis } from './scratch-redis.ts'

const USERS = 100
const CONVERSATIONS = 20
const MESSAGES = 50
const CONNECTIONS = 100
const GOAL_MS = 20
/** One request a connection in this time: 100 connections make 400 requests a second. */
const PACE_MS = 250
const WARM_UP_MS = 1_500
const PHASE_MS = 5_000
const SECRET = 'a-secret-of-the-benchmark-alone-0123456789'
const PORT = 5_599

interface Reader {
  readonly userId: number
  readonly token: string
  readonly conversation: string
}

async function seed(databaseUrl: string): Promise<readonly Reader[]> {
  const store = await openStore({ databaseUrl, dataDir: 'unused', queryTimeoutMs: 120_000 })
  const { failure } = await migrateUp(store.db)
  if (failure) throw failure.error
  await sql`insert into users (email, name)
    select 'reader' || n || '@example.com', 'Reader ' || n from generate_series(1, ${USERS}::integer) n`.execute(
    store.db,
  )
  await sql`insert into conversations (id, bot, channel, key, subject, updated_at)
    select gen_random_uuid(), 'bench', 'rest', gen_random_uuid()::text, 'user:' || u.id,
      now() - n * interval '1 minute'
    from users u, generate_series(1, ${CONVERSATIONS}::integer) n`.execute(store.db)
  await sql`insert into messages (id, conversation_id, role, text)
    select gen_random_uuid(), c.id, case when n % 2 = 1 then 'user' else 'assistant' end,
      'Message ' || n || ' of a conversation, about as long as people write to a bot on an ordinary day.'
    from generate_series(1, ${MESSAGES}::integer) n, conversations c`.execute(store.db)
  await sql`analyze`.execute(store.db)
  // The other tables are empty, and of those the planner chooses whatever it likes.
  const differences = (await verifyPlans(store.db)).filter((line) => /"[^"]*(?:conversation|user)/.test(line))
  if (differences.length > 0) throw new Error(differences.join('\n'))
  const { rows } = await sql<{ id: number; conversation: string }>`
    select u.id, (select c.id from conversations c where c.subject = 'user:' || u.id limit 1) as conversation
    from users u order by u.id`.execute(store.db)
  await store.close()
  return Promise.all(
    rows.map(async ({ id, conversation }) => ({ userId: id, conversation, token: await tokenOf(id) })),
  )
}

function tokenOf(userId: number): Promise<string> {
  const options = {
    algorithm: 'HS256',
    issuer: 'botyard',
    audience: 'botyard',
    lifetimeSeconds: 3_600,
  } as const
  return new Tokens({ secrets: [SECRET], ...options }).issue({ subject: String(userId) })
}

async function startServer(env: Readonly<Record<string, string>>): Promise<{ stop(): Promise<void> }> {
  const root = join(import.meta.dirname, '..')
  const child = spawn(
    process.execPath,
    ['--conditions=botyard-source', join(root, 'src/cli/from-source.js'), 'start'],
    {
      cwd: join(import.meta.dirname, 'bot'),
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(PORT),
        MODEL: 'offline',
        LOG_LEVEL: 'warn',
        JWT_SECRET: SECRET,
        ...env,
      },
    },
  )
  for (let tries = 0; ; tries++) {
    const ready = await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => undefined)
    if (ready?.ok) break
    if (tries > 200 || child.exitCode !== null) throw new Error('the server did not start')
    await delay(100)
  }
  return {
    stop: async () => {
      const over = once(child, 'exit')
      child.kill('SIGTERM')
      await over
    },
  }
}

type PathOf = (reader: Reader) => string

const PATHS: Readonly<Record<string, PathOf>> = {
  'list of conversations': ({ userId }) => `/api/${userId}/conversations`,
  'history of 50': ({ userId, conversation }) => `/api/${userId}/conversations/${conversation}?limit=50`,
}

interface Load {
  readonly agent: Agent
  readonly pathOf: PathOf
  /** 0: the next request as soon as the reply is there. */
  readonly paceMs: number
}

interface Result {
  readonly name: string
  readonly load: string
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Each reader sends on a connection of its own; a paced one counts from when its request was due. */
async function read(readers: readonly Reader[], load: Load, forMs: number): Promise<readonly number[]> {
  const times: number[] = []
  const end = performance.now() + forMs
  const one = async (reader: Reader, index: number): Promise<void> => {
    let due = performance.now() + (load.paceMs * index) / readers.length
    while (due < end) {
      const early = due - performance.now()
      if (early > 0) await delay(early)
      const begun = load.paceMs > 0 ? due : performance.now()
      await get(load.pathOf(reader), reader.token, load.agent)
      times.push(performance.now() - begun)
      due = load.paceMs > 0 ? due + load.paceMs : performance.now()
    }
  }
  await Promise.all(readers.slice(0, CONNECTIONS).map(one))
  return times
}

function get(path: string, token: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { authorization: `Bearer ${token}` }
  request({ host: '127.0.0.1', port: PORT, path, agent, headers }, (reply) => {
    if (reply.statusCode !== 200) reject(new Error(`${path} gave ${reply.statusCode}`))
    reply.on('end', resolve).on('error', reject).resume()
  })
    .on('error', reject)
    .end()
  return promise
}

async function measure(readers: readonly Reader[], setup: string): Promise<readonly Result[]> {
  const results: Result[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  for (const [name, pathOf] of Object.entries(PATHS)) {
    for (const paceMs of [PACE_MS, 0]) {
      const load = { agent, pathOf, paceMs }
      await read(readers, load, WARM_UP_MS)
      const times = await read(readers, load, PHASE_MS)
      const result = {
        name: `${name}, ${setup}`,
        load: paceMs > 0 ? `${(CONNECTIONS * 1_000) / paceMs} requests a second` : 'as fast as it goes',
        perSecond: Math.round(times.length / (PHASE_MS / 1_000)),
        p50: percentile(times, 0.5),
        p95: percentile(times, 0.95),
        p99: percentile(times, 0.99),
      }
      process.stdout.write(`${result.name}, ${result.load}: p95 ${result.p95.toFixed(1)} ms\n`)
      results.push(result)
    }
  }
  agent.destroy()
  return results
}

function render(results: readonly Result[]): string {
  const rows = results.map(
    ({ name, load, perSecond, p50, p95, p99 }) =>
      `| ${name} | ${load} | ${perSecond} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${p99.toFixed(1)} |`,
  )
  return `# Reading conversations over REST

${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; PostgreSQL, the server and
the load share them. ${USERS} people, ${USERS * CONVERSATIONS} conversations, ${USERS * CONVERSATIONS * MESSAGES} messages, ${CONNECTIONS} connections, one process of the
server. Times in milliseconds, of the paced load from when a request was due. The goal is a p95 below ${GOAL_MS} ms.

| what | load | requests/s | p50 | p95 | p99 |
| --- | --- | --: | --: | --: | --: |
${rows.join('\n')}
`
}

async function main(): Promise<number> {
  const serverUrl = process.env['TEST_DATABASE_URL']
  if (!serverUrl) throw new Error('Set TEST_DATABASE_URL to a PostgreSQL where databases may be created.')
  const database = await createScratchDatabase(serverUrl)
  const folder = mkdtempSync(join(tmpdir(), 'botyard-rest-'))
  try {
    const readers = await seed(database.url)
    const results: Result[] = []
    const redis = await startScratchRedis(folder)
    if (!redis) process.stdout.write('redis-server is not installed: the runs with Redis are left out\n')
    const setups: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['no Redis', {}],
      ...(redis ? [['cached on Redis', { REDIS_URL: redis.url }] as const] : []),
    ]
    for (const [setup, env] of setups) {
      const server = await startServer({ DATABASE_URL: database.url, ...env })
      results.push(...(await measure(readers, setup)))
      await server.stop()
    }
    await redis?.close()
    const report = render(results)
    process.stdout.write(report)
    writeFileSync(join(import.meta.dirname, 'rest.md'), report)
    return results.some(({ load, p95 }) => load.includes('a second') && p95 >= GOAL_MS) ? 1 : 0
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exit(await main())
