import type { PoeResult } from '../checks/poe/poe-check.ts'
import type { ExitCode, Terminal } from './command.ts'
import { paint } from './paint.ts'
import { countAll, MARKS } from './print-results.ts'

/** Prints what was verified as it comes in, or all of it as one JSON array. Returns 1 when a rule that must hold does not. */
export async function printVerification(
  results: AsyncIterable<PoeResult>,
  { stdout }: Terminal,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const seen: PoeResult[] = []
  for await (const result of results) {
    seen.push(result)
    if (!json) stdout.write(toLines(result, stdout))
  }
  stdout.write(json ? `${JSON.stringify(seen, null, 2)}\n` : `${countAll(seen)}\n`)
  return seen.some(({ status }) => status === 'fail') ? 1 : 0
}

const ID_WIDTH = 30

function toLines(result: PoeResult, stdout: Terminal['stdout']): string {
  const { id, title, status, severity, expected, seen, source, remedy } = result
  const [mark, style] = MARKS[status]
  const line = `${paint(stdout, style, mark)} ${id.padEnd(ID_WIDTH)} ${title}`
  if (status === 'pass') return `${line}\n`
  if (status === 'skip')
    return paint(stdout, 'dim', `${mark} ${id.padEnd(ID_WIDTH)} ${title}: skipped, ${seen}`) + '\n'
  const details = [`${severity}: ${expected}`, `seen: ${seen}`, `source: ${source}`]
  return [
    line,
    ...details.map((detail) => `    ${detail}`),
    `  ${paint(stdout, 'cyan', '→')} ${remedy}\n`,
  ].join('\n')
}
