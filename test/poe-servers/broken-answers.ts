import { EVERY_QUESTION, questionOf, sayAnswer } from './answer-right.ts'
import type { BrokenServer } from './broken-server.ts'
import type { EventWriter } from './event-writer.ts'
import type { PoeBody } from './poe-server.ts'

/** Writes an answer, or a part of it. */
type Say = (events: EventWriter, body: PoeBody) => void

/** A server that writes its answers like this. */
export function answers(write: Say): BrokenServer['server'] {
  return () => ({ answer: write })
}

/** Right, but for what stands between meta and done. */
export function says(write: Say): BrokenServer['server'] {
  return answers((events, body) => {
    events.meta()
    write(events, body)
    events.done()
  })
}

/** Right, but for the answer to one of the questions. */
export function saysAt(question: string, write: Say): BrokenServer['server'] {
  if (!EVERY_QUESTION.includes(question)) throw new Error(`nobody asks "${question}"`)
  return says((events, body) =>
    questionOf(body) === question ? write(events, body) : sayAnswer(events, body),
  )
}
