import { takeDocument as takeSentDocument, type DocumentOutcome } from '../../messaging/take-document.ts'
import { MAX_FILE_MB } from './attachments.ts'
import type { Attachment } from './message-detail.ts'
import { say, type MessageTask } from './message-task.ts'

const MAX_FILE_BYTES = MAX_FILE_MB * 1024 * 1024

/** Takes a document of a message in, showing the steps. Throws what is worth another attempt. */
export function takeDocument(task: MessageTask, file: Attachment): Promise<DocumentOutcome> {
  const { account, delivery, work } = task
  return takeSentDocument(task, {
    name: file.name,
    mimeType: file.mimeType,
    open: () => account.api.download(file.fileId, { maxBytes: MAX_FILE_BYTES }, work.signal),
    show: async (markdown) => {
      const [first] = say(markdown)
      if (first) await delivery.preview(first)
    },
  })
}
