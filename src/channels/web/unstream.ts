import type { Answer } from '../../conversation.ts'
import { isTerminal, type LoggedEvent } from '../../events.ts'

/**
 * The same answer for who is outside of the share that gets it streamed: everything after its begin comes when it has
 * ended, its text as one piece in the place of the last one, so that clients of the stream need not know.
 */
export function unstream({ turnId, events }: Answer): Answer {
  return { turnId, events: gather(events) }
}

async function* gather(events: AsyncIterable<LoggedEvent>): AsyncGenerator<LoggedEvent, void> {
  const rest: LoggedEvent[] = []
  let text = ''
  let last: LoggedEvent | undefined
  for await (const entry of events) {
    const { event } = entry
    if (event.type === 'start') yield entry
    else rest.push(entry)
    if (event.type === 'text-delta') text += event.text
    if (event.type === 'replace') text = event.text
    if (event.type === 'text-delta' || event.type === 'replace') last = entry
    if (isTerminal(event)) break
  }
  for (const entry of rest) {
    if (entry === last) yield { ...entry, event: { type: 'text-delta', text } }
    else if (entry.event.type !== 'text-delta' && entry.event.type !== 'replace') yield entry
  }
}
