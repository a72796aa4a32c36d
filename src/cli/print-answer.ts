import { isTerminal, type TerminalEvent, type TurnEvent } from '../events.ts'
import type { Terminal } from './command.ts'
import { paint } from './paint.ts'

/** Longer arguments and results of tools are cut. */
const LONGEST_TOOL_TEXT = 200

/** Prints an answer while it is written: its text, and dimmed what else the bot does. Returns how it ended. */
export async function printAnswer(
  events: AsyncIterable<{ readonly event: TurnEvent }>,
  { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>,
): Promise<TerminalEvent | undefined> {
  const sources: string[] = []
  let last: TerminalEvent | undefined
  let inText = false
  const endText = (): void => {
    if (inText) stdout.write('\n')
    inText = false
  }
  for await (const { event } of events) {
    const text = textOf(event)
    if (event.type === 'replace') endText()
    if (text) stdout.write(printable(text))
    if (text) inText = true
    if (event.type === 'citation') sources.push(describeSource(event))
    if (isTerminal(event)) last = event
    const note = describeEvent(event)
    if (note === undefined) continue
    endText()
    stdout.write(`${paint(stdout, 'dim', printable(note))}\n`)
  }
  endText()
  for (const source of sources) stdout.write(`${paint(stdout, 'dim', printable(source))}\n`)
  if (last?.type === 'error') stderr.write(`${paint(stderr, 'red', last.message)}\n`)
  return last
}

function textOf(event: TurnEvent): string {
  return event.type === 'text-delta' || event.type === 'replace' ? event.text : ''
}

/** What is worth a line of its own. */
function describeEvent(event: TurnEvent): string | undefined {
  switch (event.type) {
    case 'tool-call-start':
      return words('→', event.tool, shorten(event.input))
    case 'tool-call-end':
      return words(
        event.ok ? '←' : '✗',
        event.tool,
        shorten(event.output),
        `(${Math.round(event.durationMs)} ms)`,
      )
    case 'suggestions':
      return `you could say: ${event.items.join(' · ')}`
    case 'file':
      return `file ${event.name}: ${event.url}`
    case 'data':
      return `${event.name}: ${shorten(JSON.stringify(event.value))}`
    case 'end':
      return event.reason === 'stop' ? undefined : `(${event.reason})`
    default:
      return undefined
  }
}

/** A server tells neither arguments nor results of tools. */
function words(...said: readonly string[]): string {
  return said.filter(Boolean).join(' ')
}

function describeSource(event: TurnEvent & { type: 'citation' }): string {
  return `[${event.index}] ${[event.source, event.heading, event.url].filter(Boolean).join(', ')}`
}

function shorten(text: string): string {
  return text.length > LONGEST_TOOL_TEXT ? `${text.slice(0, LONGEST_TOOL_TEXT)}…` : text
}

/** What a model or a tool wrote must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '')
}
