import { AnswerCollector } from './answer-collector.ts'
import type { ModelPart } from './model.ts'
import type { ResponseReader } from './response-reader.ts'
import { SseScanner } from './sse-scanner.ts'
import { toStreamError } from './stream-error.ts'

type ReadEvent = (data: string, answer: AnswerCollector) => boolean

/**
 * Turns the event stream of a provider into parts. Text that arrived together is one part. A failure after the
 * finish reason changes nothing, since the answer was whole; before it, the answer is broken however politely the
 * stream ended.
 */
export async function* readAnswer(
  response: ResponseReader,
  readEvent: ReadEvent,
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void> {
  const scanner = new SseScanner()
  const answer = new AnswerCollector()
  let spoken = false
  let failure: unknown
  for (let over = false; !over;) {
    try {
      const bytes = await response.read()
      if (!bytes) break
      for (const data of scanner.push(bytes)) over = readEvent(data, answer) || over
    } catch (thrown) {
      signal.throwIfAborted()
      failure = thrown
      over = true
    }
    for (const part of answer.take()) {
      spoken = true
      yield part
    }
  }
  const ending = answer.end()
  if (!ending) throw toStreamError(failure, spoken)
  response.drain()
  for (const part of ending) yield part
}
