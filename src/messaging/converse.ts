import type { CommandQuestion, Language } from '../bot-commands.ts'
import { AppError } from '../errors.ts'
import type { MessageWork } from '../inbound.ts'
import { collectAnswer, type CollectedAnswer } from './collect-answer.ts'

/** `search`: the bare words, where the question says more, such as who asks. */
export type AskedQuestion = CommandQuestion & { readonly search?: string }

export interface AskedWork {
  readonly work: Pick<MessageWork, 'messages' | 'lastAttempt' | 'signal' | 'converse'>
  readonly detail: {
    readonly language: Language
    /** False in groups. */
    readonly private: boolean
  }
}

/**
 * Has the bot answer, and tells of the text whenever it has changed. Throws while the answer is lost and the question
 * is to be asked again.
 */
export async function converse(
  { work, detail }: AskedWork,
  { ask, search, passages }: AskedQuestion,
  onText: (text: string) => void,
): Promise<CollectedAnswer> {
  const [{ conversation, subject }] = work.messages
  const answer = await work.converse({
    conversation,
    subject,
    group: !detail.private,
    text: ask,
    language: detail.language,
    ...(search && { question: search }),
    ...(passages && { passages }),
  })
  const collected = await collectAnswer(answer, onText)
  work.signal.throwIfAborted()
  const failure = failureToTryAgain(collected, work)
  if (failure) throw failure
  return collected
}

/**
 * The server went down while it wrote: the answer is written anew, unless that was tried too often. The model may be
 * back later: as long as nothing was said the question is asked again, and in the end the person is told. Undefined
 * when the answer stands.
 */
function failureToTryAgain(
  { end, text, files }: CollectedAnswer,
  { lastAttempt }: Pick<MessageWork, 'lastAttempt'>,
): AppError | undefined {
  if (end.type !== 'error') return undefined
  const again = end.code === 'interrupted' ? !lastAttempt : end.retryable && text === '' && files.length === 0
  return again ? new AppError(end.code) : undefined
}
