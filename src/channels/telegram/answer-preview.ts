import type { TelegramAccount } from './account.ts'
import type { ChatPlace, Delivery } from './delivery.ts'
import { toDraftId } from './draft-id.ts'
import { formatMarkdown } from '../../messaging/format-markdown.ts'
import { PacedPreview } from '../../messaging/paced-preview.ts'
import type { RichText } from '../../messaging/rich-text.ts'
import { splitText } from '../../messaging/split-text.ts'
import { isFailure } from './telegram-failure.ts'

export interface AnswerPreviewOptions {
  readonly account: TelegramAccount
  readonly delivery: Delivery
  readonly place: ChatPlace
  readonly private: boolean
  /** Names the answer, the same over retries: a UUID. */
  readonly id: string
  readonly signal: AbortSignal
}

/** Drafts are animated between versions, so two a second look fluent; edits are paced by the schedule anyway. */
const PAUSE_MS = 500

/**
 * Shows an answer while it is written: as a draft in private chats, where the server knows drafts, elsewhere by
 * edits of the placeholder.
 */
export function previewAnswer(options: AnswerPreviewOptions): PacedPreview {
  const { account, delivery } = options
  let drafts = options.private && account.hasDrafts
  const show = async (markdown: string): Promise<void> => {
    const parts = splitText(formatMarkdown(markdown))
    const [first] = parts
    if (!first) return
    try {
      if (drafts) await sendDraft(parts.at(-1) ?? first, options)
      else await delivery.preview(first)
    } catch (error) {
      if (!drafts || !isFailure(error, 'no-method', 'rejected')) return
      if (isFailure(error, 'no-method')) account.hasDrafts = false
      drafts = false
      await show(markdown)
    }
  }
  return new PacedPreview({ show, pauseMs: PAUSE_MS })
}

async function sendDraft(part: RichText, options: AnswerPreviewOptions): Promise<void> {
  const { account, place, id, signal } = options
  await account.schedule.draft(place.chatId, () =>
    account.api.call(
      (raw, signal) =>
        raw.sendMessageDraft(
          {
            chat_id: place.chatId,
            draft_id: toDraftId(id),
            text: part.text,
            entities: [...part.entities],
            can_stop: true,
            keep_on_stop: true,
            ...(place.threadId !== null && { message_thread_id: place.threadId }),
          },
          signal,
        ),
      signal,
    ),
  )
}
