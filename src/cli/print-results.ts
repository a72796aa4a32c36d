import type { CheckResult, FindingStatus } from '../checks/check.ts'
import type { ExitCode, Terminal } from './command.ts'
import { paint } from './paint.ts'

/** How the status of a finding is shown. */
export const MARKS: Readonly<Record<FindingStatus, readonly [string, 'green' | 'yellow' | 'red' | 'dim']>> = {
  pass: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  skip: ['-', 'dim'],
}

export interface PrintOptions {
  /** One JSON array instead of lines. */
  readonly json: boolean
  /** Leaves out what passed. */
  readonly faultsOnly: boolean
}

/** Prints results as they come in. Returns 1 when any failed. */
export async function printResults(
  results: AsyncIterable<CheckResult>,
  { stdout }: Terminal,
  { json, faultsOnly }: PrintOptions,
): Promise<ExitCode> {
  const seen: CheckResult[] = []
  for await (const result of results) {
    seen.push(result)
    if (json || (faultsOnly && result.status === 'pass')) continue
    const [mark, style] = MARKS[result.status]
    stdout.write(`${paint(stdout, style, mark)} ${result.title}: ${result.evidence}\n`)
    if (result.remedy) stdout.write(`  ${paint(stdout, 'cyan', '→')} ${result.remedy}\n`)
  }
  stdout.write(json ? `${JSON.stringify(seen, null, 2)}\n` : `${countAll(seen)}\n`)
  return seen.some(({ status }) => status === 'fail') ? 1 : 0
}

/** The last line of a report. */
export function countAll(results: readonly { readonly status: FindingStatus }[]): string {
  const count = (wanted: FindingStatus): number => results.filter(({ status }) => status === wanted).length
  const skipped = count('skip') > 0 ? `, ${count('skip')} skipped` : ''
  return `${count('pass')} passed, ${count('warn')} with a warning, ${count('fail')} failed${skipped}`
}
