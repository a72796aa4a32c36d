/**
 * What a streamed token costs: Botyard beside a bare relay and its peers, in one run. See README.md.
 *
 *   node bench/stream.ts                 the full run; writes bench/results.md
 *   node bench/stream.ts --smoke         does every relay work; exits 1 when one does not
 *   node bench/stream.ts --only botyard,raw --rounds 3
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installBytes } from './install-size.ts'
import { FULL_PLAN, SMOKE_PLAN, type Plan } from './phases.ts'
import { listRelays, RAW, type Relay } from './relays.ts'
import { canPin, pin } from './pin.ts'
import { startRelay } from './relay-process.ts'
import { renderReport, type BenchRun } from './report.ts'
import { MeasuredRelay, type Harness, type RelayRun } from './run-relay.ts'
import { createScratchDatabase } from './scratch-database.ts'

const ROOT = join(import.meta.dirname, '..')
const LIMIT_MS = { smoke: 60_000, full: 30 * 60_000 } as const

interface Options {
  readonly smoke: boolean
  readonly rounds: number
  readonly only: readonly string[]
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      smoke: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
    },
  })
  const rounds = Number(values.rounds ?? (values.smoke ? 1 : 5))
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) throw new Error('--rounds takes 1 to 20')
  return { smoke: values.smoke, rounds, only: values.only.split(',').filter(Boolean) }
}

function chooseRelays(relays: readonly Relay[], only: readonly string[]): readonly Relay[] {
  if (only.length === 0) return relays
  const chosen = relays.filter(({ name }) => only.some((word) => name.startsWith(word)))
  if (chosen.length === 0) throw new Error(`--only takes ${relays.map(({ name }) => name).join(', ')}`)
  return chosen
}

async function startHarness(): Promise<Harness & { close(): void }> {
  const emulator = forkProcess('emulator.ts')
  const load = forkProcess('load.ts')
  const [{ port }] = (await once(emulator, 'message')) as [{ port: number }]
  for (const { pid = 0 } of [emulator, load]) pin(pid, 'harness')
  const close = () => [emulator, load].forEach((child) => child.kill('SIGKILL'))
  process.once('exit', close)
  return { root: ROOT, emulatorUrl: `http://127.0.0.1:${port}`, emulatorPid: emulator.pid ?? 0, load, close }
}

function forkProcess(file: string): ChildProcess {
  return fork(join(import.meta.dirname, file), { execArgv: [] })
}

/** All relays run side by side and take turns in every phase, each phase beginning with another one: noise is shared. */
async function runRound(relays: readonly Relay[], plan: Plan, harness: Harness): Promise<RelayRun[]> {
  const measured = relays.map((relay) => new MeasuredRelay(relay, harness))
  for (const relay of measured) await relay.start(plan)
  const bare = measured.find(({ name }) => name === RAW)
  for (const [index, phase] of plan.phases.entries()) {
    process.stderr.write(`  ${phase.name}\n`)
    for (const relay of rotate(measured, index)) await relay.measure(phase, bare)
  }
  return await Promise.all(measured.map((relay) => relay.stop()))
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

function describeMachine(rounds: number): string {
  const day = new Date().toISOString().slice(0, 10)
  const load = loadavg()[0]?.toFixed(1)
  return (
    `${day}, Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ` +
    (canPin ? 'the relay on one, the rest on the others, ' : '') +
    `${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}, load average at the end ${load}.`
  )
}

/** The first start creates the embedded database or migrates the other; boot times are those of later starts. */
async function prepareDatabases(relays: readonly Relay[], harness: Harness): Promise<void> {
  for (const relay of relays.filter(({ bootTarget }) => bootTarget !== undefined)) {
    try {
      const running = await startRelay(relay, harness)
      await running.stop()
    } catch {
      // The round that follows reports it.
    }
  }
}

async function bench(options: Options, relays: readonly Relay[], harness: Harness): Promise<BenchRun> {
  const ready = relays.filter(({ missing }) => missing === undefined)
  await prepareDatabases(ready, harness)
  const rounds: RelayRun[][] = []
  for (let round = 0; round < options.rounds; round += 1) {
    process.stderr.write(`round ${round + 1} of ${options.rounds}\n`)
    rounds.push(await runRound(rotate(ready, round), options.smoke ? SMOKE_PLAN : FULL_PLAN, harness))
  }
  const sizes = ready.flatMap(({ name, install }) =>
    install === undefined ? [] : [[name, installBytes(install.root, install.packages)] as const],
  )
  return {
    relays,
    rounds,
    installBytes: Object.fromEntries(sizes),
    machine: describeMachine(options.rounds),
    judged: !options.smoke,
  }
}

async function run(options: Options): Promise<void> {
  const serverUrl = process.env['TEST_DATABASE_URL']
  const database = serverUrl ? await createScratchDatabase(serverUrl) : undefined
  const dataFolder = mkdtempSync(join(tmpdir(), 'botyard-bench-'))
  const harness = await startHarness()
  try {
    const places = { root: ROOT, databaseUrl: database?.url, dataFolder: join(dataFolder, 'data') }
    const relays = chooseRelays(listRelays(places), options.only)
    const result = await bench(options, relays, harness)
    const report = renderReport(result)
    process.stdout.write(`${report}\n`)
    const failures = result.rounds
      .flat()
      .flatMap(({ relay, failures }) => failures.map((failure) => `${relay}, ${failure}`))
    for (const failure of failures) process.stderr.write(`FAILED ${failure}\n`)
    if (failures.length > 0) process.exitCode = 1
    else if (!options.smoke && options.only.length === 0) writeResults(report)
  } finally {
    harness.close()
    await database?.close()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

function writeResults(report: string): void {
  writeFileSync(join(ROOT, 'bench/results.md'), `# What a streamed token costs\n\n${report}\n`)
}

const options = readOptions()
const limit = LIMIT_MS[options.smoke ? 'smoke' : 'full']
setTimeout(() => {
  process.stderr.write(`FAILED the bench took more than ${limit / 1_000} s\n`)
  process.exit(1)
}, limit).unref()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
await run(options)
