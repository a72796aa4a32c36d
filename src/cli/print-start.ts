import type { Writable } from 'node:stream'
import type { StartedServer } from '../serve.ts'
import { paint } from './paint.ts'

/** What a person at the terminal wants to know of a server that has just begun to listen. */
export function printStart({ url, summary }: StartedServer, out: Writable): void {
  const width = Math.max(...summary.map(({ name }) => name.length))
  const lines = summary.map(({ name, on, detail }) => {
    const mark = on ? paint(out, 'green', '●') : paint(out, 'dim', '○')
    return `  ${mark} ${name.padEnd(width)}  ${on ? detail : paint(out, 'dim', detail)}`
  })
  const address = paint(out, 'bold', paint(out, 'cyan', url))
  out.write(`\nBotyard is listening at ${address}\n\n${lines.join('\n')}\n\nStop it with Ctrl-C.\n\n`)
}
