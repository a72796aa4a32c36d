import type { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Answer } from '../../conversation.ts'
import { toSuggestions } from './to-suggestions.ts'
import type { ChatReply } from './web-requests.ts'

/** The reply, but for what concerns who asked. */
type Reply = Omit<z.infer<typeof ChatReply>, 'requiresAuthNext' | 'auth_method'>

/** Milliseconds a fast typist takes for one character. */
const TYPING_MS = 15

/** Waits for the whole answer; an answer that failed is thrown as its error. */
export async function collectReply(answer: Answer, sessionId: string): Promise<Reply> {
  let text = ''
  let tokens = 0
  let suggestions: string[] = []
  const citations: NonNullable<Reply['citations']> = []
  let ended = false
  for await (const { event } of answer.events) {
    if (event.type === 'text-delta') text += event.text
    else if (event.type === 'replace') text = event.text
    else if (event.type === 'usage') tokens = event.inputTokens + event.outputTokens
    else if (event.type === 'suggestions') suggestions = toSuggestions(event.items)
    else if (event.type === 'citation') citations.push({ ...event })
    else if (event.type === 'error') throw new AppError(event.code)
    else if (event.type === 'end') ended = true
  }
  if (!ended) throw new AppError('interrupted')
  return {
    answer: text,
    link: null,
    tokens,
    audio: null,
    sessionId,
    typingDelay: Math.min(3_000, Math.max(500, text.length * TYPING_MS)),
    ...(suggestions.length > 0 && { suggestions }),
    ...(citations.length > 0 && { citations }),
  }
}
