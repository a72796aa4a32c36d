import type { ConversationKey } from '../conversation.ts'
import type { BoundDocuments, DocumentInfo, DocumentProgress } from '../documents.ts'
import { AppError } from '../errors.ts'
import { escapeMarkdown } from '../escape-markdown.ts'
import type { MessageWork } from '../inbound.ts'
import { isCallFailure, toChannelError } from './call-failure.ts'
import { sentenceFor, type AnswerTexts } from './compose-answer.ts'
import type { DocumentTexts } from './file-texts.ts'
import { fill } from './languages.ts'
import { PacedPreview } from './paced-preview.ts'

export interface DocumentTask {
  readonly host: {
    documents(place: {
      readonly conversation: ConversationKey
      readonly subject: string
      readonly group: boolean
    }): Promise<BoundDocuments>
  }
  readonly work: Pick<MessageWork, 'messages' | 'signal' | 'attempt'>
  /** `private`: false in groups. */
  readonly detail: { readonly private: boolean }
  readonly texts: Pick<AnswerTexts, 'errors'> & { readonly documents: DocumentTexts }
}

export interface SentDocument {
  readonly name: string
  readonly mimeType: string
  /** Throws a failed call of kind `rejected` when the messenger does not hand the file out. */
  readonly open: () => Promise<Uint8Array>
  /** Shows a step, as Markdown; one that cannot be shown is followed by the next. */
  readonly show: (markdown: string) => Promise<void>
}

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
export async function takeDocument(task: DocumentTask, file: SentDocument): Promise<DocumentOutcome> {
  const { texts, work } = task
  const preview = new PacedPreview({
    pauseMs: PAUSE_MS,
    show: (markdown) => file.show(markdown).catch(() => undefined),
  })
  try {
    return await takeIn(task, file, (step) => preview.update(step))
  } catch (error) {
    work.signal.throwIfAborted()
    if (isCallFailure(error, 'rejected')) return refuse(texts.documents.unavailable)
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
  task: DocumentTask,
  file: SentDocument,
  show: (step: string) => void,
): Promise<DocumentOutcome> {
  const { host, work, detail, texts } = task
  const [{ conversation, subject }] = work.messages
  if (NO_DOCUMENTS.test(file.mimeType)) throw new AppError('document_type_unknown')
  show(texts.documents.downloading)
  const bytes = await file.open()
  const { own } = await host.documents({ conversation, subject, group: !detail.private })
  const { outcome, document } = await own.add({ name: file.name, bytes, contentType: file.mimeType })
  // In a further attempt the same bytes may be those of the first one.
  if (outcome === 'unchanged' && document.status === 'ready' && work.attempt === 1)
    return accept(fill(texts.documents.alreadyIndexed, { file: escapeMarkdown(document.name) }))
  return await followTo(own, document, { task, show })
}

interface Following {
  readonly task: DocumentTask
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
