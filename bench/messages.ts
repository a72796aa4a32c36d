/**
 * What becomes of messages when servers die: Botyard beside small bots on other libraries, under the same flood, with
 * the same duplicates and kills, before the same judge. Writes bench/messages.md.
 *
 *   node --conditions=botyard-source bench/messages.ts
 *   … --messages 400 --kill-every 2000 --seed 7 --only Botyard
 *
 * TEST_DATABASE_URL adds Botyard on PostgreSQL; `npm ci` in bench/peers and a `redis-server` add the others.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createBotyardServer } from '../src/drill/botyard-server.ts'
import type { DrillReport } from '../src/drill/drill.ts'
import type { DrilledServer } from '../src/drill/drilled-server.ts'
import { reportLines, verdictLine } from '../src/drill/print-report.ts'
import { runMessageDrill } from '../src/drill/run-message-drill.ts'
import {
  createScratchDatabase,
  useEmbeddedDatabase,
  type ScratchDatabase,
} from '../src/drill/scratch-database.ts'
import { listPeers, toDrilledServer } from './messages-peers.ts'
import { startScratchRedis } from './scratch-redis.ts'

const ROOT = join(import.meta.dirname, '..')
/** Longer than the lock of a bot that died. */
const PATIENCE_MS = 45_000

interface Contender {
  readonly name: string
  readonly replicas: number
  readonly server: DrilledServer
  readonly openDatabase: () => Promise<ScratchDatabase>
}

interface Flood {
  readonly messages: number
  readonly killEveryMs: number
  readonly seed: number
}

type Outcome = { readonly contender: Contender; readonly report?: DrillReport; readonly failure?: string }

function listContenders(redisUrl: string | undefined): readonly Contender[] {
  const botyard = {
    ...createBotyardServer({
      cli: [process.execPath, '--conditions=botyard-source', join(ROOT, 'src/cli/from-source.js')],
      folder: join(ROOT, 'bench/bot'),
      env: { PATH: process.env['PATH'] },
    }),
  }
  const none = (): Promise<ScratchDatabase> => Promise.resolve(useEmbeddedDatabase())
  const databaseUrl = process.env['TEST_DATABASE_URL']
  return [
    { name: 'Botyard, embedded database', replicas: 1, server: botyard, openDatabase: none },
    ...(databaseUrl === undefined
      ? []
      : [
          {
            name: 'Botyard, PostgreSQL',
            replicas: 2,
            server: botyard,
            openDatabase: () => createScratchDatabase(databaseUrl),
          },
        ]),
    ...listPeers(redisUrl).map((peer) => ({
      name: peer.name,
      replicas: peer.replicas,
      server: toDrilledServer(peer),
      openDatabase: none,
    })),
  ]
}

async function runOne(contender: Contender, flood: Flood, signal: AbortSignal): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'botyard-bench-messages-'))
  const database = await contender.openDatabase()
  try {
    const report = await runMessageDrill({
      ...flood,
      server: { ...contender.server, name: contender.name },
      replicas: contender.replicas,
      database,
      folder,
      chats: Math.ceil(flood.messages / 20),
      duplicates: 0.2,
      // Others cannot split an answer, and what they do about failing calls is up to their authors.
      longAnswers: 0,
      faults: 0,
      patienceMs: PATIENCE_MS,
      signal,
    })
    process.stderr.write(`${reportLines(report).join('\n')}\n\n`)
    return { contender, report }
  } catch (error) {
    signal.throwIfAborted()
    process.stderr.write(`FAILED ${contender.name}: ${String(error)}\n`)
    return { contender, failure: String(error) }
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const HEAD = [
  '| server | replicas | lost | twice | out of order | ambiguous | acknowledged p50 / p99 | answered p50 / p99 | kills + drains |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
]

function toRow({ contender, report, failure }: Outcome): string {
  const { name, replicas } = contender
  if (!report) return `| ${name} | ${replicas} | did not run: ${failure ?? ''} |`
  const { verdict, latencies, kills, drains } = report
  const ms = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(0))
  const cells = [
    name,
    replicas,
    verdict.lost,
    verdict.twice,
    verdict.outOfOrder,
    verdict.ambiguous,
    `${ms(latencies.acknowledged.p50)} / ${ms(latencies.acknowledged.p99)} ms`,
    `${ms(latencies.answered.p50)} / ${ms(latencies.answered.p99)} ms`,
    `${kills} + ${drains}`,
  ]
  return `| ${cells.join(' | ')} |`
}

function render(outcomes: readonly Outcome[], { messages, killEveryMs, seed }: Flood): string {
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${day}, Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), load average at the end ${loadavg()[0]?.toFixed(1)}`
  return `# What becomes of messages when servers die

${messages} messages in ${Math.ceil(messages / 20)} chats, in bursts of one to five; every fifth update arrives twice; a replica is
killed or drained about every ${killEveryMs / 1_000} s. Seed ${seed}. ${machine}.

${[...HEAD, ...outcomes.map(toRow)].join('\n')}

- The judge is that of \`botyard drill messages\` (docs/drill.md): it looks at what the chats show at the end, and counts
  as lost only what a server had acknowledged.
- Telegram and the model are the twins of \`src/fakes\`; the kills come at the same kinds of moments for all.
- The other bots are in \`bench/peers\`, as small as their documentation writes them; the Chat SDK one also answers the
  messages its queue skips. grammY acknowledges after it has answered, so its answer is its acknowledgement.
- Faults of calls and answers longer than a message are left out here; the drill of Botyard has them.
- People write on when they are answered, so a quick server is done sooner and is killed less often.
- Latencies hold every wait of a dead or missing replica. On two cores servers, twins and judge share the machine.

Made by \`node --conditions=botyard-source bench/messages.ts\`.
`
}

function readOptions(): Flood & { readonly only: string } {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '1000' },
      'kill-every': { type: 'string', default: '2000' },
      seed: { type: 'string', default: '7' },
      only: { type: 'string', default: '' },
    },
  })
  const [messages, killEveryMs, seed] = [values.messages, values['kill-every'], values.seed].map(Number)
  return {
    messages: messages || 1_000,
    killEveryMs: killEveryMs ?? 2_000,
    seed: seed ?? 7,
    only: values.only,
  }
}

const { only, ...flood } = readOptions()
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error('interrupted')))
const redisFolder = mkdtempSync(join(tmpdir(), 'botyard-bench-redis-'))
const redis = await startScratchRedis(redisFolder)
const havePeers = existsSync(join(ROOT, 'bench/peers/node_modules/chat'))
if (!havePeers) process.stderr.write('bench/peers is not installed (npm ci there): Botyard alone\n')
try {
  const contenders = listContenders(redis?.url)
    .filter(({ name }) => havePeers || name.startsWith('Botyard'))
    .filter(({ name }) => name.startsWith(only))
  const outcomes: Outcome[] = []
  for (const contender of contenders) {
    process.stderr.write(`${contender.name}\n`)
    outcomes.push(await runOne(contender, flood, stop.signal))
  }
  const page = render(outcomes, flood)
  process.stdout.write(page)
  if (only === '') writeFileSync(join(ROOT, 'bench/messages.md'), page)
  const broken = outcomes.filter(
    ({ contender, report }) => contender.name.startsWith('Botyard') && !report?.passed,
  )
  for (const { contender, report } of broken)
    process.stderr.write(
      `FAILED ${contender.name}: ${report ? verdictLine(report.verdict) : 'did not run'}\n`,
    )
  if (broken.length > 0) process.exitCode = 1
} finally {
  await redis?.close()
  rmSync(redisFolder, { recursive: true, force: true })
}
