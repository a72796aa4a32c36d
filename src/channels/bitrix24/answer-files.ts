import { AppError } from '../../errors.ts'
import { isCallFailure, toChannelError } from '../../messaging/call-failure.ts'
import { describeFile } from '../../messaging/describe-file.ts'
import { hearRecording } from '../../messaging/hear-recording.ts'
import { fill } from '../../messaging/languages.ts'
import { takeDocument } from '../../messaging/take-document.ts'
import { answerQuestion, toQuestion } from './answer-question.ts'
import { kindOf, type FileKind } from './file-kind.ts'
import type { Attachment } from './message-detail.ts'
import { say, type MessageTask } from './message-task.ts'
import { MAX_FILE_MB, openFile, type OpenedFile } from './open-file.ts'

/** What became of a file. */
type ReadFile =
  /** The person has been told why not. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'heard'; readonly words: string }
  /** The bot is told of it. */
  | { readonly kind: 'named'; readonly line: string }

/** Where the answer begins behind what is said of documents; each file has so many numbers for that. */
const BEHIND_DOCUMENTS = 1_000
const NUMBERS = 10

/**
 * Answers a message with files: documents are taken in by a bot that does so, recordings are heard, all else is named to
 * the bot. The question waits until that is done, and is not asked when a file could not be read.
 */
export async function answerFiles(task: MessageTask): Promise<void> {
  const { detail, work } = task
  const read: ReadFile[] = []
  for (const [index, file] of detail.attachments.entries())
    read.push(await readFile(task, file, index * NUMBERS))
  if (read.some(({ kind }) => kind === 'refused')) return
  const heard = read.flatMap((file) => (file.kind === 'heard' ? file.words : []))
  const files = read.flatMap((file) => (file.kind === 'named' ? file.line : []))
  const words = [work.messages[0].text, ...heard].filter((part) => part !== '').join('\n')
  if (words === '' && files.length === 0) return
  const first = read.some(({ kind }) => kind === 'taken') ? BEHIND_DOCUMENTS : 0
  await answerQuestion(task, toQuestion(work.messages, { words, files }), first)
}

/** `part` is the number of what is said of the file. */
async function readFile(task: MessageTask, file: Attachment, part: number): Promise<ReadFile> {
  const refuse = async (words: string): Promise<ReadFile> => {
    await task.delivery.deliver(say(words), part)
    return { kind: 'refused' }
  }
  const { texts, work } = task
  const tooLarge = fill(texts.fileTooLarge, { limit: MAX_FILE_MB })
  if (file.size !== null && file.size > MAX_FILE_MB * 1_048_576) return refuse(tooLarge)
  try {
    const { kind, name, size } = file
    const isNamed = kind !== null && name !== null && !isRead(task, kind)
    if (isNamed) return { kind: 'named', line: describeFile({ kind, name, size, mimeType: null }) }
    return await readOpened(task, await openFile(task, file), { part, refuse })
  } catch (error) {
    work.signal.throwIfAborted()
    if (error instanceof AppError && error.code === 'document_too_large') return refuse(tooLarge)
    if (isCallFailure(error, 'rejected')) return refuse(texts.documents.unavailable)
    throw toChannelError(error)
  }
}

/** Whether more than the facts about it is wanted. A correction's documents have been taken in already. */
function isRead({ host, work, detail }: MessageTask, kind: FileKind): boolean {
  if (kind === 'voice') return true
  const takes = host.bots.find(work.messages[0].conversation.bot)?.takesDocuments === true
  return kind === 'document' && takes && !detail.edited
}

interface Reading {
  readonly part: number
  readonly refuse: (words: string) => Promise<ReadFile>
}

async function readOpened(
  task: MessageTask,
  { bytes, name, mimeType }: OpenedFile,
  { part, refuse }: Reading,
): Promise<ReadFile> {
  const kind = kindOf({ name, mimeType })
  if (!isRead(task, kind))
    return { kind: 'named', line: describeFile({ kind, name, mimeType, size: bytes.byteLength }) }
  if (kind === 'voice') {
    const heard = await hearRecording(task, async () => ({ bytes, name, contentType: mimeType }))
    return 'reply' in heard ? refuse(heard.reply) : { kind: 'heard', words: heard.words }
  }
  const { text, taken } = await takeDocument(task, {
    name,
    mimeType,
    open: async () => bytes,
    show: async (markdown) => {
      const [step] = say(markdown)
      // Only the first message of a reply can be shown while it changes.
      if (step && part === 0) await task.delivery.preview(step)
    },
  })
  if (!taken) return refuse(text)
  await task.delivery.deliver(say(text), part)
  return { kind: 'taken' }
}
