import { AppError } from '../errors.ts'
import type { AudioFile, Transcriber } from '../speech.ts'
import { isCallFailure, toChannelError } from './call-failure.ts'
import { sentenceFor, type AnswerTexts } from './compose-answer.ts'
import type { DocumentTexts, HearingTexts } from './file-texts.ts'

/** What a recording says, or what the person is told because nobody knows. */
export type Heard = { readonly words: string } | { readonly reply: string }

export interface HearingTask {
  readonly host: { readonly transcriber: Transcriber | undefined }
  readonly work: { readonly signal: AbortSignal }
  readonly texts: Pick<AnswerTexts, 'errors'> & {
    readonly voice: HearingTexts
    readonly documents: Pick<DocumentTexts, 'unavailable'>
  }
}

/**
 * Transcribes a recording; `open` throws a failed call of kind `rejected` when the messenger does not hand it out. Throws
 * what is worth another attempt.
 */
export async function hearRecording(
  { host, texts, work }: HearingTask,
  open: () => Promise<AudioFile>,
): Promise<Heard> {
  if (!host.transcriber) return { reply: texts.voice.deaf }
  try {
    const { text } = await host.transcriber.transcribe(await open(), work.signal)
    return text === '' ? { reply: texts.voice.unclear } : { words: text }
  } catch (error) {
    work.signal.throwIfAborted()
    if (isCallFailure(error, 'rejected')) return { reply: texts.documents.unavailable }
    if (error instanceof AppError && error.code.startsWith('audio_'))
      return { reply: `❌ ${sentenceFor(error, texts)}` }
    throw toChannelError(error)
  }
}
