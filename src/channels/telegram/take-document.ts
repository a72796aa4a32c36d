import type { BoundDocuments, DocumentInfo, DocumentProgress } from '../../documents.ts'
import { AppError } from '../../errors.ts'
import { escapeMarkdown } from '../../escape-markdown.ts'
import { toChannelError } from '../../messaging/call-failure.ts'
import { MAX_FILE_MB } from './attachments.ts'
import type { Attachment } from './message-detail.ts'
import { sentenceFor } from '../../messaging/compose-answer.ts'
import { say, type MessageTask } from './message-task.ts'
import { PacedPreview } from '../../messaging/paced-preview.ts'
import { isFailure } from './telegram-failure.ts'
import { fill } from '../../messaging/languages.ts'
import type { DocumentTexts } from './texts/telegram-texts.ts'

const MAX_FILE_BYTES = MAX_FILE_MB * 1024 * 1024
/** A step is shown at least this long; faster ones are left out. */
const PAUSE_MS = 500
/** After this time the person is told where to look; the work goes on. */
const PATIENCE_MS = 600_000

/** Nobody hopes for text in these, so they are not even fetched. */
const NO_DOCUMENTS = /^(?:image|video|audio|font)\//

export interface DocumentOutcome {
  /** How it ended, for the person: Markdown. */
  readonly text: string
  /** Questions about it can be answered. */
  readonly taken: boolean
}

/**
 * Takes a document into the collection of the person or the group, showing the steps. Throws what is worth another
 * attempt.
 */
export async function takeDocument(task: MessageTask, file: Attachment): Promise<DocumentOutcome> {
  const { delivery, texts, work } = task
  const preview = new PacedPreview({
    pauseMs: PAUSE_MS,
    show: async (markdown) => {
      const [first] = say(markdown)
      // A step that could not be shown is followed by the next one, and the end is delivered in any case.
      if (first) await delivery.preview(first).catch(() => undefined)
    },
  })
  try {
    return await takeIn(task, file, (step) => preview.update(step))
  } catch (error) {
    work.signal.throwIfAborted()
    if (isFailure(error, 'rejected')) return refuse(texts.documents.unavailable)
    if (error instanceof AppError && isAboutDocument(error)) return refuse(`❌ ${sentenceFor(error, texts)}`)
    throw toChannelError(error)
  } finally {
    await preview.stop()
  }
}

function accept(text: string): DocumentOutcome {
  return { text, taken: true }
}

function refuse(text: string): DocumentOutcome {
  return { text, taken: false }
}

function isAboutDocument({ code, retryable }: AppError): boolean {
  return !retryable && /^(?:document|collection)_/.test(code)
}

async function takeIn(
  task: MessageTask,
  file: Attachment,
  show: (step: string) => void,
): Promise<DocumentOutcome> {
  const { account, host, work, detail, texts } = task
  const [{ conversation, subject }] = work.messages
  if (NO_DOCUMENTS.test(file.mimeType)) throw new AppError('document_type_unknown')
  show(texts.documents.downloading)
  const bytes = await account.api.download(file.fileId, { maxBytes: MAX_FILE_BYTES }, work.signal)
  const { own } = await host.documents({ conversation, subject, group: !detail.private })
  const { outcome, document } = await own.add({ name: file.name, bytes, contentType: file.mimeType })
  // In a further attempt the same bytes may be those of the first one.
  if (outcome === 'unchanged' && document.status === 'ready' && work.attempt === 1)
    return accept(fill(texts.documents.alreadyIndexed, { file: escapeMarkdown(document.name) }))
  return await followTo(own, document, { task, show })
}

interface Following {
  readonly task: MessageTask
  readonly show: (step: string) => void
}

async function followTo(
  own: BoundDocuments['own'],
  { id }: DocumentInfo,
  { task, show }: Following,
): Promise<DocumentOutcome> {
  const { texts, work } = task
  let last: DocumentProgress | undefined
  const signal = AbortSignal.any([work.signal, AbortSignal.timeout(PATIENCE_MS)])
  for await (const progress of own.follow(id, { signal })) {
    last = progress
    const chunks = progress.status === 'indexing' ? ((await own.get(id))?.chunks ?? 0) : 0
    show(fill(stepOf(progress, texts.documents), { chunks }))
  }
  work.signal.throwIfAborted()
  if (last?.status === 'failed')
    return refuse(`❌ ${sentenceFor(last.error ?? new AppError('internal'), texts)}`)
  const document = await own.get(id)
  if (last?.status !== 'ready' || !document) return refuse(texts.documents.stillWorking)
  const { name, passages, chunks } = document
  return accept(fill(texts.documents.indexed, { file: escapeMarkdown(name), sections: passages, chunks }))
}

function stepOf({ status, progress }: DocumentProgress, texts: DocumentTexts): string {
  if (status === 'queued' || (status === 'reading' && progress === 0)) return texts.converting
  if (status === 'reading') return texts.chunking
  return status === 'indexing' && progress < 1 ? texts.embedding : texts.storing
}
