import { AppError, toAppError } from '../errors.ts'
import type { MessageWork } from '../inbound.ts'
import { sentenceFor, type AnswerTexts } from './compose-answer.ts'

/** The number of its part: when an operator has the message answered after all, the answer finds its place free. */
export const APOLOGY = 20_000

/** The last word to the person; undefined while the message is tried again, and when nobody would get the word. */
export function apologyFor(
  error: unknown,
  { lastAttempt }: Pick<MessageWork, 'lastAttempt'>,
  texts: Pick<AnswerTexts, 'errors'>,
): string | undefined {
  const triedAgain = !lastAttempt && (!(error instanceof AppError) || error.retryable)
  const { code, message } = toAppError(error)
  // Whoever cannot be reached is not told so.
  if (triedAgain || code.startsWith('channel_')) return undefined
  return toWarning({ code, message }, texts)
}

/** What went wrong, for the person who asked. */
export function toWarning(
  error: Pick<AppError, 'code' | 'message'>,
  texts: Pick<AnswerTexts, 'errors'>,
): string {
  return `⚠️ ${sentenceFor(error, texts)}`
}
