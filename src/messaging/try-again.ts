import { AppError } from '../errors.ts'
import type { MessageWork } from '../inbound.ts'
import type { CollectedAnswer } from './collect-answer.ts'

/**
 * The server went down while it wrote: the answer is written anew, unless that was tried too often. The model may be
 * back later: as long as nothing was said the question is asked again, and in the end the person is told. Undefined
 * when the answer stands.
 */
export function failureToTryAgain(
  { end, text, files }: CollectedAnswer,
  work: Pick<MessageWork, 'lastAttempt'>,
): AppError | undefined {
  if (end.type !== 'error') return undefined
  const again =
    end.code === 'interrupted' ? !work.lastAttempt : end.retryable && text === '' && files.length === 0
  return again ? new AppError(end.code) : undefined
}
