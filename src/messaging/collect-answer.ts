import type { Answer } from '../conversation.ts'
import { AppError } from '../errors.ts'
import type { CitationEvent, ErrorEvent, EndEvent, FileEvent } from '../events.ts'

/** All a turn said. */
export interface CollectedAnswer {
  /** Markdown. */
  readonly text: string
  readonly citations: readonly CitationEvent[]
  readonly files: readonly FileEvent[]
  readonly suggestions: readonly string[]
  readonly end: ErrorEvent | EndEvent
}

/** Reads an answer to its end and tells of the text whenever it has changed. Throws `interrupted` when there is no end. */
export async function collectAnswer(
  { events }: Answer,
  onText: (text: string) => void,
): Promise<CollectedAnswer> {
  const citations: CitationEvent[] = []
  const files: FileEvent[] = []
  let suggestions: readonly string[] = []
  let text = ''
  for await (const { event } of events) {
    if (event.type === 'text-delta') onText((text += event.text))
    else if (event.type === 'replace') onText((text = event.text))
    else if (event.type === 'citation') citations.push(event)
    else if (event.type === 'file') files.push(event)
    else if (event.type === 'suggestions') suggestions = event.items
    else if (event.type === 'error' || event.type === 'end')
      return { text, citations, files, suggestions, end: event }
  }
  throw new AppError('interrupted')
}
