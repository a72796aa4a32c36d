import type { Writable } from 'node:stream'
import { toSentence, type ConfigProblem } from '../config.ts'
import type { StartedServer } from '../serve.ts'
import type { Feature } from '../summary.ts'
import { paint } from './paint.ts'

interface Start extends StartedServer {
  readonly warnings: readonly ConfigProblem[]
}

/** What a person at the terminal wants to know of a server that has just begun to listen: first what it does. */
export function printStart({ url, summary, warnings }: Start, out: Writable): void {
  const width = Math.max(...summary.map(({ name }) => name.length))
  const on = summary.filter((feature) => feature.on)
  const off = summary.filter((feature) => !feature.on)
  const toLine = (mark: string, { name, detail }: Feature): string =>
    `  ${mark} ${name.padEnd(width)}  ${detail}`
  const lines = [
    `Botyard is listening at ${paint(out, 'bold', paint(out, 'cyan', url))}`,
    '',
    ...on.map((feature) => toLine(paint(out, 'green', '●'), feature)),
    '',
    ...off.map((feature) => paint(out, 'dim', toLine('○', feature))),
    ...(off.length > 0 ? [''] : []),
    ...warnings.map((warning) => `  ${paint(out, 'yellow', '!')} ${toSentence(warning)}`),
    ...(warnings.length > 0 ? [''] : []),
    'Stop it with Ctrl-C.',
  ]
  out.write(`\n${lines.join('\n')}\n\n`)
}
