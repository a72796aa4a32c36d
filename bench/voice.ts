/**
 * What speech costs text: streams whose answers are spoken by eSpeak NG beside the same streams unspoken, and how soon
 * the first sentence is heard. See README.md.
 *
 *   node bench/voice.ts              writes bench/voice.md; about three minutes
 *   node bench/voice.ts --smoke      does it work; under half a minute
 */
import { randomUUID } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createFakeOpenAI } from '../src/fakes/openai.ts'
import { cpuMicros, median, percentile } from './measure.ts'
import { listRelays, type Relay } from './relays.ts'
import { startRelay, type RunningRelay } from './relay-process.ts'
import { createScratchDatabase } from './scratch-database.ts'
import { openStream, type StreamRecord } from './voice-stream.ts'

const ROOT = join(import.meta.dirname, '..')
const TOKEN_MS = 100
const WORDS = 'river garden simple morning answer quiet number silver window travel market yellow'.split(' ')
const SENTENCES = 4
const WORDS_PER_SENTENCE = 10

/** An answer nobody has heard yet, so that nothing comes from the cache. */
function answerFor(index: number): string {
  let seed = index * 7_919 + 1
  const word = (): string => {
    seed = (seed * 48_271) % 2_147_483_647
    return WORDS[seed % WORDS.length] ?? 'word'
  }
  const sentence = (): string => {
    const words = Array.from({ length: WORDS_PER_SENTENCE }, word).join(' ')
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
  }
  return Array.from({ length: SENTENCES }, sentence).join(' ')
}

interface Load {
  /** Streams whose text is being written at any time. */
  readonly streams: number
  readonly windowMs: number
}

interface Round {
  readonly firstTextMs: readonly number[]
  readonly firstAudioMs: readonly number[]
  /** Sentences spoken of those written. */
  readonly spoken: number
  readonly streams: number
  readonly failed: number
  /** Of the server, in cores. */
  readonly cores: number
  readonly openAtMost: number
}

/** Opens streams at an even pace, whatever becomes of them, so that the load is the same spoken and unspoken. */
async function runRound(server: RunningRelay, { streams, windowMs }: Load, spoken: boolean): Promise<Round> {
  const everyMs = (SENTENCES * WORDS_PER_SENTENCE * TOKEN_MS) / streams
  const records: Promise<StreamRecord>[] = []
  const cpuBefore = cpuMicros(server.pid)
  const begun = performance.now()
  let open = 0
  let openAtMost = 0
  while (performance.now() - begun < windowMs) {
    openAtMost = Math.max(openAtMost, ++open)
    const record = openStream(server.url, { sessionId: randomUUID(), spoken })
    records.push(record.finally(() => open--))
    await delay(Math.max(0, begun + records.length * everyMs - performance.now()))
  }
  const cores = (cpuMicros(server.pid) - cpuBefore) / 1_000 / (performance.now() - begun)
  const done = await Promise.all(records)
  // The first streams find an empty server.
  const counted = done.slice(Math.min(streams, done.length >> 1))
  return {
    firstTextMs: counted.flatMap(({ firstTextMs }) => firstTextMs ?? []),
    firstAudioMs: counted.flatMap(({ firstAudioMs }) => firstAudioMs ?? []),
    spoken: counted.reduce((sum, { chunks }) => sum + chunks, 0) / (counted.length * SENTENCES),
    streams: counted.length,
    failed: done.filter(({ whole }) => !whole).length,
    cores,
    openAtMost,
  }
}

interface Results {
  readonly alone: Round
  readonly spoken: readonly Round[]
  readonly unspoken: readonly Round[]
}

async function measure(server: RunningRelay, rounds: number, load: Load): Promise<Results> {
  await runRound(server, { streams: 4, windowMs: 3_000 }, true)
  const alone = await runRound(server, { streams: 1, windowMs: load.windowMs }, true)
  await runRound(server, { ...load, windowMs: load.windowMs / 2 }, false)
  const spoken: Round[] = []
  const unspoken: Round[] = []
  for (let round = 0; round < rounds; round++) {
    // By turns, so that noise is shared.
    const order = round % 2 === 0 ? [false, true] : [true, false]
    for (const isSpoken of order) {
      ;(isSpoken ? spoken : unspoken).push(await runRound(server, load, isSpoken))
      await delay(1_000)
    }
  }
  return { alone, spoken, unspoken }
}

const ms = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 1 : 0))
const mid = (rounds: readonly Round[], figure: (round: Round) => number): number => median(rounds.map(figure))
const p = (values: (round: Round) => readonly number[], share: number) => (round: Round) =>
  percentile(values(round), share)
const firstText = (round: Round): readonly number[] => round.firstTextMs
const firstAudio = (round: Round): readonly number[] => round.firstAudioMs

function report({ alone, spoken, unspoken }: Results, { streams, windowMs }: Load, title: string): string {
  const ratios = spoken.map(
    (round, index) => p(firstText, 0.95)(round) / p(firstText, 0.95)(unspoken[index] ?? round),
  )
  const row = (name: string, rounds: readonly Round[]): string =>
    `| ${name} | ${ms(mid(rounds, p(firstText, 0.5)))} | ${ms(mid(rounds, p(firstText, 0.95)))} | ${ms(mid(rounds, p(firstAudio, 0.5)))} | ${ms(mid(rounds, p(firstAudio, 0.95)))} | ${Math.round(mid(rounds, (round) => round.spoken) * 100)} % | ${mid(rounds, (round) => round.cores).toFixed(2)} | ${Math.round(mid(rounds, (round) => round.openAtMost))} |`
  const ratio = median(ratios)
  return [
    '# What speech costs text',
    '',
    `\`npm run bench -- voice\`, ${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${title}, load average before ${loadavg()[2]?.toFixed(1)}.`,
    '',
    `Streams are opened at an even pace so that the text of ${streams} is being written at any time (${SENTENCES} sentences of ${WORDS_PER_SENTENCE} words, a word every ${TOKEN_MS} ms, the first one after as long), ${windowMs / 1_000} s a round, ${spoken.length} rounds by turns; medians of the rounds. eSpeak NG speaks in one thread; no sentence repeats, so none comes from the cache. One process, two cores, shared with the load itself.`,
    '',
    '| streams | first text p50, ms | p95 | first audio p50, ms | p95 | sentences spoken | cores | open at most |',
    '| --- | --: | --: | --: | --: | --: | --: | --: |',
    row('one at a time, spoken', [alone]),
    row(`${streams}, not spoken`, unspoken),
    row(`${streams}, spoken`, spoken),
    '',
    '“First audio” counts from the token that ends the first sentence, as the reader gets it, to the audio of that sentence; the sentence is known to be over with the next token. Where more is to be spoken than one low-priority thread has time for, first sentences go first and later ones are left out, with one warning.',
    '',
    `- First text p95, spoken over not spoken: **${ratio.toFixed(2)}** (target ≤ 1.20).`,
    `- First audio of a stream alone, p95: **${ms(p(firstAudio, 0.95)(alone))} ms** (target ≤ 300).`,
    '',
  ].join('\n')
}

const { values } = parseArgs({ options: { smoke: { type: 'boolean' }, rounds: { type: 'string' } } })
const load: Load = values.smoke ? { streams: 20, windowMs: 5_000 } : { streams: 100, windowMs: 12_000 }
const rounds = values.smoke ? 1 : Number(values.rounds ?? 5)
const folder = mkdtempSync(join(tmpdir(), 'botyard-voice-'))
const scratch = process.env.TEST_DATABASE_URL
  ? await createScratchDatabase(process.env.TEST_DATABASE_URL)
  : undefined
const openai = await createFakeOpenAI({ tokenMs: TOKEN_MS, replies: (_, index) => answerFor(index) })
try {
  const name = scratch ? 'botyard-postgres' : 'botyard-embedded'
  const relay = listRelays({ root: ROOT, databaseUrl: scratch?.url, dataFolder: folder }).find(
    (one) => one.name === name,
  )
  if (!relay) throw new Error(`there is no relay ${name}`)
  const environment = {
    ...relay.environment,
    TTS_ENGINE: 'espeak',
    STREAM_RATE_LIMIT_PER_MINUTE: '0',
    CHAT_RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'error',
  }
  const server = await startRelay({ ...relay, environment } satisfies Relay, {
    root: ROOT,
    emulatorUrl: openai.url.replace(/\/v1$/, ''),
  })
  // Speech may have the other core; that is what is measured.
  spawnSync('taskset', [
    '--all-tasks',
    '--pid',
    '--cpu-list',
    `0-${availableParallelism() - 1}`,
    `${server.pid}`,
  ])
  try {
    const results = await measure(server, rounds, load)
    const text = report(results, load, scratch ? 'PostgreSQL' : 'embedded database')
    const failed = [results.alone, ...results.spoken, ...results.unspoken].reduce(
      (sum, round) => sum + round.failed,
      0,
    )
    process.stdout.write(
      `${text}${failed === 0 ? '' : `\n${failed} streams were not whole.\n${server.output()}\n`}`,
    )
    if (failed > 0 || mid(results.spoken, ({ spoken }) => spoken) === 0) process.exitCode = 1
    else if (!values.smoke) writeFileSync(join(import.meta.dirname, 'voice.md'), text)
  } finally {
    await server.stop()
  }
} finally {
  await openai.close()
  await scratch?.close()
  rmSync(folder, { recursive: true, force: true })
}
