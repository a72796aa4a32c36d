import { median, percentile } from './measure.ts'
import type { PhaseResult } from './phase.ts'
import {
  COMPARED,
  HELD,
  PACED_1000,
  PACED_200,
  PACED_50,
  SHORT_ANSWERS,
  TOKENS_OF,
  UNPACED,
} from './phases.ts'
import { RAW, STREAM_TEXT, type Relay } from './relays.ts'
import type { RelayRun } from './run-relay.ts'

export interface BenchRun {
  readonly relays: readonly Relay[]
  /** Every relay of every round. */
  readonly rounds: readonly (readonly RelayRun[])[]
  /** Bytes on disk of what each relay needs at run time, by name. */
  readonly installBytes: Readonly<Record<string, number>>
  /** What the figures were taken on. */
  readonly machine: string
  /** Whether the figures are good enough to judge the promises by. */
  readonly judged: boolean
}

/** A promise beside its figure. */
export interface Verdict {
  readonly target: string
  readonly relay: string
  readonly figure: string
  readonly pass: boolean
}

type Figure = (run: RelayRun) => number

/** The median over the rounds of one figure of one relay. */
function over(bench: BenchRun, relay: string, figure: Figure): number {
  return median(bench.rounds.flatMap((runs) => runs.filter((run) => run.relay === relay).map(figure)))
}

/** The median over the rounds of a figure beside the same figure of `base` in the same round, or at the same time. */
function against(
  bench: BenchRun,
  [relay, base]: readonly [string, string],
  compare: (own: RelayRun, base: RelayRun) => number,
): number {
  return median(
    bench.rounds.map((runs) => {
      const own = runs.find((run) => run.relay === relay)
      const other = runs.find((run) => run.relay === base)
      return own && other ? compare(own, base === RAW ? besideOf(own, other) : other) : Number.NaN
    }),
  )
}

/** The bare relay's run, with what it did at the same time as `own` where it did. */
function besideOf(own: RelayRun, bare: RelayRun): RelayRun {
  return { ...bare, phases: { ...bare.phases, ...own.bare } }
}

function inPhase(name: string, figure: (result: PhaseResult) => number): Figure {
  return (run) => {
    const result = run.phases[name]
    return result === undefined ? Number.NaN : figure(result)
  }
}

const cpuPerToken = (name: string) => inPhase(name, (result) => result.cpuMicros / result.tokens)
/** Without the thread of an embedded database: PostgreSQL is another process and not counted either. */
const cpuWithoutDatabase = (name: string) =>
  inPhase(name, (result) => (result.cpuMicros - result.databaseMicros) / result.tokens)
const tokensPerSecond = (name: string) => inPhase(name, (result) => (result.tokens / result.windowMs) * 1_000)
const firstText = (name: string, p: number) => inPhase(name, (result) => percentile(result.firstTextMs, p))
const bytesPerStream = inPhase(
  HELD,
  (result) => (result.rssBytes - result.rssBeforeBytes) / result.openStreams,
)

/** Microseconds of each further token, and of a turn without its tokens, from answers of two lengths. */
function split(run: RelayRun): { readonly token: number; readonly turn: number } {
  const long = TOKENS_OF[UNPACED]
  const short = TOKENS_OF[SHORT_ANSWERS]
  const longTurn = cpuPerToken(UNPACED)(run) * long
  const shortTurn = cpuPerToken(SHORT_ANSWERS)(run) * short
  const token = (longTurn - shortTurn) / (long - short)
  return { token, turn: shortTurn - token * short }
}

/** The promises of the project, judged on this run. */
export function judge(bench: BenchRun): readonly Verdict[] {
  return bench.relays
    .filter((relay) => relay.bootTarget !== undefined)
    .flatMap((relay) => judgeRelay(bench, relay))
}

function judgeRelay(bench: BenchRun, { name, title, bootTarget = 0 }: Relay): readonly Verdict[] {
  const verdict = (
    target: string,
    value: number,
    [limit, digits, unit]: readonly [number, number, string],
  ) => ({
    target: `${target} ≤ ${limit}${unit}`,
    relay: title,
    figure: `${show(value, digits)}${unit}`,
    pass: value <= limit,
    known: !Number.isNaN(value),
  })
  const ratio = (phase: string, base: string) =>
    against(bench, [name, base], (own, other) => cpuWithoutDatabase(phase)(own) / cpuPerToken(phase)(other))
  const verdicts = [
    ...COMPARED.map((phase) => verdict(`CPU a token, ${phase}, over raw`, ratio(phase, RAW), [1.25, 2, '×'])),
    ...[UNPACED, PACED_50].map((phase) =>
      verdict(`CPU a token, ${phase}, over streamText`, ratio(phase, STREAM_TEXT), [0.25, 2, '×']),
    ),
    verdict(`first text p50, ${PACED_200}, added to raw`, added(bench, name, [PACED_200, 0.5]), [
      2,
      1,
      ' ms',
    ]),
    verdict(
      'spawn to ready',
      over(bench, name, (run) => run.bootMs / 1_000),
      [bootTarget, 2, ' s'],
    ),
  ]
  return verdicts.filter(({ known }) => known)
}

function added(bench: BenchRun, relay: string, [phase, p]: readonly [string, number]): number {
  const figure = firstText(phase, p)
  return against(bench, [relay, RAW], (own, raw) => figure(own) - figure(raw))
}

/** The whole run as Markdown. */
export function renderReport(bench: BenchRun): string {
  return [
    bench.machine,
    section('CPU of the relay per token, µs (× raw)', cpuTable(bench)),
    section('The same without the thread of an embedded database', ownCpuTable(bench)),
    section('First text, p50 / p99 ms (added to raw)', latencyTable(bench)),
    section('What carries it', resourceTable(bench)),
    section('Throughput, tokens a second, and how busy the harness was', throughputTable(bench)),
    ...(bench.judged ? [section('Promises, no database counted', verdictTable(judge(bench)))] : []),
    ...bench.relays
      .filter(({ missing }) => missing)
      .map(({ title, missing }) => `Left out: ${title}, ${missing}.`),
  ].join('\n\n')
}

function section(heading: string, table: string): string {
  return `## ${heading}\n\n${table}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  )
}

function present(bench: BenchRun): readonly Relay[] {
  return bench.relays.filter(({ missing }) => missing === undefined)
}

function phasesOf(bench: BenchRun, names: readonly string[]): readonly string[] {
  return names.filter((name) => bench.rounds[0]?.some((run) => run.phases[name] !== undefined))
}

function show(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–'
}

function cpuTable(bench: BenchRun): string {
  const phases = phasesOf(bench, COMPARED)
  const head = ['relay', ...phases, 'each further token', 'a turn without its tokens']
  const rows = present(bench).map(({ name, title }) => [
    title,
    ...phases.map((phase) => toRatio(bench, name, cpuPerToken(phase))),
    `${show(
      over(bench, name, (run) => split(run).token),
      1,
    )} (${show(
      against(bench, [name, RAW], (own, raw) => split(own).token / split(raw).token),
      2,
    )})`,
    show(
      over(bench, name, (run) => split(run).turn),
      0,
    ),
  ])
  return table(head, rows)
}

function ownCpuTable(bench: BenchRun): string {
  const phases = phasesOf(bench, COMPARED)
  const rows = present(bench)
    .filter(({ bootTarget }) => bootTarget !== undefined)
    .map(({ name, title }) => [
      title,
      ...phases.map((phase) => toRatio(bench, name, cpuWithoutDatabase(phase))),
    ])
  return table(['relay', ...phases], rows)
}

/** A figure and how often raw's goes into it. */
function toRatio(bench: BenchRun, name: string, figure: Figure): string {
  const ratio = against(bench, [name, RAW], (own, raw) => figure(own) / figure(raw))
  return `${show(over(bench, name, figure), 1)} (${show(ratio, 2)})`
}

function latencyTable(bench: BenchRun): string {
  const phases = phasesOf(bench, [PACED_50, PACED_200, PACED_1000])
  const rows = present(bench).map(({ name, title }) => [
    title,
    ...phases.map((phase) => {
      const own = [0.5, 0.99].map((p) => show(over(bench, name, firstText(phase, p)), 1)).join(' / ')
      const more = [0.5, 0.99].map((p) => show(added(bench, name, [phase, p]), 1)).join(' / ')
      return name === RAW ? own : `${own} (${more})`
    }),
  ])
  return table(['relay', ...phases], rows)
}

function resourceTable(bench: BenchRun): string {
  const rows = present(bench).map(({ name, title }) => [
    title,
    show(over(bench, name, (run) => run.bootMs) / 1_000, 2),
    show(over(bench, name, (run) => run.idleBytes) / 1e6, 0),
    show(over(bench, name, bytesPerStream) / 1e3, 0),
    bench.installBytes[name] === undefined ? '–' : show(bench.installBytes[name] / 1e6, 0),
  ])
  return table(['relay', 'spawn to ready, s', 'idle memory, MB', 'kB an open stream', 'install, MB'], rows)
}

function throughputTable(bench: BenchRun): string {
  const phases = phasesOf(bench, COMPARED)
  const rows = present(bench).map(({ name, title }) => [
    title,
    ...phases.map((phase) => {
      const busy = over(
        bench,
        name,
        inPhase(phase, (result) => result.harnessBusy),
      )
      return `${show(over(bench, name, tokensPerSecond(phase)), 0)} (${show(busy, 2)})`
    }),
  ])
  return table(['relay', ...phases], rows)
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ relay, target, figure, pass }) => [
    relay,
    target,
    figure,
    pass ? 'pass' : 'FAIL',
  ])
  return table(['relay', 'promise', 'measured', ''], rows)
}
