import { AppError, toAppError } from '../errors.ts'
import type { MessageWork } from '../inbound.ts'
import { sentenceFor, type AnswerTexts } from './compose-answer.ts'

/** The number of its part: when an operator has the message answered after all, the answer finds its place free. */
const APOLOGY = 20_000

export interface ApologyOptions {
  readonly work: Pick<MessageWork, 'lastAttempt' | 'signal'>
  readonly texts: Pick<AnswerTexts, 'errors'>
  /** Delivers the words as the part of this number. */
  readonly deliver: (words: string, part: number) => Promise<void>
}

/** Answers a message; the person is told of a failure after which nothing is tried again. Throws what `respond` threw. */
export async function respondOrApologise(
  respond: () => Promise<void>,
  { work, texts, deliver }: ApologyOptions,
): Promise<void> {
  try {
    await respond()
  } catch (error) {
    work.signal.throwIfAborted()
    const words = apologyFor(error, work, texts)
    // If the last word fails as well, the first error counts.
    if (words !== undefined) await deliver(words, APOLOGY).catch(() => undefined)
    throw error
  }
}

/** The last word to the person; undefined while the message is tried again, and when nobody would get the word. */
function apologyFor(
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
