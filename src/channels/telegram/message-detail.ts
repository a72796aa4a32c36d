import { z } from 'zod'
import { TELEGRAM_LANGUAGES } from '../../telegram-options.ts'

const AttachmentSchema = z.object({
  kind: z.enum(['photo', 'document', 'voice']),
  /** Opens the file with `getFile`. */
  fileId: z.string(),
  name: z.string(),
  mimeType: z.string(),
  /** In bytes; null when Telegram does not say. */
  size: z.number().nullable(),
})

const MessageDetailSchema = z.object({
  /** `question` is answered by the bot, all else by the channel. */
  kind: z.enum(['question', 'command', 'unsupported', 'too-large']),
  chatId: z.number(),
  private: z.boolean(),
  threadId: z.number().nullable(),
  messageId: z.number(),
  language: z.enum(TELEGRAM_LANGUAGES),
  /** Who writes, for a group's conversation; null in private. */
  author: z.string().nullable(),
  /** Of a command; empty otherwise. */
  command: z.string(),
  /** For `/stop`: an answer was running and has been stopped. */
  stopped: z.boolean(),
  /** The message it replies to, when the conversation does not hold it. */
  quoted: z.string().nullable(),
  edited: z.boolean(),
  /** A suggestion that was pressed. */
  pressed: z.boolean(),
  /** The album it belongs to. */
  album: z.string().nullable(),
  attachments: z.array(AttachmentSchema),
})

/** What only the channel knows of a message, stored beside it. */
export type MessageDetail = z.output<typeof MessageDetailSchema>
export type Attachment = z.output<typeof AttachmentSchema>

/** Reads the detail of a stored message. Throws when another version wrote it in a way this one cannot read. */
export function parseDetail(detail: unknown): MessageDetail {
  return MessageDetailSchema.parse(detail)
}
