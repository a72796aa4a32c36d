/**
 * What a streamed token costs on Poe, beside the bare relay, and how fast Poe sees its first event. See README.md.
 *
 *   node bench/poe.ts              writes bench/poe-results.md
 *   node bench/poe.ts --smoke      does it work; a few seconds
 */
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { longestAnswer, promptFor } from './answer.ts'
import { cpuMicros, median, percentile } from './measure.ts'
import { listRelays, RAW, type Relay } from './relays.ts'
import { startRelay } from './relay-process.ts'
import { createScratchDatabase } from './scratch-database.ts'
import { FrameReader, type Frame } from './sse-frames.ts'

const ROOT = join(import.meta.dirname, '..')
const KEY = 'bench-bench-bench-bench-bench-00'
const expected = longestAnswer()

/** How an answer is asked for and read. */
interface Wire {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  toBody(prompt: string): object
  /** The text of a frame, or undefined. */
  textOf(frame: Frame): string | undefined
  readonly lastEvent: string
}

const RELAY_WIRE: Wire = {
  path: '/api/chat/query/stream',
  headers: {},
  toBody: (query) => ({ query, chatbotId: 'bench', sessionId: randomUUID() }),
  textOf: ({ event, data }) =>
    event === 'text' ? (JSON.parse(data) as { readonly content: string }).content : undefined,
  lastEvent: 'complete',
}

const POE_WIRE: Wire = {
  path: '/poe/bench',
  headers: { authorization: `Bearer ${KEY}` },
  toBody: (content) => ({
    version: '1.2',
    type: 'query',
    query: [{ role: 'user', content, content_type: 'text/markdown', message_id: poeId('m') }],
    message_id: poeId('m'),
    user_id: poeId('u'),
    conversation_id: poeId('c'),
    metadata: '',
  }),
  textOf: ({ event, data }) =>
    event === 'text' ? (JSON.parse(data) as { readonly text: string }).text : undefined,
  lastEvent: 'done',
}

function poeId(tag: string): string {
  return `${tag}-${randomUUID().replaceAll('-', '')}`
}

interface Load {
  readonly name: string
  readonly streams: number
  readonly paceMs: number
  readonly windowMs: number
}

const TOKENS = 200
const LOADS: readonly Load[] = [
  { name: '50 streams, no pace', streams: 50, paceMs: 0, windowMs: 2_500 },
  { name: '200 streams, 20 ms', streams: 200, paceMs: 20, windowMs: 4_000 },
]

interface Tally {
  tokens: number
  readonly firstEventMs: number[]
}

interface Result {
  readonly microsPerToken: number
  readonly firstEventMs: readonly number[]
}

/** One answer, checked to its last character. */
async function ask(url: string, { wire, paceMs, agent }: Asking, tally: Tally): Promise<void> {
  const asked = performance.now()
  const response = await post(url, wire, { paceMs, agent })
  const frames = new FrameReader()
  let length = 0
  let counted = 0
  let first = true
  let ended = false
  for await (const chunk of response) {
    for (const frame of frames.read(chunk as Buffer)) {
      if (first) tally.firstEventMs.push(performance.now() - asked)
      first = false
      const text = wire.textOf(frame) ?? ''
      if (!expected.text.startsWith(text, length)) throw new Error(`wrong text: ${text.slice(0, 60)}`)
      length += text.length
      for (; (expected.ends[counted] ?? Infinity) <= length; counted++) tally.tokens++
      ended ||= frame.event === wire.lastEvent
    }
  }
  if (!ended || counted !== TOKENS)
    throw new Error(`an answer of ${counted} tokens, status ${response.statusCode}`)
}

interface Asking {
  readonly wire: Wire
  readonly paceMs: number
  readonly agent: Agent
}

async function post(
  url: string,
  wire: Wire,
  { paceMs, agent }: Omit<Asking, 'wire'>,
): Promise<IncomingMessage> {
  const body = JSON.stringify(wire.toBody(promptFor(TOKENS, paceMs)))
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...wire.headers,
  }
  const call = request(url + wire.path, { method: 'POST', agent, headers }).end(body)
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return response
}

/** Keeps the streams busy for the window and a ramp before it; what it costs the server is counted in the window. */
async function measure(server: Server, wire: Wire, load: Load): Promise<Result> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const tally: Tally = { tokens: 0, firstEventMs: [] }
  const stop = new AbortController()
  const stream = async (index: number): Promise<void> => {
    if (load.paceMs > 0) await delay((index * 1_500) / load.streams)
    while (!stop.signal.aborted) await ask(server.url, { wire, paceMs: load.paceMs, agent }, tally)
  }
  const streams = Promise.all(Array.from({ length: load.streams }, (_, index) => stream(index)))
  await Promise.race([delay(1_500), streams])
  const before = { tokens: tally.tokens, micros: cpuMicros(server.pid) }
  await Promise.race([delay(load.windowMs), streams])
  const tokens = tally.tokens - before.tokens
  const micros = cpuMicros(server.pid) - before.micros
  stop.abort()
  await streams
  agent.destroy()
  return { microsPerToken: micros / tokens, firstEventMs: tally.firstEventMs }
}

/** So many queries in one moment, each over a connection of its own. */
async function burst(server: Server, count: number): Promise<readonly number[]> {
  const agent = new Agent({ maxSockets: Infinity })
  const tally: Tally = { tokens: 0, firstEventMs: [] }
  await Promise.all(
    Array.from({ length: count }, () => ask(server.url, { wire: POE_WIRE, paceMs: 20, agent }, tally)),
  )
  agent.destroy()
  return tally.firstEventMs
}

interface Server {
  readonly url: string
  readonly pid: number
}

interface Round {
  readonly raw: Readonly<Record<string, Result>>
  readonly poe: Readonly<Record<string, Result>>
  /** The web channel of the same process. */
  readonly web: Readonly<Record<string, Result>>
  readonly burst: readonly number[]
}

interface Bench {
  readonly emulatorUrl: string
  readonly raw: Relay
  readonly poe: Relay
  readonly loads: readonly Load[]
}

async function runRound({ emulatorUrl, raw, poe, loads }: Bench): Promise<Round> {
  const options = { root: ROOT, emulatorUrl }
  const all = async (server: Server, wire: Wire): Promise<Readonly<Record<string, Result>>> => {
    await measure(server, wire, { name: 'warm-up', streams: 50, paceMs: 0, windowMs: 1_000 })
    const results: Record<string, Result> = {}
    for (const load of loads) results[load.name] = await measure(server, wire, load)
    return results
  }
  const bare = await startRelay(raw, options)
  const rawResults = await all(bare, RELAY_WIRE)
  await bare.stop()
  const botyard = await startRelay(poe, options)
  const web = await all(botyard, RELAY_WIRE)
  const poeResults = await all(botyard, POE_WIRE)
  const first = await burst(botyard, 200)
  await botyard.stop()
  return { raw: rawResults, poe: poeResults, web, burst: first }
}

function report(rounds: readonly Round[], loads: readonly Load[]): string {
  const rows = loads.map(({ name }) => {
    const raw = median(rounds.map((round) => round.raw[name]?.microsPerToken ?? Number.NaN))
    const poe = median(rounds.map((round) => round.poe[name]?.microsPerToken ?? Number.NaN))
    const web = median(rounds.map((round) => round.web[name]?.microsPerToken ?? Number.NaN))
    const p99 = (of: 'raw' | 'poe') =>
      percentile(
        rounds.flatMap((round) => round[of][name]?.firstEventMs ?? []),
        0.99,
      ).toFixed(0)
    return `| ${name} | ${raw.toFixed(1)} | ${poe.toFixed(1)} | ${(poe / raw).toFixed(2)} | ${web.toFixed(1)} | ${p99('raw')} | ${p99('poe')} |`
  })
  const atOnce = percentile(
    rounds.flatMap((round) => round.burst),
    0.99,
  )
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`
  const load = loadavg()[0]?.toFixed(1)
  return [
    `${new Date().toISOString().slice(0, 10)}, ${machine}, ${rounds.length} rounds, load average at the end ${load}.`,
    `Answers of ${TOKENS} tokens, each checked to its last character. CPU is user and system time of all threads of the`,
    'server. The bare relay writes one frame a token; on Poe tokens of 50 ms share an event.',
    '',
    '| load | bare relay, µs a token | Poe, µs a token | ratio | web channel | first event of the relay, p99 ms | on Poe |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `200 queries in one moment, each over a new connection: first event p99 ${atOnce.toFixed(0)} ms.`,
    '',
  ].join('\n')
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } })
  const serverUrl = process.env['TEST_DATABASE_URL']
  const database = serverUrl ? await createScratchDatabase(serverUrl) : undefined
  const dataFolder = mkdtempSync(join(tmpdir(), 'botyard-bench-poe-'))
  const emulator = fork(join(import.meta.dirname, 'emulator.ts'), { execArgv: [] })
  try {
    const [{ port }] = (await once(emulator, 'message')) as [{ port: number }]
    const relays = listRelays({
      root: ROOT,
      databaseUrl: database?.url,
      dataFolder: join(dataFolder, 'data'),
    })
    const find = (name: string): Relay => {
      const relay = relays.find((one) => one.name === name)
      if (!relay) throw new Error(`no relay ${name}`)
      return relay
    }
    const botyard = find(database ? 'botyard-postgres' : 'botyard-embedded')
    const limits = { POE_MESSAGES_PER_MINUTE: '0', POE_MESSAGES_PER_HOUR: '0', POE_MESSAGES_PER_DAY: '0' }
    const environment = { ...botyard.environment, POE_ACCESS_KEYS: `bench=${KEY}`, ...limits }
    const loads = values.smoke ? LOADS.map((load) => ({ ...load, windowMs: 300 })) : LOADS
    const bench: Bench = {
      emulatorUrl: `http://127.0.0.1:${port}`,
      raw: find(RAW),
      poe: { ...botyard, environment },
      loads,
    }
    const rounds: Round[] = []
    for (let round = 0; round < (values.smoke ? 1 : 3); round++) rounds.push(await runRound(bench))
    const text = report(rounds, loads)
    process.stdout.write(text)
    if (!values.smoke)
      writeFileSync(join(ROOT, 'bench/poe-results.md'), `# What a streamed token costs on Poe\n\n${text}`)
  } finally {
    emulator.kill('SIGKILL')
    await database?.close()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

await run()
