import type { Writable } from 'node:stream'
import type { Latency, LoadReport } from '../checks/stream/judge-load.ts'
import { paint } from './paint.ts'

/** What the server says when it protects itself from one address; a load test has only one. */
const LIMITED = /RATE_LIMIT|HTTP_429/
const REMEDY = 'Name the address of this computer in RATE_LIMIT_EXEMPT of the server.'

/** Prints the report of a load test for people. */
export function printLoad(report: LoadReport, name: string, stdout: Writable): void {
  const { requests, mostAtOnce, totalMs, perSecond, gates, problems } = report
  const seconds = (totalMs / 1_000).toFixed(1)
  stdout.write(
    `${name}: ${requests} questions in ${seconds} s (${perSecond.toFixed(1)} a second), ${mostAtOnce} at once\n\n`,
  )
  for (const { name: what, passed, measured, wanted } of gates) {
    const mark = passed ? paint(stdout, 'green', '✓') : paint(stdout, 'red', '✗')
    stdout.write(`${mark} ${what.padEnd(22)} ${measured.padStart(9)}   ${paint(stdout, 'dim', wanted)}\n`)
  }
  printLatencies(report, stdout)
  for (const { code, count, wrong } of problems)
    stdout.write(`${paint(stdout, 'red', `${count} × ${code}`)}: ${wrong}\n`)
  if (problems.some(({ code }) => LIMITED.test(code)))
    stdout.write(`${paint(stdout, 'cyan', '→')} ${REMEDY}\n`)
  stdout.write(report.passed ? paint(stdout, 'green', 'Passed.\n') : paint(stdout, 'red', 'Failed.\n'))
}

function printLatencies({ firstToken, firstAudio, complete }: LoadReport, stdout: Writable): void {
  const rows: readonly (readonly [string, Latency | null])[] = [
    ['first token', firstToken],
    ['first audio', firstAudio],
    ['whole answer', complete],
  ]
  const columns = ['average', 'p50', 'p95', 'p99', 'worst'] as const
  stdout.write(`\n${'ms'.padEnd(14)}${columns.map((column) => column.padStart(9)).join('')}\n`)
  for (const [name, latency] of rows) {
    if (!latency) continue
    const numbers = columns.map((column) => String(Math.round(latency[column])).padStart(9))
    stdout.write(`${name.padEnd(14)}${numbers.join('')}\n`)
  }
  stdout.write('\n')
}
