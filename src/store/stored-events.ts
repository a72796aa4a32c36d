import type { LoggedEvent, TurnEvent } from '../events.ts'

/** As an event stands in a segment: a piece of text, by far the most common, as the text alone. */
type StoredEvent = string | Exclude<TurnEvent, { type: 'text-delta' }>

/** The JSON of a segment; the places follow from its first one, since they never skip. */
export function toStoredEvents(events: readonly LoggedEvent[]): string {
  return JSON.stringify(
    events.map(({ event }): StoredEvent => (event.type === 'text-delta' ? event.text : event)),
  )
}

export function fromStoredEvents(firstSeq: number, json: string): readonly LoggedEvent[] {
  return (JSON.parse(json) as readonly StoredEvent[]).map((stored, index) => ({
    seq: firstSeq + index,
    event: typeof stored === 'string' ? { type: 'text-delta', text: stored } : stored,
  }))
}
