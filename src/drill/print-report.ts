import type { DrillReport } from './drill.ts'
import type { Offence, Verdict } from './judge.ts'
import type { Latency } from './latencies.ts'

const SHOWN_OFFENCES = 10
const COLUMNS = ['p50', 'p95', 'p99', 'max'] as const

/** The line that says it all, such as `lost 0 · answered twice 0 · out of order 0 · ambiguous 2 (reported)`. */
export function verdictLine(verdict: Verdict): string {
  const { lost, twice, outOfOrder, ambiguous, notReported, wrong, unacknowledged } = verdict
  const silent = notReported === 0 ? '(reported)' : `(${notReported} more not reported)`
  return [
    `lost ${lost}`,
    `answered twice ${twice}`,
    `out of order ${outOfOrder}`,
    `ambiguous ${ambiguous} ${silent}`,
    ...(wrong > 0 ? [`wrong ${wrong}`] : []),
    ...(unacknowledged > 0 ? [`never acknowledged ${unacknowledged}`] : []),
  ].join(' · ')
}

/** The whole report, for people. */
export function reportLines(report: DrillReport): readonly string[] {
  const { server, channel, database, replicas, messages, chats, seed, trouble } = report
  return [
    `${server} · ${channel} · ${database} · ${count(replicas, 'replica')} · ${count(messages, 'message')} in ${count(chats, 'chat')} · seed ${seed}`,
    verdictLine(report.verdict),
    '',
    ...latencyLines(report),
    '',
    ...factLines(report),
    ...trouble.map((line) => `trouble: ${line}`),
    ...offenceLines(report.verdict.offences),
  ]
}

function latencyLines({ latencies: { acknowledged, begun, answered } }: DrillReport): readonly string[] {
  const row = (name: string, latency: Latency): string =>
    name.padEnd(16) + COLUMNS.map((column) => duration(latency[column]).padStart(10)).join('')
  return [
    ' '.repeat(16) + COLUMNS.map((column) => column.padStart(10)).join(''),
    row('acknowledged', acknowledged),
    row('handler start', begun),
    row('answered', answered),
  ]
}

function factLines(report: DrillReport): readonly string[] {
  const { seconds, answersPerSecond, kills, drains, duplicates, modelCalls, messages, phases } = report
  const ended = Object.entries(phases).map(([phase, times]) => `${phase} ${times}`)
  return [
    `${seconds.toFixed(1)} s, ${answersPerSecond.toFixed(1)} answers a second`,
    `${count(kills, 'kill')}, ${count(drains, 'drain')}, ${count(duplicates, 'duplicate')} sent, ${count(modelCalls, 'model call')} for ${count(messages, 'message')}`,
    ...(ended.length > 0 ? [`replicas ended at: ${ended.join(', ')}`] : []),
  ]
}

function offenceLines(offences: readonly Offence[]): readonly string[] {
  if (offences.length === 0) return []
  const lines = offences.slice(0, SHOWN_OFFENCES).map(({ kind, chat, updateId, question, seen }) => {
    const where = [
      ...(updateId === undefined ? [] : [`update ${updateId}`]),
      ...(question === undefined ? [] : [`question ${question}`]),
      `chat ${chat}`,
    ]
    return `${kind}: ${where.join(', ')}: ${seen}`
  })
  const more = offences.length - lines.length
  return ['', ...lines, ...(more > 0 ? [`and ${more} more`] : [])]
}

/** Milliseconds for people. */
function duration(ms: number): string {
  if (Number.isNaN(ms)) return '-'
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
