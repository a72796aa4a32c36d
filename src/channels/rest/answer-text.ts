import type { Answer } from '../../conversation.ts'
import { AppError } from '../../errors.ts'

/** What guide 001's server says when tools did something and the model said nothing about it. */
const DONE_BY_TOOLS = 'I processed your request using tools.'

/** What it says when nothing was done and nothing was said. */
const NOTHING_SAID = "I couldn't process that request. Please try again."

/** Waits for the whole answer. One that failed is thrown in the words of guide 001. */
export async function answerText(answer: Answer): Promise<string> {
  let text = ''
  let usedTools = false
  for await (const { event } of answer.events) {
    if (event.type === 'text-delta') text += event.text
    else if (event.type === 'replace') text = event.text
    else if (event.type === 'tool-call-start') usedTools = true
    else if (event.type === 'end') return text || (usedTools ? DONE_BY_TOOLS : NOTHING_SAID)
    else if (event.type === 'error') {
      if (event.code === 'model_empty_answer') return usedTools ? DONE_BY_TOOLS : NOTHING_SAID
      throw toAgentError(new AppError(event.code))
    }
  }
  throw new AppError('interrupted')
}

/** The failures people meet most have a sentence of guide 001; others keep their own. */
export function toAgentError(error: AppError): AppError {
  const { code } = error
  if (code === 'turn_timeout') return new AppError('agent_timeout', { cause: error })
  if (code === 'database_unavailable') return new AppError('agent_storage_unavailable', { cause: error })
  // What the person can mend (too long, refused) has a lower status and says how.
  if (code.startsWith('model_') && error.status >= 429)
    return new AppError('agent_unavailable', { cause: error })
  return error
}
